import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyOut, explicitBzero, memset } from '../../../native/calls/bytes.ts';
import { capget, dropCapabilities } from '../../../native/calls/capabilities.ts';
import { setresuid } from '../../../native/calls/identity.ts';
import {
  free,
  mallinfo2,
  malloc,
  mallocInfo,
  mallocTrim,
  mallocUsableSize,
  quickHeap,
  realloc,
} from '../../../native/calls/malloc.ts';
import { memfdCreate, memfdSecret, O_CLOEXEC } from '../../../native/calls/memfd.ts';
import { MCL, MLOCK, mlock2, mlockall, munlockall } from '../../../native/calls/mlock.ts';
import { MADV, MAP, MREMAP, mincore, mmap, mremap, munmap, PROT, quickMaps } from '../../../native/calls/mman.ts';
import { cachestat, mincoreTellsOf, POSIX_FADV, posixFadvise } from '../../../native/calls/page-cache.ts';
import { pidfdOpen, processMadvise } from '../../../native/calls/pidfd.ts';
import { openPipe } from '../../../native/calls/pipe.ts';
import { processVmReadv } from '../../../native/calls/process-vm.ts';
import { quickRegex, REG } from '../../../native/calls/regex.ts';
import { SIG, signal } from '../../../native/calls/signals.ts';
import { touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { feature } from '../../../native/probes/features.ts';
import { selfDescriptor } from '../../../native/proc/proc-file.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

const size = pageSize();
const NATIVE = new URL('../../../native/', import.meta.url).href;

/** Runs a module in a process of its own, with the functions of native that it asks for. */
function inOwnProcess(script: string): ReturnType<typeof spawnSync> {
  const source = script.replaceAll(/from '(\w[\w/-]*\.ts)'/g, `from '${NATIVE}$1'`);
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', timeout: 40_000 });
}

describe('locking', () => {
  test('on fault charges the whole range at once, and brings nothing in', () => {
    const address = map(8);
    const before = status();
    expect(mlock2(address, 8 * size, MLOCK.ONFAULT).errno).toBeNull();
    const after = status();
    const vec = new Uint8Array(8);
    mincore(address, 8 * size, vec);
    munmap(address, 8 * size);
    if (before.errno !== null || after.errno !== null) throw new Error('no status');
    expect(after.vmLckBytes - before.vmLckBytes).toBe(8 * size);
    expect(vec.some((byte) => byte & 1)).toBe(false);
  });

  test('refuses flags that it does not know', () => {
    const address = map(1);
    expect(mlock2(address, size, 64)).toEqual({ returned: -1, errno: 'EINVAL' });
    expect(mlock2(address, size, 0)).toEqual({ returned: 0, errno: null });
    munmap(address, size);
  });

  test('of everything refuses flags that mean nothing', () => {
    expect([0, MCL.ONFAULT, 64].map((flags) => mlockall(flags).errno)).toEqual(['EINVAL', 'EINVAL', 'EINVAL']);
    expect(munlockall()).toEqual({ returned: 0, errno: null });
  });
});

test('a mapping grows in place or elsewhere, and keeps its pages', () => {
  const address = map(4);
  touchWrite(address, pageNumbers(0, 4));
  const grown = mremap(address, 4 * size, 64 * size, MREMAP.MAYMOVE);
  if (grown.errno !== null) throw new Error(grown.errno);
  const vec = new Uint8Array(64);
  mincore(grown.returned, 64 * size, vec);
  expect(vec.reduce((sum, byte) => sum + (byte & 1), 0)).toBe(4);
  expect(mremap(grown.returned, 64 * size, 0, 0)).toEqual({ returned: -1, errno: 'EINVAL' });
  munmap(grown.returned, 64 * size);
});

describe('files in memory', () => {
  test('are counted by cachestat, and dropped by nobody', () => {
    const file = memfdCreate('pagescope-test');
    if (file.errno !== null) throw new Error(file.errno);
    ftruncateSync(file.returned, 4 * size);
    writeSync(file.returned, new Uint8Array(2 * size).fill(1));
    if (feature('cachestat').status === 'available')
      expect(cachestat(file.returned, 0, 0)).toMatchObject({ errno: null, cachedPages: 2 });
    expect(posixFadvise(file.returned, 0, 0, POSIX_FADV.DONTNEED).errno).toBeNull();
    expect(mincoreTellsOf(file.returned)).toBe(true);
    closeSync(file.returned);
    expect(posixFadvise(file.returned, 0, 0, POSIX_FADV.DONTNEED)).toEqual({ returned: -1, errno: 'EBADF' });
  });

  test('that are secret take plain stores, and no call that copies', (context) => {
    const file = memfdSecret();
    if (file.errno !== null) {
      context.skip(`memfd_secret answered ${file.errno}.`);
      return;
    }
    ftruncateSync(file.returned, size);
    const mapped = mmap(null, size, PROT.READ | PROT.WRITE, MAP.SHARED, file.returned, 0);
    closeSync(file.returned);
    if (mapped.errno !== null) throw new Error(mapped.errno);
    memset(mapped.returned, 7, size);
    expect(touchWrite(mapped.returned, pageNumbers(0, 1)).errno).toBe('EFAULT');
    const bytes = new Uint8Array(size);
    copyOut(mapped.returned, size, bytes);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    munmap(mapped.returned, size);
  });

  test('and every other descriptor made here are closed in the programs that this process starts', () => {
    const opened = openPipe();
    if (opened.errno !== null) throw new Error(opened.errno);
    using pipe = opened;
    const made = {
      memfd_create: memfdCreate('pagescope-test').returned,
      memfd_secret: memfdSecret().returned,
      pidfd_open: pidfdOpen(process.pid).returned,
    };
    const kept = {
      'the end to read': pipe.readFd,
      'the end to write': pipe.writeFd,
      pagemap: selfDescriptor('pagemap').returned,
      maps: selfDescriptor('maps').returned,
      smaps: selfDescriptor('smaps').returned,
    };
    const closedOnExec = (fd: number) =>
      (Number.parseInt(/^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '', 8) &
        O_CLOEXEC) !==
      0;
    const all = Object.entries({ ...made, ...kept });
    // memfd_secret may be turned off.
    const inherited = all.filter(([, fd]) => fd >= 0 && !closedOnExec(fd)).map(([name]) => name);
    for (const fd of Object.values(made)) if (fd >= 0) closeSync(fd);
    expect(inherited).toEqual([]);
    expect(all.filter(([name, fd]) => fd < 0 && name !== 'memfd_secret')).toEqual([]);
  });

  test('refuse a name with a zero byte', () => {
    expect(() => memfdCreate('a\0b')).toThrow(/^name must/);
  });
});

test('a file in the page cache is dropped by DONTNEED once it is clean', (context) => {
  if (feature('cachestat').status !== 'available') context.skip('cachestat is not available here.');
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-'));
  const fd = openSync(join(folder, 'file'), 'w+');
  writeSync(fd, new Uint8Array(8 * size));
  execFileSync('sync', [join(folder, 'file')]);
  const before = cachestat(fd, 0, 0);
  posixFadvise(fd, 0, 0, POSIX_FADV.DONTNEED);
  const after = cachestat(fd, 0, 0);
  closeSync(fd);
  rmSync(folder, { recursive: true });
  if (before.errno !== null || after.errno !== null) throw new Error('no counts');
  expect(before).toMatchObject({ cachedPages: 8, dirtyPages: 0 });
  if (after.cachedPages === 8) context.skip(`${tmpdir()} is memory itself, so nothing can be dropped.`);
  expect(after.cachedPages).toBe(0);
});

test('explicit_bzero wipes its range and no more', () => {
  const address = map(1);
  memset(address, 0xaa, 64);
  explicitBzero(address + 16n, 16);
  const bytes = new Uint8Array(64);
  copyOut(address, 64, bytes);
  munmap(address, size);
  expect(bytes.subarray(0, 16).every((byte) => byte === 0xaa)).toBe(true);
  expect(bytes.subarray(16, 32).every((byte) => byte === 0)).toBe(true);
  expect(bytes.subarray(32).every((byte) => byte === 0xaa)).toBe(true);
  expect(() => copyOut(address, 65, bytes)).toThrow('into must hold 65 bytes, not 64');
});

test('blocks of malloc grow with what is in them, and are counted while they live', () => {
  const block = malloc(1 << 20);
  if (block.errno !== null) throw new Error(block.errno);
  expect(mallocUsableSize(block.returned)).toBeGreaterThanOrEqual(1 << 20);
  memset(block.returned, 9, 1000);
  const grown = realloc(block.returned, 4 << 20);
  if (grown.errno !== null) throw new Error(grown.errno);
  const bytes = new Uint8Array(1000);
  copyOut(grown.returned, 1000, bytes);
  expect(bytes.every((byte) => byte === 9)).toBe(true);
  const during = mallinfo2();
  free(grown.returned);
  const after = mallinfo2();
  // V8's threads allocate meanwhile, but no megabyte.
  expect(during.usedBytes + during.mappedBytes - after.usedBytes - after.mappedBytes).toBeGreaterThan(3 << 20);
  expect([0, 1]).toContain(mallocTrim().returned);
  expect(malloc(2 ** 52)).toEqual({ returned: -1, errno: 'ENOMEM' });
  expect(() => realloc(null, 0)).toThrow(/^size must be over 0/);
});

test('malloc_info lists the arenas, as whole XML', () => {
  const info = mallocInfo();
  if (info.errno !== null) throw new Error(info.errno);
  expect(info.text).toMatch(/^<malloc version="1">\s*<heap nr="0">[\s\S]*<\/malloc>\s*$/);
});

test('regcomp refuses what is no regular expression, and compiles what is', () => {
  const { malloc: take, free: give, memset } = quickHeap();
  const { regcomp, regfree } = quickRegex();
  const [regex, open, letter] = [take(64), take(2), take(2)];
  for (const [text, character] of [
    [open, '('],
    [letter, 'a'],
  ] as const) {
    memset(text, character.charCodeAt(0), 1);
    memset(text + 1, 0, 1);
  }
  expect(regcomp(regex, open, REG.EXTENDED)).not.toBe(0);
  expect(regcomp(regex, letter, REG.EXTENDED | REG.NOSUB)).toBe(0);
  regfree(regex);
  for (const block of [regex, open, letter]) give(block);
});

describe('other processes', () => {
  test('are advised through a pidfd; one that ended has none', (context) => {
    if (feature('process_madvise').status === 'missing') context.skip('process_madvise is missing here.');
    const self = pidfdOpen(process.pid);
    if (self.errno !== null) throw new Error(self.errno);
    const address = map(2);
    expect(processMadvise(self.returned, address, 2 * size, MADV.COLD)).toEqual({ returned: 2 * size, errno: null });
    munmap(address, 2 * size);
    closeSync(self.returned);
    expect(pidfdOpen(2 ** 30)).toEqual({ returned: -1, errno: 'ESRCH' });
  });
});

describe('privilege', () => {
  test('is given up for this thread, one capability at a time', () => {
    const printed = inOwnProcess(`
      import { capget, dropCapabilities } from 'calls/capabilities.ts';
      const held = () => capget().effective.includes('CAP_IPC_LOCK');
      console.log(JSON.stringify([dropCapabilities('CAP_IPC_LOCK').errno, held(), capget().permitted.includes('CAP_IPC_LOCK')]));`);
    expect(JSON.parse(String(printed.stdout))).toEqual([null, false, false]);
  });

  test('agrees with what /proc says', () => {
    const sets = capget();
    const self = status();
    if (sets.errno !== null || self.errno !== null) throw new Error('no capabilities');
    expect(sets.effective).toEqual(self.effective);
    expect(sets.permitted).toEqual(self.permitted);
  });

  test('that has no such name throws', () => {
    // @ts-expect-error refused by the compiler too
    expect(() => dropCapabilities('CAP_NOTHING')).toThrow(/^capability must be one of/);
  });

  test('goes with the user id, for all threads', (context) => {
    if (process.geteuid?.() !== 0) context.skip('Only root can become another user.');
    const printed = inOwnProcess(`
      import { setresgid, setresuid } from 'calls/identity.ts';
      import { capget } from 'calls/capabilities.ts';
      const results = [setresgid(65534, 65534, 65534), setresuid(65534, 65534, 65534), setresuid(0, 0, 0)].map(({ errno }) => errno);
      console.log(JSON.stringify([...results, capget().effective.length]));`);
    expect(JSON.parse(String(printed.stdout))).toEqual([null, null, 'EPERM', 0]);
  });
});

test('a signal handled as by default ends the process', () => {
  const ended = inOwnProcess(`
    import { SIG, signal } from 'calls/signals.ts';
    process.on('SIGTERM', () => {});
    signal('SIGTERM', SIG.DFL);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => {}, 10000);`);
  expect(ended.signal).toBe('SIGTERM');
  expect(signal('SIGKILL', SIG.DFL)).toEqual({ returned: -1, errno: 'EINVAL' });
});

describe('a mistake of the program throws and names the argument', () => {
  const address = 4096n;
  const calls: readonly (readonly [string, (bad: number) => unknown, string])[] = [
    ['mlock2', (bad) => mlock2(address, bad, 0), 'length'],
    ['mremap', (bad) => mremap(address, bad, 1, 0), 'oldLength'],
    ['mremap', (bad) => mremap(address, 1, bad, 0), 'newLength'],
    ['memset', (bad) => memset(address, 0, bad), 'length'],
    ['explicit_bzero', (bad) => explicitBzero(address, bad), 'length'],
    ['malloc', (bad) => malloc(bad), 'size'],
    ['realloc', (bad) => realloc(null, bad), 'size'],
    ['malloc_trim', (bad) => mallocTrim(bad), 'pad'],
    ['posix_fadvise', (bad) => posixFadvise(0, bad, 0, 0), 'offset'],
    ['posix_fadvise', (bad) => posixFadvise(0, 0, bad, 0), 'length'],
    ['cachestat', (bad) => cachestat(0, bad, 0), 'offset'],
    ['process_madvise', (bad) => processMadvise(0, address, bad, 0), 'length'],
    ['process_vm_readv', (bad) => processVmReadv(1, address, bad, new Uint8Array(128)), 'length'],
  ];
  const bads = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
  test.each(calls)('%s', (_, call, name) => {
    for (const bad of bads) expect(() => call(bad), `${bad}`).toThrow(new RegExp(`^${name} must be`));
  });

  test('an address, a flag or an id of another type', () => {
    // @ts-expect-error refused by the compiler too
    expect(() => mlock2(4096, 1, 0)).toThrow(/^address must be a bigint/);
    // @ts-expect-error refused by the compiler too
    expect(() => mlockall('1')).toThrow(/^flags must be a number/);
    // @ts-expect-error refused by the compiler too
    expect(() => pidfdOpen(1n)).toThrow(/^pid must be a number/);
    expect(() => mlockall(2 ** 31)).toThrow(/^flags must be a whole number of 32 bits/);
    expect(() => setresuid(-2, 0, 0)).toThrow(/^real must be a user or group id/);
    expect(() => mlock2(1n << 64n, 1, 0)).toThrow(/^address must be from 0/);
    expect(() => processVmReadv(1, 0n, 129, new Uint8Array(128))).toThrow('into must hold 129 bytes, not 128');
  });
});

test('the quick functions of the heap do what the checked ones do, with numbers for addresses', () => {
  const heap = quickHeap();
  const block = heap.malloc(64);
  heap.memset(block, 7, 64);
  const copy = heap.malloc(64);
  heap.memcpy(copy, block, 64);
  expect(heap.memcmp(copy, block, 64)).toBe(0);
  heap.memset(copy + 63, 8, 1);
  expect(heap.memcmp(copy, block, 64)).toBeGreaterThan(0);
  const grown = heap.realloc(block, 1 << 20);
  expect(heap.usableSize(grown)).toBe(mallocUsableSize(BigInt(grown)));
  heap.memcpy(copy, grown, 64);
  const bytes = new Uint8Array(64);
  copyOut(BigInt(copy), 64, bytes);
  expect([...new Set(bytes)]).toEqual([7]);
  heap.free(grown);
  heap.free(copy);
  expect(heap.malloc(2 ** 52)).toBe(0);
});

test('the quick functions of mappings do too; sbrk tells where the heap ends', () => {
  const { mmap, munmap } = quickMaps();
  const rights = PROT.READ | PROT.WRITE;
  const address = mmap(0, size, rights, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (typeof address !== 'number') throw new Error('it mapped nothing');
  expect(address % size).toBe(0);
  expect(mincore(BigInt(address), size, new Uint8Array(1)).errno).toBeNull();
  expect(munmap(address, size)).toBe(0);
  expect(mincore(BigInt(address), size, new Uint8Array(1)).errno).toBe('ENOMEM');
  expect(mmap(0, 0, rights, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0)).toBeTypeOf('bigint');
  const [, end = ''] = /-(\w+) .*\[heap\]$/m.exec(readFileSync('/proc/self/maps', 'latin1')) ?? [];
  expect(quickHeap().sbrk(0)).toBe(Number.parseInt(end, 16));
});
