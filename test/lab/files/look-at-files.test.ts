import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Slices } from '../../../lab/base/slices.ts';
import { evict, touchMissing } from '../../../lab/files/act-on-file.ts';
import { bytePath, pathFields, pathFrom, pathText } from '../../../lab/files/byte-path.ts';
import { LockedFiles } from '../../../lab/files/locked-files.ts';
import { type FileLook, FileWalk } from '../../../lab/files/look-at-files.ts';
import { filesOf } from '../../../lab/files/open-by.ts';
import { OpenFile } from '../../../lab/files/open-file.ts';
import { pageRuns } from '../../../lab/files/page-runs.ts';
import { countPages, witnessOf } from '../../../lab/files/page-witness.ts';
import { memfdCreate } from '../../../native/calls/memfd.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { readText } from '../../../native/proc/proc-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const size = pageSize();

/** A clean file of so many pages. */
function fileOf(name: string, pages: number): string {
  const path = join(folder, name);
  const fd = openSync(path, 'w');
  writeSync(fd, new Uint8Array(pages * size).fill(1));
  fsyncSync(fd);
  closeSync(fd);
  return path;
}

async function looks(...paths: readonly string[]): Promise<FileLook[]> {
  const found: FileLook[] = [];
  const walk = new FileWalk();
  for (const path of paths) await walk.look(bytePath(path), (look) => found.push(look));
  return found;
}

/** What `fincore` or `vmtouch` of Debian says; undefined where it is not installed. */
function asked(command: string, ...words: readonly string[]): string | undefined {
  try {
    return execFileSync(command, words, { encoding: 'utf8' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

describe.for([
  ['a disk', folder],
  ['tmpfs', '/dev/shm'],
] as const)('on %s', ([, where]) => {
  test('as many pages are cached as fincore and vmtouch count', async (context) => {
    const own = mkdtempSync(join(where, 'pagescope-files-'));
    try {
      const path = join(own, 'part');
      writeFileSync(path, '');
      truncateSync(path, 64 * size);
      const fd = openSync(path, 'r+');
      for (const page of [3, 4, 5, 40]) writeSync(fd, 'x', page * size);
      closeSync(fd);
      const [look] = await looks(path);
      expect(look).toMatchObject({ pages: 64, cachedPages: 4 });
      const fincore = asked('fincore', '--json', '--bytes', path);
      const vmtouch = asked('vmtouch', path);
      if (fincore === undefined)
        return context.skip('there is no fincore to compare with (apt install util-linux-extra)');
      // Newer ones ask cachestat, also where it is blind.
      if (look?.witness === 'cachestat') expect(JSON.parse(fincore).fincore[0].pages).toBe(look.cachedPages);
      if (vmtouch === undefined) return context.skip('there is no vmtouch to compare with (apt install vmtouch)');
      expect(vmtouch).toContain(`Resident Pages: ${look?.cachedPages}/64`);
    } finally {
      rmSync(own, { recursive: true });
    }
  });
});

test('runs of cached and of dirty pages are those that were written', async (context) => {
  const path = join(folder, 'dirty');
  writeFileSync(path, '');
  truncateSync(path, 64 * size);
  const fd = openSync(path, 'r+');
  try {
    for (const page of [3, 4, 5, 40]) writeSync(fd, 'x', page * size);
    const told = witnessOf(fd);
    const all = { firstPage: 0, pageCount: 64 };
    const written = [
      { firstPage: 3, pageCount: 3 },
      { firstPage: 40, pageCount: 1 },
    ];
    expect(await pageRuns(fd, all, told, 'cached', new Slices())).toEqual(written);
    expect(await pageRuns(fd, all, 'mincore', 'cached', new Slices())).toEqual(written);
    if (told !== 'cachestat') context.skip('nobody tells of dirty pages here');
    // The kernel may have written some meanwhile: what is left is of those.
    const dirty = await pageRuns(fd, all, told, 'dirty', new Slices());
    expect(Array.isArray(dirty)).toBe(true);
    for (const { firstPage, pageCount } of Array.isArray(dirty) ? dirty : []) {
      for (let page = firstPage; page < firstPage + pageCount; page++) expect([3, 4, 5, 40]).toContain(page);
    }
  } finally {
    closeSync(fd);
  }
});

test('an evicted file is gone from the cache, and touching brings just the missing range back', async (context) => {
  const path = fileOf('evicted', 2048);
  using file = new OpenFile(bytePath(path));
  const told = witnessOf(file.fd);
  const count = () => countPages(file.fd, 0, 2048 * size, told).cachedPages;
  expect(count()).toBe(2048);
  expect(await evict(file.fd, { firstPage: 0, pageCount: 2048 })).toBeUndefined();
  if (count() === 2048) context.skip(`${tmpdir()} is memory itself, so nothing can be evicted`);
  expect(count()).toBe(0);
  expect(await touchMissing(file.fd, { firstPage: 8, pageCount: 8 }, told)).toBeUndefined();
  expect(countPages(file.fd, 8 * size, 8 * size, told).cachedPages).toBe(8);
  expect(countPages(file.fd, 1900 * size, 100 * size, told).cachedPages).toBe(0);
});

test('a folder is walked without links, twice-named files or what is no file, and names stay bytes', async () => {
  const top = join(folder, 'walk');
  mkdirSync(join(top, 'below'), { recursive: true });
  writeFileSync(join(top, 'a'), 'x');
  linkSync(join(top, 'a'), join(top, 'below', 'again'));
  symlinkSync('.', join(top, 'loop'));
  execFileSync('mkfifo', [join(top, 'fifo')]);
  const odd = Buffer.concat([Buffer.from(join(top, 'new\n')), Buffer.of(0xff)]);
  writeFileSync(odd, 'x');
  writeFileSync(join(top, 'empty'), '');
  const found = await looks(top);
  const names = found.map(({ path }) => pathText(path).slice(top.length + 1));
  const a = names.find((name) => name === 'a' || name === 'below/again');
  expect(names.toSorted()).toEqual([a, 'empty', 'new\n\\xff'].toSorted());
  const strange = found.find(({ path }) => path.endsWith('\xff'));
  expect(strange).toMatchObject({ sizeBytes: 1, pages: 1 });
  if (strange) expect(pathFrom(pathFields(strange.path))).toBe(strange.path);
});

test('what is missing, a circle of links or no file is told, and the rest goes on', async () => {
  symlinkSync('circle', join(folder, 'circle'));
  const found = await looks(join(folder, 'missing'), join(folder, 'circle'), '/dev/null', fileOf('there', 1));
  expect(found.map(({ cachedPages, reason }) => reason?.en ?? cachedPages)).toEqual([
    'it does not exist (ENOENT)',
    'its symbolic links lead in a circle (ELOOP)',
    'it is not a regular file',
    1,
  ]);
});

test('a deleted file and a memfd that a process has open are found through its descriptors', async () => {
  const deleted = fileOf('deleted', 3);
  const fd = openSync(deleted, 'r');
  rmSync(deleted);
  const memory = memfdCreate('pagescope-test');
  try {
    expect(memory.errno).toBeNull();
    writeSync(memory.returned, new Uint8Array(2 * size));
    const { files } = filesOf(process.pid);
    const cached = async (name: string) => {
      const file = files.find((each) => each.name === name);
      return file && (await looks(file.link))[0]?.cachedPages;
    };
    expect(await cached(`${deleted} (deleted)`)).toBe(3);
    expect(await cached('/memfd:pagescope-test (deleted)')).toBe(2);
  } finally {
    closeSync(fd);
    closeSync(memory.returned);
  }
});

test('a file that grows stays locked, in VmLck of this process, until it is given up', async () => {
  const vmLck = () => {
    const status = readText('/proc/self/status');
    return status.errno === null ? Number(/VmLck:\s+(\d+)/.exec(status.text)?.[1]) * 1024 : undefined;
  };
  const path = fileOf('grows', 2);
  const before = vmLck() ?? 0;
  const locked = new LockedFiles();
  expect(await locked.lock(bytePath(path))).toBeUndefined();
  expect(vmLck()).toBe(before + 2 * size);
  truncateSync(path, 5 * size);
  expect(await locked.follow()).toBeUndefined();
  expect(vmLck()).toBe(before + 5 * size);
  locked[Symbol.dispose]();
  expect(vmLck()).toBe(before);
});

test('a walk that is aborted stops before it looks at another file', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const walk = new FileWalk({
    signal: abort.signal,
    onProgress: (files) => {
      seen = files;
      abort.abort(reason);
    },
  });
  let seen = -1;
  await expect(walk.look(bytePath('/usr'), () => undefined)).rejects.toBe(reason);
  expect(walk.files).toBe(seen);
});
