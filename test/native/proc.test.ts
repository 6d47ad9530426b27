import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { capabilities } from '../../native/capabilities.ts';
import { mlock, munlock, munmap, PROT } from '../../native/mman.ts';
import { readText } from '../../native/proc-file.ts';
import { meminfo, swaps } from '../../native/proc-meminfo.ts';
import { parseStatus, status } from '../../native/proc-status.ts';
import { parseSmapsRecord, readSmaps, type SmapsEntry } from '../../native/smaps.ts';
import { pageSize } from '../../native/sysconf.ts';
import { maxMapCount, overcommit, transparentHugepage } from '../../native/vm-settings.ts';
import { parseMapsLine, readMaps, vmas } from '../../native/vma.ts';
import { map } from './memory.ts';

test('status follows a lock', () => {
  const address = map(4);
  const before = status();
  mlock(address, 4 * pageSize());
  const during = status();
  munlock(address, 4 * pageSize());
  munmap(address, 4 * pageSize());
  if (before.errno !== null || during.errno !== null) throw new Error('no status');
  expect(during.vmLckBytes - before.vmLckBytes).toBe(4 * pageSize());
  expect(during.effectiveUid).toBe(process.geteuid?.());
});

test('status of a process that does not exist is ENOENT, of an impossible pid an error', () => {
  expect(status(2 ** 30)).toEqual({ returned: -1, errno: 'ENOENT' });
  expect(() => status(-1)).toThrow(RangeError);
});

test('a kernel thread, which has no memory lines, reads as zeros', () => {
  expect(parseStatus('Name:\tkthreadd\nUid:\t0\t0\t0\t0\nThreads:\t1\nCapEff:\t0000000000000000\n')).toMatchObject({
    name: 'kthreadd',
    vmLckBytes: 0,
    vmRssBytes: 0,
    effective: [],
  });
});

test('capabilities are named by their numbers', () => {
  expect(capabilities('0000000000004000')).toEqual(['CAP_IPC_LOCK']);
  expect(capabilities('0000000001000000')).toEqual(['CAP_SYS_RESOURCE']);
  expect(capabilities('000001ffffffffff')).toHaveLength(41);
  expect(capabilities('000001ffffffffff').at(-1)).toBe('CAP_CHECKPOINT_RESTORE');
  expect(capabilities('8000000000000000')).toEqual(['capability 63']);
});

test('memory, swap and settings of this machine are read', () => {
  const machine = meminfo();
  if (machine.errno !== null) throw new Error(machine.errno);
  expect(machine.memTotalBytes).toBe(totalmem());
  expect(machine.memAvailableBytes).toBeLessThanOrEqual(machine.memTotalBytes);
  const areas = swaps();
  if (areas.errno !== null) throw new Error(areas.errno);
  expect(areas.swaps.reduce((sum, area) => sum + area.sizeBytes, 0)).toBe(machine.swapTotalBytes);
  expect(overcommit().errno).toBeNull();
  expect(['ENOENT', null]).toContain(transparentHugepage().errno);
  expect(maxMapCount().returned).toBeGreaterThan(1000);
  expect(availableParallelism()).toBeGreaterThan(0);
});

test('a file that is not there is an errno', () => {
  expect(readText('/proc/none')).toEqual({ returned: -1, errno: 'ENOENT' });
});

test('a smaps record gives sizes in bytes, its path with spaces and its flags', () => {
  const record = [
    '7f0000000000-7f0000004000 rw-s 00000000 fe:00 12                         /tmp/a file (deleted)',
    'Size:                 16 kB',
    'Rss:                   8 kB',
    'Swap:                  4 kB',
    'Locked:                8 kB',
    'THPeligible:           0',
    'VmFlags: rd wr sh lo lf dd sd ',
  ].join('\n');
  expect(parseSmapsRecord(record)).toEqual({
    start: 0x7f0000000000n,
    end: 0x7f0000004000n,
    protection: 'rw-s',
    path: '/tmp/a file (deleted)',
    sizeBytes: 16384,
    rssBytes: 8192,
    swapBytes: 4096,
    lockedBytes: 8192,
    flags: 'rd wr sh lo lf dd sd',
    locked: true,
    onFault: true,
    dontDump: true,
  });
  expect(parseSmapsRecord('Rss: 4 kB')).toBeNull();
});

test('smaps of a range holds just its VMAs, and stops when told', () => {
  const address = map(4);
  const entries: SmapsEntry[] = [];
  const read = readSmaps('self', (entry) => entries.push(entry), address, address + BigInt(4 * pageSize()));
  expect(read).toEqual({ returned: 1, errno: null });
  expect(entries[0]?.start).toBeLessThanOrEqual(address);
  expect(readSmaps('self', () => false).returned).toBe(1);
  munmap(address, 4 * pageSize());
});

test('smaps names as many VMAs as maps has lines', () => {
  let count = 0;
  readSmaps(process.ppid, () => count++);
  const lines = readFileSync(`/proc/${process.ppid}/maps`, 'latin1').trim().split('\n').length;
  expect(Math.abs(count - lines)).toBeLessThanOrEqual(5);
});

test('the VMAs of a range are those of /proc/self/maps', () => {
  const address = map(6);
  munmap(address + BigInt(2 * pageSize()), pageSize());
  const end = address + BigInt(6 * pageSize());
  const found = vmas(address, end);
  if (found.errno !== null) throw new Error(found.errno);
  const expected = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .map(parseMapsLine)
    .filter((vma) => vma !== null && vma.end > address && vma.start < end);
  expect(found.vmas).toEqual(expected);
  expect(readMaps(address, end)).toEqual({ ...found, source: 'maps' });
  expect(found.vmas).toHaveLength(2);
  expect(found.vmas[0]).toMatchObject({ protection: PROT.READ | PROT.WRITE, shared: false });
  munmap(address, 6 * pageSize());
});
