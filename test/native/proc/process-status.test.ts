import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseProcMount } from '../../../native/proc/proc-mount.ts';
import { parseStat } from '../../../native/proc/proc-stat.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { parseProcessStatus } from '../../../native/proc/process-status.ts';

const lines = [
  'Name:\ta\\nb\\\\c',
  'State:\tS (sleeping)',
  'Uid:\t1\t2\t3\t4',
  'VmLck:\t       4 kB',
  'VmPin:\t       8 kB',
  'VmRSS:\t      12 kB',
  'RssAnon:\t      16 kB',
  'RssFile:\t      20 kB',
  'RssShmem:\t      24 kB',
  'VmPTE:\t      28 kB',
  'VmSwap:\t      32 kB',
  'Threads:\t7',
  'CapEff:\t0000000000004000',
];

it('every line is read as its own; a name has its newline and backslash back', () => {
  expect(parseProcessStatus(`${lines.join('\n')}\n`)).toEqual({
    name: 'a\nb\\c',
    state: 'S',
    effectiveUid: 2,
    threads: 7,
    vmLckBytes: 4096,
    vmPinBytes: 2 * 4096,
    rssBytes: 3 * 4096,
    rssAnonBytes: 4 * 4096,
    rssFileBytes: 5 * 4096,
    rssShmemBytes: 6 * 4096,
    pageTableBytes: 7 * 4096,
    swapBytes: 8 * 4096,
    ipcLock: true,
  });
});

it('a line that is not there is unknown, whichever it is, and the others are read all the same', () => {
  const whole = parseProcessStatus(lines.join('\n'));
  for (const [at, line] of lines.entries()) {
    if (at === 0) continue;
    const without = parseProcessStatus(lines.toSpliced(at, 1).join('\n'));
    const changed = Object.entries(without).filter(([key, value]) => whole[key as keyof typeof whole] !== value);
    expect(changed, line).toEqual([[expect.any(String), line.startsWith('State') ? '' : null]]);
  }
});

it('of our own process it says what the other reader of this file says', () => {
  const self = status();
  const found = parseProcessStatus(readFileSync('/proc/self/status', 'latin1'));
  if (self.errno !== null) throw new Error(self.errno);
  expect(found).toMatchObject({ vmLckBytes: self.vmLckBytes, effectiveUid: self.effectiveUid });
  expect(found.ipcLock).toBe(self.effective.includes('CAP_IPC_LOCK'));
});

it('a capability beside CAP_IPC_LOCK is not taken for it', () => {
  expect(parseProcessStatus('CapEff:\t000001ffffffbfff').ipcLock).toBeNull();
  expect(parseProcessStatus('Name:\tx\nCapEff:\t000001ffffffbfff').ipcLock).toBe(false);
});

it('stat tells a thread of the kernel, faults and the start behind a name with parentheses', () => {
  const fields = Array.from({ length: 50 }, (_, index) => index + 3);
  const text = `7 (a) b) S ${fields.slice(1).join(' ')}`;
  expect(parseStat(text)).toMatchObject({
    state: 'S',
    startTicks: 22,
    minorFaults: 10,
    majorFaults: 12,
    kernelThread: false,
  });
  fields[6] = 0x0020_8040;
  expect(parseStat(`7 (a) b) S ${fields.slice(1).join(' ')}`).kernelThread).toBe(true);
});

it('the last mount on /proc is the one that is seen, with its options', () => {
  const mount = (options: string) => `25 1 0:22 / /proc rw,relatime - proc proc ${options}`;
  expect(parseProcMount(mount('rw'))).toEqual({ hidepid: 'off', onlyProcesses: false });
  expect(parseProcMount([mount('rw'), mount('rw,hidepid=2')].join('\n'))).toMatchObject({ hidepid: 'invisible' });
  expect(parseProcMount(mount('rw,hidepid=ptraceable,subset=pid'))).toEqual({
    hidepid: 'ptraceable',
    onlyProcesses: true,
  });
  expect(parseProcMount('')).toEqual({ hidepid: 'off', onlyProcesses: false });
});
