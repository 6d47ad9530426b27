import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lab/limits/limits.ts';
import { mlock, munlock } from '../../../native/calls/mlock.ts';
import { MAP, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { fixIds } from '../../../protocol/fixes/fix-ids.ts';
import { type LimitsReport, limitsReportSchema } from '../../../protocol/limits.ts';
import { entryOf } from '../../support/entries.ts';
import { nobody } from '../../support/users.ts';

const child = entryOf('limits-child');
const run = promisify(execFile);
const isRoot = process.geteuid?.() === 0;
const kib = 1024;

/** An ordinary user; only root can become another, and anybody else is one already. */
const ordinary = isRoot ? nobody : [];

/** Runs limits-child.ts behind the words that change who and what it is. */
async function ask(prefix: readonly string[], ...args: readonly (string | number)[]) {
  const [command = '', ...rest] = [...prefix, process.execPath, child, ...args.map(String)];
  const { stdout } = await run(command, rest, { env: { ...process.env, HOME: tmpdir() } });
  return JSON.parse(stdout);
}

function field(file: string, name: string): string[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(name));
  return (line ?? '').slice(name.length).trim().split(/\s+/);
}

describe('the limits of this process', () => {
  it('are a valid report, and those that /proc/self/limits has', () => {
    const report = limitsReportSchema.parse(limits());
    const [soft, hard] = field('/proc/self/limits', 'Max locked memory');
    expect([String(report.memlock.soft), String(report.memlock.hard)]).toEqual([soft, hard]);
    expect(report.pid).toBe(process.pid);
    expect(report.fixes).toHaveLength(fixIds.length);
  });

  it('name the capabilities that /proc/self/status has', () => {
    const report = limits();
    const bit = (set: string) => (BigInt(`0x${field('/proc/self/status', set)[0]}`) >> 14n) & 1n;
    const { effective, permitted, bounding } = report.ipcLock;
    expect([effective, permitted, bounding].map(Number)).toEqual(
      ['CapEff:', 'CapPrm:', 'CapBnd:'].map((set) => Number(bit(set))),
    );
  });

  it('follow a lock', () => {
    const bytes = 16 * kib;
    const mapped = mmap(null, bytes, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    if (mapped.errno !== null) throw new Error(mapped.errno);
    const before = limits().vmLckBytes;
    mlock(mapped.returned, bytes);
    const during = limits().vmLckBytes;
    munlock(mapped.returned, bytes);
    munmap(mapped.returned, bytes);
    expect([during - before, limits().vmLckBytes - before]).toEqual([bytes, 0]);
  });

  it('agree with /proc on memory, swap, mappings and overcommit', () => {
    const { memory, swap, mappings, overcommit, userNamespace } = limits();
    expect(memory.totalBytes).toBe(Number(field('/proc/meminfo', 'MemTotal:')[0]) * kib);
    expect(swap.totalBytes).toBe(Number(field('/proc/meminfo', 'SwapTotal:')[0]) * kib);
    expect(overcommit.commitLimitBytes).toBe(Number(field('/proc/meminfo', 'CommitLimit:')[0]) * kib);
    expect(mappings.max).toBe(Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8')));
    const lines = readFileSync('/proc/self/maps', 'utf8').trim().split('\n').length;
    expect(Math.abs((mappings.count ?? 0) - lines)).toBeLessThan(20);
    expect(userNamespace.uidMap).toHaveLength(readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n').length);
  });
});

describe('another process', () => {
  it('with lowered limits reports those', async () => {
    const report: LimitsReport = await ask(['prlimit', `--memlock=${48 * kib}:${60 * kib}`]);
    expect(report.memlock).toEqual({ soft: 48 * kib, hard: 60 * kib });
  });

  it('without privilege has no capability in any set', async () => {
    const report: LimitsReport = await ask(ordinary);
    expect(report.ipcLock.counts).toBe(false);
    if (!isRoot) return;
    expect(report.capabilities).toEqual({ effective: [], permitted: [], bounding: [] });
    expect(report.ipcLock).toEqual({ effective: false, permitted: false, bounding: false, counts: false });
  });

  it('in a user namespace holds CAP_IPC_LOCK and the calculator knows that it does not count', async (test) => {
    const inside = ['prlimit', `--memlock=${64 * kib}`, 'unshare', '--user', '--map-root-user'];
    const possible = await run(inside[0] ?? '', [...inside.slice(1), 'true']).then(
      () => true,
      () => false,
    );
    test.skip(!possible, 'user namespaces are not allowed here');
    const report: LimitsReport = await ask(inside);
    expect(report.userNamespace.initial).toBe(false);
    expect(report.ipcLock).toMatchObject({ effective: true, counts: false });
    const [{ verdict, errno }] = await ask(inside, 'try', 0, 1024 * kib);
    expect({ works: verdict.works, errno }).toEqual({ works: false, errno: 'ENOMEM' });
  });
});

describe('the calculator says what mlock then does', () => {
  const around = [1, 4, 60, 63, 64, 65, 68, 1024].map((size) => size * kib).concat(64 * kib + 1, 60 * kib + 1);
  const cases: [name: string, limitBytes: number | string, beforeBytes: number][] = [
    ['at 64 KiB with nothing locked', 64 * kib, 0],
    ['at 64 KiB with 60 KiB locked', 64 * kib, 60 * kib],
    ['at a limit that is not whole pages', 64 * kib + 100, 8 * kib],
    ['at a limit below a page', 100, 0],
    ['at limit 0', 0, 0],
  ];
  it.each(cases)('%s', async (_, limit, before) => {
    const tries: { bytes: number; verdict: { works: boolean; errno: string | null }; errno: string | null }[] =
      await ask(['prlimit', `--memlock=${limit}`, ...ordinary], 'try', before, ...around);
    expect(tries.map(({ bytes, verdict }) => [bytes, verdict.works, verdict.errno])).toEqual(
      tries.map(({ bytes, errno }) => [bytes, errno === null, errno]),
    );
    expect(tries.some(({ verdict }) => !verdict.works)).toBe(true);
  });

  it('with CAP_IPC_LOCK, over any limit', async (test) => {
    test.skip(!limits().ipcLock.counts, 'these tests run without CAP_IPC_LOCK');
    const [{ verdict, errno }] = await ask(['prlimit', '--memlock=0'], 'try', 0, 1024 * kib);
    expect({ works: verdict.works, errno }).toEqual({ works: true, errno: null });
  });
});

describe('a refused call is explained', () => {
  it('by its numbers, and points to what helps', async () => {
    const { overLimit, withHole, locked, unaligned, overHard } = await ask(
      ['prlimit', `--memlock=${64 * kib}`, ...ordinary],
      'explain',
    );
    expect(overLimit.text.en).toContain('VmLck 0 B + 128 KiB > 64 KiB');
    expect(['docker', 'limits-conf', 'systemd-service', 'desktop-session', 'kubernetes', 'podman', 'lxc']).toContain(
      overLimit.fix,
    );
    expect(withHole).toMatchObject({ fix: 'mapped-range' });
    expect(withHole.text.en).toMatch(/^Nothing is mapped from 0x[0-9a-f]+ to 0x[0-9a-f]+/);
    expect(locked).toMatchObject({ fix: 'unlock-first' });
    expect(locked.text.en).toContain('is locked, and MADV_DONTNEED leaves locked memory alone');
    expect(unaligned).toBeUndefined();
    expect(overHard.text.en).toBe('68 KiB > 64 KiB: the soft limit cannot go above the hard limit of RLIMIT_MEMLOCK.');
  });

  it('with the soft limit as the fix, where the hard limit has room', async () => {
    const { overLimit } = await ask(['prlimit', `--memlock=${64 * kib}:${1024 * kib}`, ...ordinary], 'explain');
    expect(overLimit.fix).toBe('ulimit');
  });
});
