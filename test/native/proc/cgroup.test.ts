/**
 * Control groups of other machines: their files, written as cgroup-v2.rst and cgroup-v1/memory.rst have them, in a
 * folder.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cgroupMemory, cgroupMemoryIn, mountsOf } from '../../../native/proc/cgroup.ts';

const MIB = 2 ** 20;
/** Version 1's "no limit": the largest number of whole pages. */
const NO_LIMIT = '9223372036854771712';

let point: string;
beforeEach(() => {
  point = mkdtempSync(join(tmpdir(), 'pagescope-cgroup-'));
});
afterEach(() => rmSync(point, { recursive: true }));

/** Writes the files of some groups, by folder below the mount point and name. */
function write(groups: Readonly<Record<string, Readonly<Record<string, string | number>>>>): void {
  for (const [folder, files] of Object.entries(groups)) {
    for (const [name, text] of Object.entries(files)) {
      const path = join(point, folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text}\n`);
    }
  }
}

const two = (root = '/') => `30 24 0:26 ${root} ${point} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n`;
const one = (root = '/') => `31 24 0:27 ${root} ${point} rw,nosuid - cgroup cgroup rw,memory\n`;

describe('of version 2', () => {
  test('a limit of a parent holds where it is smaller, each limit by itself', () => {
    write({
      'a.slice': { 'memory.max': 64 * MIB, 'memory.high': 'max', 'memory.swap.max': 8 * MIB },
      'a.slice/b.service': { 'memory.max': 128 * MIB, 'memory.high': 32 * MIB, 'memory.swap.max': 'max' },
      'a.slice/b.service/inner': { 'memory.max': 'max', 'memory.high': 'max', 'memory.swap.max': 'max' },
    });
    expect(cgroupMemoryIn('0::/a.slice/b.service/inner\n', two())).toMatchObject({
      version: 2,
      path: '/a.slice/b.service/inner',
      maxBytes: 64 * MIB,
      highBytes: 32 * MIB,
      swapMaxBytes: 8 * MIB,
    });
  });

  test('what is available is the least that any group on the way has left, cache that can be dropped included', () => {
    const stat = (inactive: number) => `anon 4096\ninactive_file ${inactive}\nunevictable ${3 * MIB}`;
    write({
      a: { 'memory.max': 100 * MIB, 'memory.current': 90 * MIB, 'memory.stat': stat(5 * MIB) },
      'a/b': { 'memory.max': 40 * MIB, 'memory.current': 20 * MIB, 'memory.stat': stat(MIB) },
      'a/b/c': { 'memory.max': 'max', 'memory.current': 2 * MIB, 'memory.stat': stat(0) },
    });
    expect(cgroupMemoryIn('0::/a/b/c\n', two())).toMatchObject({
      maxBytes: 40 * MIB,
      currentBytes: 2 * MIB,
      availableBytes: 15 * MIB,
      unevictableBytes: 3 * MIB,
    });
    write({ a: { 'memory.current': 200 * MIB } });
    expect(cgroupMemoryIn('0::/a/b/c\n', two())?.availableBytes).toBe(0);
  });

  test('no limit is told from none that can be read', () => {
    write({ free: { 'memory.max': 'max', 'memory.current': MIB } });
    const free = cgroupMemoryIn('0::/free\n', two());
    expect(free).toMatchObject({ maxBytes: 'unlimited', swapMaxBytes: null, highBytes: null, availableBytes: null });
    expect(cgroupMemoryIn('0::/gone\n', two())).toMatchObject({ maxBytes: null, currentBytes: null });
  });

  test.each([
    ['that sees its group as the root', '0::/\n', '/'],
    ['that is mounted its group alone', '0::/docker/abc\n', '/docker/abc'],
    ['whose group has a dash in its name, which systemd writes as \\x2d', '0::/a\\x2db.scope\n', '/a\\134x2db.scope'],
  ])('in a container %s, the mount is the group', (_, groups, root) => {
    write({ '.': { 'memory.max': 16 * MIB, 'memory.current': 5 * MIB } });
    expect(cgroupMemoryIn(groups, two(root))).toMatchObject({ maxBytes: 16 * MIB, currentBytes: 5 * MIB });
  });
});

describe('of version 1', () => {
  const swap = 'memory.memsw.limit_in_bytes';
  const limit = 'memory.limit_in_bytes';

  test('the limit of both less that of memory is what is left for swap', () => {
    write({
      docker: { [limit]: NO_LIMIT, [swap]: NO_LIMIT },
      'docker/abc': { [limit]: 64 * MIB, [swap]: 96 * MIB, 'memory.usage_in_bytes': 10 * MIB },
    });
    expect(cgroupMemoryIn('4:cpu,memory:/docker/abc\n', one())).toMatchObject({
      version: 1,
      path: '/docker/abc',
      maxBytes: 64 * MIB,
      highBytes: null,
      swapMaxBytes: 32 * MIB,
      currentBytes: 10 * MIB,
      availableBytes: 54 * MIB,
    });
  });

  test('swap has no limit where both have none, and none is known where swap is not counted', () => {
    write({ a: { [limit]: 64 * MIB, [swap]: NO_LIMIT }, b: { [limit]: 64 * MIB } });
    expect(cgroupMemoryIn('3:memory:/a\n', one())?.swapMaxBytes).toBe('unlimited');
    expect(cgroupMemoryIn('3:memory:/b\n', one())?.swapMaxBytes).toBeNull();
  });

  test('the cache of the groups below counts too, under its own name', () => {
    const stat = `inactive_file ${MIB}\ntotal_inactive_file ${7 * MIB}\nunevictable 4096`;
    write({ a: { [limit]: 64 * MIB, 'memory.usage_in_bytes': 60 * MIB, 'memory.stat': stat } });
    expect(cgroupMemoryIn('3:memory:/a\n', one())).toMatchObject({ availableBytes: 11 * MIB, unevictableBytes: 4096 });
  });

  test('it goes before version 2, which then has no memory controller', () => {
    write({ a: { [limit]: 64 * MIB, 'memory.max': 32 * MIB } });
    const groups = '3:memory:/a\n2:name=systemd:/other\n0::/a\n';
    expect(cgroupMemoryIn(groups, two() + one())).toMatchObject({ version: 1, maxBytes: 64 * MIB });
    expect(cgroupMemoryIn(groups, two())).toMatchObject({ version: 2, maxBytes: 32 * MIB });
    expect(cgroupMemoryIn('3:cpu:/a\n0::/a\n', two() + one())).toMatchObject({ version: 2 });
    expect(cgroupMemoryIn(groups, '33 24 0:29 / /proc rw - proc proc rw\n')).toBeNull();
  });
});

test('hierarchies of both versions are told from their mounts', () => {
  const mountinfo = [
    '30 24 0:26 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate',
    '31 24 0:27 /docker/abc /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory',
    '32 24 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct',
    '33 24 0:29 / /proc rw - proc proc rw',
  ].join('\n');
  expect(mountsOf(mountinfo)).toEqual([
    { version: 2, root: '/', point: '/sys/fs/cgroup/unified' },
    { version: 1, root: '/docker/abc', point: '/sys/fs/cgroup/memory' },
  ]);
});

test('of this process it is what its files have, or there is none', (context) => {
  const found = cgroupMemory();
  if (found.errno !== null) throw new Error(found.errno);
  const { memory } = found;
  if (!memory) return context.skip('this machine has no memory controller in sight');
  expect(readFileSync('/proc/self/cgroup', 'latin1')).toContain(memory.path);
  expect([1, 2]).toContain(memory.version);
  if (memory.currentBytes !== null) expect(memory.currentBytes).toBeGreaterThan(0);
});

test('of a process that does not exist it is an errno', () => {
  expect(cgroupMemory(2 ** 30)).toEqual({ returned: -1, errno: 'ENOENT' });
});
