import { describe, expect, it } from 'vitest';
import { processSentence } from '../../protocol/process-sentence.ts';
import type { ProcessRow } from '../../protocol/processes.ts';
import { resultText } from '../../protocol/result-parts.ts';

const [kib, mib] = [1024, 1024 ** 2];

const row = (changes: Partial<ProcessRow> = {}): ProcessRow => ({
  pid: 31163,
  startTicks: 1,
  startTime: null,
  name: 'rt-audio',
  kind: 'process',
  uid: 1000,
  user: null,
  unit: null,
  container: null,
  threads: 1,
  rssBytes: 12 * mib,
  anonBytes: 10 * mib,
  fileBytes: 2 * mib,
  shmemBytes: 0,
  swapBytes: 0,
  vmLckBytes: 7.5 * mib,
  vmPinBytes: 0,
  lockLimitBytes: 8 * mib,
  lockShare: 0.9375,
  ipcLock: false,
  pageTableBytes: 0,
  mappings: 25,
  ...changes,
});

const said = (changes: Partial<ProcessRow> = {}, language: 'en' | 'zh' = 'en') =>
  resultText(processSentence(row(changes), 4 * kib), language);

describe('what is said of a process', () => {
  it('is what it has locked, and what its next mlock would come to', () => {
    expect(said()).toBe(
      'rt-audio has 7.5 MiB of the 8 MiB it may lock. An mlock of more than 512 KiB would now fail with ENOMEM.',
    );
    expect(said({}, 'zh')).toBe(
      'rt-audio 可锁定 8 MiB，已锁定 7.5 MiB。再用 mlock 锁定超过 512 KiB，会因 ENOMEM 失败。',
    );
  });

  it('counts whole pages of the limit, and says when there is none left', () => {
    expect(said({ lockLimitBytes: 8 * mib + 5000 })).toContain('more than 516 KiB');
    expect(said({ vmLckBytes: 8 * mib })).toContain('Any further mlock would now fail with ENOMEM');
    expect(said({ vmLckBytes: 9 * mib })).toContain('Any further mlock would now fail with ENOMEM');
    expect(said({ lockLimitBytes: 0 })).toContain('EPERM');
  });

  it('foretells nothing where the limit is unknown, missing or does not count', () => {
    expect(said({ lockLimitBytes: null })).toBe('rt-audio has 7.5 MiB locked. Its limit is unknown.');
    for (const changes of [{ lockLimitBytes: 'unlimited' }, { ipcLock: true }, { lockLimitBytes: null }] as const) {
      expect(said(changes)).not.toContain('fail');
    }
    expect(said({ ipcLock: null })).toContain('Whether it has CAP_IPC_LOCK is unknown; without it: An mlock');
  });

  it('is of its memory where nothing is locked, and names swap where something is in it', () => {
    expect(said({ vmLckBytes: 0 })).toBe(
      'rt-audio has 12 MiB in memory: 10 MiB anonymous, 2 MiB of files. It locks nothing of the 8 MiB it may.',
    );
    expect(said({ vmLckBytes: 0, swapBytes: 4 * kib, shmemBytes: kib })).toContain('1 KiB shared, and 4 KiB in swap');
  });

  it('calls unknown what is unknown, and a name what it is', () => {
    expect(said({ vmLckBytes: null, anonBytes: null })).toContain('unknown anonymous');
    expect(said({ vmLckBytes: null })).not.toContain('locks nothing');
    expect(said({ name: '{limit}' })).toContain('{limit} has 7.5 MiB of the 8 MiB');
    const reason = { en: 'A thread of the kernel has no memory of its own.', zh: '' };
    expect(said({ rssBytes: null, reason })).toBe('rt-audio: A thread of the kernel has no memory of its own.');
  });
});
