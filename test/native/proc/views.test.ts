import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MLOCK, mlock, mlock2 } from '../../../native/calls/mlock.ts';
import { munmap } from '../../../native/calls/mman.ts';
import { getrlimit, RLIMIT } from '../../../native/calls/resource.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { lockedInSmaps, lockedRanges } from '../../../native/pages/locked-ranges.ts';
import { parseProcLimits, procLimits } from '../../../native/proc/proc-limits.ts';
import { meminfo } from '../../../native/proc/proc-meminfo.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { smapsRollup } from '../../../native/proc/smaps-rollup.ts';
import { userNamespace } from '../../../native/proc/user-namespace.ts';
import { overcommit, transparentHugepage } from '../../../native/proc/vm-settings.ts';
import { vmstat } from '../../../native/proc/vmstat.ts';
import { map } from '../../support/native-memory.ts';

const size = pageSize();

describe('locked ranges', () => {
  test('are the mappings that were locked, and smaps says the same of them', () => {
    const address = map(16);
    const at = (page: number) => address + BigInt(page * size);
    mlock(at(2), 3 * size);
    mlock2(at(8), 4 * size, MLOCK.ONFAULT);
    const quick = lockedRanges();
    const told = lockedRanges({ start: address, end: at(16), onFault: true });
    const other = lockedInSmaps('self');
    munmap(address, 16 * size);
    if (quick.errno !== null || told.errno !== null || other.errno !== null) throw new Error('no locked ranges');
    const expected = [
      { start: at(2), end: at(5), onFault: false },
      { start: at(8), end: at(12), onFault: true },
    ];
    expect(told.ranges).toEqual(expected);
    expect(other.ranges).toEqual(expected);
    expect(quick.ranges.map(({ start, end }) => ({ start, end }))).toEqual(
      expected.map(({ start, end }) => ({ start, end })),
    );
  });

  test('are none where nothing is locked', () => {
    expect(lockedRanges({ onFault: true })).toMatchObject({ errno: null, ranges: [] });
  });

  test('of a process that does not exist are an errno', () => {
    expect(lockedInSmaps(2 ** 30)).toEqual({ returned: -1, errno: 'ENOENT' });
  });
});

test('smaps_rollup sums what status tells', () => {
  const rollup = smapsRollup();
  const self = status();
  if (rollup.errno !== null || self.errno !== null) throw new Error('no view');
  expect(Math.abs(rollup.rssBytes - self.vmRssBytes)).toBeLessThan(32 * 2 ** 20);
  expect(rollup.pssBytes).toBeLessThanOrEqual(rollup.rssBytes);
  expect(smapsRollup(2 ** 30)).toEqual({ returned: -1, errno: 'ENOENT' });
});

test('limits of any process are read from its file', () => {
  const mine = procLimits();
  const memlock = getrlimit(RLIMIT.MEMLOCK);
  if (mine.errno !== null || memlock.errno !== null) throw new Error('no limits');
  expect(mine.limits.MEMLOCK).toEqual({ soft: memlock.soft, hard: memlock.hard });
  expect(Object.keys(mine.limits).sort()).toEqual(Object.keys(RLIMIT).sort());
  expect(procLimits(process.ppid).errno).toBeNull();
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max cpu time              unlimited            unlimited            seconds   ',
    'Max core file size        0                    unlimited            bytes     ',
    'Max locked memory         0                    0                    bytes     ',
    'Max address space         8388608              18446744073709551614 bytes     ',
    'Max nice priority         0                    20                   ',
  ].join('\n');
  expect(parseProcLimits(text).limits).toEqual({
    CPU: { soft: 'unlimited', hard: 'unlimited' },
    CORE: { soft: 0n, hard: 'unlimited' },
    MEMLOCK: { soft: 0n, hard: 0n },
    AS: { soft: 8_388_608n, hard: 18_446_744_073_709_551_614n },
    NICE: { soft: 0n, hard: 20n },
  });
  expect(parseProcLimits('Limit  Soft Limit  Hard Limit  Units\n').limits).toEqual({});
});

test('vmstat counts what meminfo has in bytes', () => {
  const counted = vmstat();
  const machine = meminfo();
  if (counted.errno !== null || machine.errno !== null) throw new Error('no view');
  const locked = (counted.counters.get('nr_mlock') ?? Number.NaN) * size;
  expect(Math.abs(locked - machine.mlockedBytes)).toBeLessThan(64 * 2 ** 20);
  expect(counted.counters.get('pgfault')).toBeGreaterThan(0);
});

test('the settings of huge pages and overcommit are those of their files', () => {
  const huge = transparentHugepage();
  if (huge.errno === null) {
    const file = readFileSync('/sys/kernel/mm/transparent_hugepage/defrag', 'latin1');
    expect(file).toContain(`[${huge.defrag}]`);
    expect(huge.sizeBytes).toBeGreaterThan(size);
  } else expect(huge.errno).toBe('ENOENT');
  const commit = overcommit();
  if (commit.errno !== null) throw new Error(commit.errno);
  expect(commit.ratioPercent).toBe(Number(readFileSync('/proc/sys/vm/overcommit_ratio', 'latin1')));
});

test('a new user namespace is told from the first one', (context) => {
  const { initial, uidMap } = userNamespace();
  expect(uidMap.length).toBeGreaterThan(0);
  const script = `
    const { userNamespace } = await import(${JSON.stringify(new URL('../../../native/proc/user-namespace.ts', import.meta.url).href)});
    console.log(JSON.stringify(userNamespace()));`;
  let printed: string;
  try {
    const node = [process.execPath, '--input-type=module', '-e', script];
    printed = execFileSync('unshare', ['--user', '--map-root-user', ...node], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    context.skip(`A user namespace can't be made here: ${error instanceof Error ? error.message : error}`);
    return;
  }
  expect(JSON.parse(printed)).toMatchObject({ initial: false, uidMap: [{ inside: 0, count: 1 }] });
  expect(initial).not.toBeNull();
});
