import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capabilities } from '../../../native/calls/capabilities.ts';
import { forkAndHold } from '../../../native/calls/fork.ts';
import { mlock, munlock } from '../../../native/calls/mlock.ts';
import { MAP, mmap, mprotect, munmap, PROT } from '../../../native/calls/mman.ts';
import { getName, setName } from '../../../native/calls/prctl.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { readText } from '../../../native/proc/proc-file.ts';
import { meminfo, parseMeminfo, parseSwaps, swaps } from '../../../native/proc/proc-meminfo.ts';
import { hasEnded, procStat } from '../../../native/proc/proc-stat.ts';
import { parseStatus, status } from '../../../native/proc/proc-status.ts';
import { readSmaps, readSmapsAsync, type SmapsEntry } from '../../../native/proc/smaps.ts';
import { endOfRecord, parseRecord } from '../../../native/proc/smaps-record.ts';
import { maxMapCount, overcommit, transparentHugepage } from '../../../native/proc/vm-settings.ts';
import { parseMapsLine, readMaps, vmas } from '../../../native/proc/vma.ts';
import { map } from '../../support/native-memory.ts';

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

test('status of a setuid program tells what it may, not who started it', () => {
  const text = [
    'Name:\tsudo',
    'Uid:\t1000\t0\t1001\t1002',
    'VmPeak:\t   90000 kB',
    'VmSize:\t   80000 kB',
    'VmLck:\t      64 kB',
    'VmPin:\t      32 kB',
    'VmHWM:\t    5000 kB',
    'VmRSS:\t    4000 kB',
    'RssAnon:\t    3000 kB',
    'RssFile:\t    2000 kB',
    'VmSwap:\t     128 kB',
    'Threads:\t7',
    'Seccomp:\t2',
    'CapInh:\t0000000000000001',
    'CapPrm:\t0000000000004000',
    'CapEff:\t0000000001000000',
    'CapBnd:\t0000000001004000',
    'CapAmb:\t0000000000000002',
    '',
  ].join('\n');
  expect(parseStatus(text)).toEqual({
    returned: 0,
    errno: null,
    name: 'sudo',
    vmSizeBytes: 80_000 * 1024,
    vmLckBytes: 64 * 1024,
    vmRssBytes: 4000 * 1024,
    rssAnonBytes: 3000 * 1024,
    vmSwapBytes: 128 * 1024,
    effectiveUid: 0,
    threads: 7,
    seccomp: 2,
    effective: ['CAP_SYS_RESOURCE'],
    permitted: ['CAP_IPC_LOCK'],
    bounding: ['CAP_IPC_LOCK', 'CAP_SYS_RESOURCE'],
  });
});

test('the machine’s memory is told in bytes, each line as its own', () => {
  const names = ['MemTotal', 'MemFree', 'MemAvailable', 'SwapCached', 'Mlocked', 'SwapTotal', 'SwapFree'];
  const lines = [...names, 'CommitLimit', 'Committed_AS'].map((name, index) => `${name}:   ${index + 1} kB`);
  const pool = [
    'HugePages_Total:      10',
    'HugePages_Free:       11',
    'HugePages_Rsvd:       12',
    'Hugepagesize:         13 kB',
    'Unevictable:          14 kB',
    'Cached:               15 kB',
    'Shmem:                16 kB',
    'Buffers:              17 kB',
    'Dirty:                18 kB',
  ];
  expect(parseMeminfo([...lines, ...pool].join('\n'))).toEqual({
    returned: 0,
    errno: null,
    memTotalBytes: 1024,
    memFreeBytes: 2 * 1024,
    memAvailableBytes: 3 * 1024,
    mlockedBytes: 5 * 1024,
    unevictableBytes: 14 * 1024,
    cachedBytes: 15 * 1024,
    shmemBytes: 16 * 1024,
    buffersBytes: 17 * 1024,
    dirtyBytes: 18 * 1024,
    swapTotalBytes: 6 * 1024,
    swapFreeBytes: 7 * 1024,
    commitLimitBytes: 8 * 1024,
    committedBytes: 9 * 1024,
    hugePagesTotal: 10,
    hugePagesFree: 11,
    hugePagesReserved: 12,
    hugePageBytes: 13 * 1024,
  });
});

test('swap areas are told in bytes, with their priority, which is below 0 where nobody gave one', () => {
  const text = [
    'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority',
    '/dev/zram0                              partition\t4194300\t\t1024\t\t100',
    '/my\\040swap                              file\t\t2097148\t\t0\t\t-2',
    '',
  ].join('\n');
  expect(parseSwaps(text)).toEqual([
    { path: '/dev/zram0', type: 'partition', sizeBytes: 4_194_300 * 1024, usedBytes: 1024 * 1024, priority: 100 },
    { path: '/my\\040swap', type: 'file', sizeBytes: 2_097_148 * 1024, usedBytes: 0, priority: -2 },
  ]);
  expect(parseSwaps('Filename\tType\tSize\tUsed\tPriority\n')).toEqual([]);
});

test('a process is told by its start and state, whatever its name looks like', () => {
  const before = getName();
  const mine = procStat();
  setName('a) Z 1 (b 2');
  const named = procStat();
  setName(before);
  if (mine.errno !== null || named.errno !== null) throw new Error('no stat');
  expect(named).toEqual({ ...mine, state: 'R', minorFaults: expect.any(Number) });
  expect(named.minorFaults).toBeGreaterThanOrEqual(mine.minorFaults);
  const [now] = readFileSync('/proc/uptime', 'latin1').split(' ');
  expect(named.startTicks / 100).toBeLessThanOrEqual(Number(now));
  expect([hasEnded(process.pid), hasEnded(2 ** 30)]).toEqual([false, true]);
});

test('a process that ended and was not waited for has ended', async () => {
  const copy = forkAndHold();
  if (copy.errno !== null) throw new Error(copy.errno);
  using _ = copy;
  expect(hasEnded(copy.pid)).toBe(false);
  process.kill(copy.pid, 'SIGKILL');
  await expect.poll(() => procStat(copy.pid)).toMatchObject({ state: 'Z' });
  expect(hasEnded(copy.pid)).toBe(true);
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

describe('a record of smaps', () => {
  const record = [
    '7f0000000000-7f0000004000 rw-s 00000000 fe:00 12                         /tmp/a 文件 (deleted)',
    'Size:                 16 kB',
    'Rss:                   8 kB',
    'Pss:                   2 kB',
    'Shared_Dirty:          3 kB',
    'Private_Dirty:         4 kB',
    'LazyFree:              4 kB',
    'Swap:                  4 kB',
    'Locked:                8 kB',
    'THPeligible:           0',
    'VmFlags: rd wr sh lo lf dd sd ',
    '',
  ].join('\n');
  const parse = (text: string, start = 0) => {
    const bytes = Buffer.from(text);
    return parseRecord(bytes, 0, bytes.length, start);
  };

  test('gives sizes in bytes, its path as it is and its flags', () => {
    expect(parse(record)).toEqual({
      start: 0x7f0000000000n,
      end: 0x7f0000004000n,
      protection: 'rw-s',
      path: '/tmp/a 文件 (deleted)',
      sizeBytes: 16384,
      rssBytes: 8192,
      pssBytes: 2048,
      dirtyBytes: 7168,
      swapBytes: 4096,
      lazyFreeBytes: 4096,
      lockedBytes: 8192,
      flags: 'rd wr sh lo lf dd sd',
      locked: true,
      onFault: true,
      dontDump: true,
    });
    expect(endOfRecord()).toBe(Buffer.byteLength(record));
  });

  test('is read with other lines, longer numbers and no path too', () => {
    const other = record
      .replace(' /tmp/a 文件 (deleted)', '')
      .replace('Rss:                   8 kB', 'Rss:            123456789012 kB\nPss: 1 kB')
      .replace('Swap:                  4 kB\n', '')
      .replace('rd wr sh lo lf dd sd', 'rd mr');
    expect(parse(record)).toMatchObject({ rssBytes: 8192 });
    expect(parse(other)).toMatchObject({
      path: '',
      rssBytes: 123456789012 * 1024,
      swapBytes: 0,
      lazyFreeBytes: 4096,
      flags: 'rd mr',
      locked: false,
    });
  });

  test('beyond what a double counts exactly keeps its address', () => {
    const gate = record.replace('7f0000000000-7f0000004000', 'ffffffffff600000-ffffffffff601000');
    expect(parse(gate)).toMatchObject({ start: 0xffffffffff600000n, end: 0xffffffffff601000n });
  });

  // VmFlags as the kernels print them, in the order of the bits; `lf` has a name since about Linux 6.2.
  test.each([
    ['on fault, 6.18: private, without huge pages', 'rd wr mr mw me lo lf ac sd nh', true],
    ['on fault, 5.10: private, without huge pages', 'rd wr mr mw me lo ?? ac sd nh', true],
    ['on fault, 6.1: shared memory', 'rd wr sh mr mw me ms lo ?? sd', true],
    ['on fault, 6.1 without soft-dirty bits: a file and huge pages', 'rd sh mr me ms lo rr ?? hg', true],
    ['on fault, 6.1: a stack that grows down', 'rd wr mr mw me gd lo ?? ac', true],
    ['on fault, 5.10: left out of core files and of children', 'rd wr mr mw me lo dc ?? ac wf dd sd', true],
    ['locked whole, 5.10', 'rd wr mr mw me lo ac sd nh', false],
    ['a nameless flag below the lock', 'rd wr mr mw me ?? lo ac sd', false],
    ['a nameless flag above all', 'rd wr mr mw me lo ac sd nh ??', false],
    ['nameless flags on both sides of the lock', 'rd wr ?? lo ?? ac sd ??', true],
    ['a nameless flag below and not locked', 'rd wr mr mw me ?? ac sd', false],
    ['a nameless flag at the end of a locked mapping', 'rd sh mr ms lo ??', false],
  ])('%s: %s is locked on fault: %s', (_, flags, onFault) => {
    expect(parse(record.replace('rd wr sh lo lf dd sd', flags))).toMatchObject({ flags, onFault });
  });

  test('that is cut short anywhere is not parsed yet', () => {
    const bytes = Buffer.from(record);
    for (let length = 0; length < bytes.length; length++) expect(parseRecord(bytes, 0, length, 0)).toBeUndefined();
  });

  test('before the range, or without an address, is passed over', () => {
    expect(parse(record, 0x7f0000004000)).toBeNull();
    expect(parse('Rss: 4 kB\nVmFlags: rd\n')).toBeNull();
  });
});

test('smaps of a process with 16 000 mappings names each of them', () => {
  const pages = 16_000;
  const address = map(pages);
  for (let page = 0; page < pages; page += 2) mprotect(address + BigInt(page * pageSize()), pageSize(), PROT.READ);
  const protections = new Map<string, number>();
  let next = address;
  const read = readSmaps(
    'self',
    ({ start, end, protection, sizeBytes }) => {
      protections.set(protection, (protections.get(protection) ?? 0) + 1);
      if (start === next && sizeBytes === pageSize()) next = end;
    },
    address,
    address + BigInt(pages * pageSize()),
  );
  munmap(address, pages * pageSize());
  expect(read.errno).toBeNull();
  // The last may have been joined with the mapping after it.
  expect(Number(next - address) / pageSize()).toBeGreaterThanOrEqual(pages - 1);
  expect(protections.get('r--p')).toBe(pages / 2);
});

test('a mapping whose path is longer than all that is read at once is told whole, and what comes after it too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-'));
  const home = process.cwd();
  const name = 'n'.repeat(250);
  const size = pageSize();
  try {
    // No path that a call takes is that long, but folders may be nested without end.
    process.chdir(folder);
    for (let depth = 0; depth < 300; depth++) {
      mkdirSync(name);
      process.chdir(name);
    }
    const fd = openSync('file', 'w+');
    ftruncateSync(fd, size);
    const address = map(4);
    const mapped = mmap(address + BigInt(size), size, PROT.READ, MAP.SHARED | MAP.FIXED, fd, 0);
    closeSync(fd);
    expect(mapped.errno).toBeNull();
    const range = [address, address + BigInt(4 * size)] as const;
    const [now, later]: SmapsEntry[][] = [[], []];
    const read = readSmaps('self', (entry) => now?.push(entry), ...range);
    await readSmapsAsync('self', (entry) => later?.push(entry), ...range);
    const lines = readMaps(...range);
    munmap(address, 4 * size);
    expect(read).toEqual({ returned: 3, errno: null });
    if (lines.errno !== null) throw new Error(lines.errno);
    expect(lines.vmas.map(({ protection, shared }) => [protection, shared])).toEqual([
      [PROT.READ | PROT.WRITE, false],
      [PROT.READ, true],
      [PROT.READ | PROT.WRITE, false],
    ]);
    expect(now?.[1]?.path.endsWith(`/${Array(300).fill(name).join('/')}/file`)).toBe(true);
    expect(now?.[2]).toMatchObject({ start: address + BigInt(2 * size), path: '', protection: 'rw-p' });
    // What lies beside it may have grown meanwhile, by a thread's stack.
    expect(later?.map(({ path }) => path)).toEqual(now?.map(({ path }) => path));
    expect(later?.[1]).toEqual(now?.[1]);
  } finally {
    process.chdir(home);
    execFileSync('rm', ['-rf', folder]);
  }
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

describe('smaps read beside the main loop', () => {
  test('says the same as smaps read at once, of one mapping and of all that lie before it', async () => {
    const size = pageSize();
    const address = map(16);
    try {
      mlock(address, 4 * size);
      const [now, later]: SmapsEntry[][] = [[], []];
      readSmaps('self', (entry) => now?.push(entry), address, address + BigInt(16 * size));
      const read = await readSmapsAsync('self', (entry) => later?.push(entry), address, address + BigInt(16 * size));
      expect(read).toEqual({ returned: now?.length, errno: null });
      expect(later).toEqual(now);
      expect(now?.length).toBeGreaterThan(1);
    } finally {
      munlock(address, 4 * size);
      munmap(address, 16 * size);
    }
  });

  test('stops when it is told to, and names what is missing', async () => {
    let seen = 0;
    expect(await readSmapsAsync('self', () => ++seen < 3)).toEqual({ returned: 3, errno: null });
    expect(await readSmapsAsync(2 ** 30, () => true)).toEqual({ returned: -1, errno: 'ENOENT' });
  });
});
