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
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { memfdCreate } from '../../../native/calls/memfd.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { readText } from '../../../native/proc/proc-file.ts';
import { parseProcessStatus } from '../../../native/proc/process-status.ts';
import { contract, type Method, type Request, type Response } from '../../../protocol/service.ts';
import { entryOf } from '../../support/entries.ts';
import { isRunning, TestLab } from '../../support/harness.ts';
import { inTime } from '../../support/in-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-files-service-'));
afterAll(() => rmSync(folder, { recursive: true }));
const size = pageSize();
const entry = entryOf('isolated-entry');

function fileOf(path: string, pages: number): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  const fd = openSync(file, 'w');
  writeSync(fd, new Uint8Array(pages * size).fill(1));
  fsyncSync(fd);
  closeSync(fd);
  return file;
}

fileOf('tree/a/large', 64);
fileOf('tree/a/b/c/deep', 16);
fileOf('tree/small', 1);
linkSync(join(folder, 'tree/small'), join(folder, 'tree/a/again'));
symlinkSync('/', join(folder, 'tree/link'));
writeFileSync(Buffer.from(join(folder, 'tree/not-utf8-\xff\nY'), 'latin1'), '');

/** An engine whose files are looked at beside it, as in the window, or in it. */
class FilesLab extends TestLab {
  ask<M extends Method>(method: M, request: Request<M>, signal = new AbortController().signal): Promise<Response<M>> {
    const service = this.service as unknown as Record<
      string,
      (request: unknown, signal: AbortSignal) => Promise<Response<M>>
    >;
    const parsed = contract[method].request.parse(request);
    const answer = service[method];
    if (!answer) throw new Error(method);
    return answer(parsed, signal);
  }

  /** The number of a look that has ended. */
  async looked(request: Request<'lookAtFiles'>): Promise<number> {
    const { look } = await this.ask('lookAtFiles', request);
    const ended = async () => {
      while ((await this.ask('filesProgress', { look })).state === 'walking') {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await inTime(ended(), () => 'the look ends');
    return look;
  }

  async fileNamed(look: number, search: string) {
    const { rows } = await this.ask('filesTable', { look, search });
    const [row] = rows;
    if (!row) throw new Error(search);
    return row;
  }
}

function vmLckOf(pid: number): number | null {
  const status = readText(`/proc/${pid}/status`);
  return status.errno === null ? parseProcessStatus(status.text).vmLckBytes : null;
}

const beside = () => new FilesLab(() => forkIsolated(entry));

describe('files, looked at in a process beside the host', () => {
  test('a tree is summed, listed, searched and mapped; links are left alone', async () => {
    await using lab = beside();
    const look = await lab.looked({ path: `${folder}/tree/` });
    const progress = await lab.ask('filesProgress', { look });
    // Twice named, once counted: which of the two names it has depends on the folder's order.
    expect(progress).toMatchObject({ state: 'done', files: 4, folders: 4, unlistedFiles: 0 });
    expect(progress.sum).toMatchObject({ sizeBytes: 81 * size, cachedBytes: 81 * size, unknownFiles: 0 });
    expect(progress.memory?.cachedBytes).toBeGreaterThan(0);
    const { rows, matching } = await lab.ask('filesTable', { look, by: 'size' });
    expect(matching).toBe(4);
    expect(rows[0]).toMatchObject({ name: 'a/large', pages: 64, cachedPages: 64, cachedBytes: 64 * size });
    expect(rows.map(({ name }) => name)).toContain('not-utf8-\\xff\\x0aY');
    expect((await lab.ask('filesTable', { look, search: 'B/C' })).rows.map(({ name }) => name)).toEqual(['a/b/c/deep']);
    const byName = await lab.ask('filesTable', { look, by: 'name', descending: false, first: 1, count: 2 });
    expect(byName.rows).toHaveLength(2);
    const { root } = await lab.ask('filesMap', { look });
    const a = root.children?.find(({ name }) => name === 'a');
    expect(a?.children?.map(({ name }) => name)).toEqual(expect.arrayContaining(['large', 'b/c']));
    const sum = root.children?.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    expect(sum).toBe(root.sizeBytes);
    const inside = await lab.ask('filesMap', { look, folder: a?.id ?? -1, by: 'cached' });
    expect(inside.above).toEqual([{ folder: 0, name: '' }]);
    expect((await lab.ask('filesTable', { look, folder: a?.id ?? -1 })).matching).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ['src', 'absolute path'],
    ['/no/such/path', 'does not exist'],
    ['/proc/self', 'view of the kernel'],
    ['/dev/null', 'neither a folder nor a regular file'],
    ['/bad\0path', "can't be looked at"],
  ])('%j is refused in a sentence', async (path, why) => {
    await using lab = new FilesLab();
    await expect(lab.ask('lookAtFiles', { path })).rejects.toThrow(why);
    await expect(lab.ask('lookAtFiles', { path })).rejects.toThrow(/\.$/);
  });

  test('pages are told by cells, and again only when something moved', async () => {
    await using lab = beside();
    const path = fileOf('cells', 64);
    const look = await lab.looked({ path });
    const { file } = await lab.fileNamed(look, 'cells');
    const evicted = await lab.ask('actOnFile', { look, file, act: 'evict' });
    expect(evicted).toMatchObject({ cachedPagesBefore: 64, row: { cachedPages: 0 } });
    // A folio is dropped whole or not at all, so a part is read and not dropped.
    await lab.ask('actOnFile', { look, file, act: 'touch', range: { firstPage: 0, pageCount: 8 } });
    await lab.ask('actOnFile', { look, file, act: 'touch', range: { firstPage: 48, pageCount: 16 } });
    const pages = await lab.ask('filePages', { look, file, cells: 16 });
    expect(pages).toMatchObject({ firstPage: 0, pageCount: 64, pagesPerCell: 4, runs: 2 });
    expect([...Buffer.from(pages.cached ?? '', 'base64')]).toEqual([
      255,
      255,
      ...new Array(10).fill(0),
      255,
      255,
      255,
      255,
    ]);
    const again = await lab.ask('filePages', { look, file, cells: 16, since: pages.sequence });
    expect(again).toMatchObject({ sequence: pages.sequence, cached: null, runs: 2 });
    const part = { firstPage: 4, pageCount: 8 };
    const seen = await lab.ask('filePages', { look, file, cells: 16, range: part });
    expect([...Buffer.from(seen.cached ?? '', 'base64')]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
    const touched = await lab.ask('actOnFile', { look, file, act: 'touch', range: { firstPage: 8, pageCount: 4 } });
    expect(touched.row.cachedPages).toBe(28);
    expect((await lab.ask('filesProgress', { look })).sum.cachedBytes).toBe(28 * size);
  });

  test('all files of a folder are evicted and read again, and no others', async () => {
    await using lab = beside();
    const inside = fileOf('folders/in/one', 16);
    fileOf('folders/in/two', 8);
    fileOf('folders/beside', 4);
    const look = await lab.looked({ path: join(folder, 'folders') });
    const { root } = await lab.ask('filesMap', { look });
    const id = root.children?.find(({ name }) => name === 'in')?.id ?? -1;
    const evicting = lab.ask('actOnFolder', { look, folder: id, act: 'evict' });
    // It answers while it works.
    const { work } = await lab.ask('fileWork', {});
    if (work) expect(work).toMatchObject({ totalBytes: 24 * size });
    const evicted = await evicting;
    expect(await lab.ask('fileWork', {})).toEqual({ work: null });
    expect(evicted).toMatchObject({ files: 2, cachedBytesBefore: 24 * size, cachedBytesAfter: 0, refusedFiles: 0 });
    expect((await lab.ask('filesProgress', { look })).sum.cachedBytes).toBe(4 * size);
    const locked = await lab.ask('actOnFolder', { look, folder: id, act: 'lock' });
    expect(locked).toMatchObject({ files: 2, cachedBytesBefore: 0, cachedBytesAfter: 24 * size, refusedFiles: 0 });
    const { locks, vmLckBytes } = await lab.ask('fileLocks', {});
    expect([locks, vmLckBytes]).toMatchObject([[{ name: 'in', files: 2, bytes: 24 * size }], 24 * size]);
    await lab.ask('unlockFile', { lock: locks[0]?.lock ?? 0 });
    rmSync(inside);
    const touched = await lab.ask('actOnFolder', { look, folder: id, act: 'touch' });
    expect(touched).toMatchObject({ files: 2, cachedBytesAfter: null, refusedFiles: 1, refused: [{ name: 'in/one' }] });
    await expect(lab.ask('actOnFolder', { look, folder: 99, act: 'touch' })).rejects.toThrow('no folder 99');
  });

  test('what is locked is held by a process of its own until it is unlocked or the reader goes', async () => {
    const path = fileOf('locked', 8);
    const lab = beside();
    const look = await lab.looked({ path });
    const { file } = await lab.fileNamed(look, 'locked');
    expect(await lab.ask('fileLocks', {})).toEqual({ pid: null, vmLckBytes: null, locks: [] });
    const range = { firstPage: 2, pageCount: 3 };
    expect((await lab.ask('actOnFile', { look, file, act: 'lock', range })).refused).toBeUndefined();
    await lab.ask('actOnFile', { look, file, act: 'lock' });
    const { pid, vmLckBytes, locks } = await lab.ask('fileLocks', {});
    expect(vmLckBytes).toBe(11 * size);
    expect(locks.map(({ range, bytes }) => [range, bytes])).toEqual([
      [range, 3 * size],
      [undefined, 8 * size],
    ]);
    expect((await lab.ask('filePages', { look, file, cells: 8 })).locked).toEqual([{ firstPage: 0, pageCount: 8 }]);
    const holder = pid ?? 0;
    expect(vmLckOf(holder)).toBe(11 * size);
    const evicted = await lab.ask('actOnFile', { look, file, act: 'evict' });
    expect(evicted.row.cachedPages).toBe(8);
    await lab.ask('unlockFile', { lock: locks[1]?.lock ?? 0 });
    expect(vmLckOf(holder)).toBe(3 * size);
    await lab.service.dispose();
    const gone = async () => {
      while (isRunning(holder)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await inTime(gone(), () => 'the holder ends');
  });

  test('a set of cached pages is saved, and read again after they were evicted', async () => {
    await using lab = beside();
    const path = fileOf('set/file', 32);
    const look = await lab.looked({ path: join(folder, 'set') });
    const { file } = await lab.fileNamed(look, 'file');
    await lab.ask('actOnFile', { look, file, act: 'evict' });
    await lab.ask('actOnFile', { look, file, act: 'touch', range: { firstPage: 0, pageCount: 16 } });
    const saved = join(folder, 'saved.set');
    writeFileSync(saved, await lab.ask('fileSet', { look }));
    expect((await lab.ask('actOnFile', { look, file, act: 'evict' })).row.cachedPages).toBe(0);
    const restored = await lab.ask('restoreFileSet', { file: saved });
    expect(restored).toEqual({ files: 1, readBytes: 16 * size, refusedFiles: 0, refused: [] });
    expect((await lab.ask('filePages', { look, file, cells: 1 })).row.cachedPages).toBe(16);
    rmSync(path);
    expect(await lab.ask('restoreFileSet', { file: saved })).toMatchObject({ refusedFiles: 1 });
    await expect(lab.ask('restoreFileSet', { file: path })).rejects.toThrow('cannot be restored');
  });

  test('what a process has open is looked at, also what is deleted, and a memfd', async () => {
    await using lab = beside();
    const path = fileOf('open-here', 8);
    const fd = openSync(path, 'r');
    rmSync(path);
    const { returned: memfd } = memfdCreate('open-memory');
    writeSync(memfd, new Uint8Array(3 * size));
    const look = await lab.looked({ openBy: process.pid });
    expect(await lab.fileNamed(look, 'open-memory')).toMatchObject({ pages: 3, cachedPages: 3 });
    closeSync(memfd);
    const row = await lab.fileNamed(look, 'open-here');
    expect(row.name).toBe(`${path.slice(1)} (deleted)`);
    expect(row.cachedPages).toBe(8);
    const touched = await lab.ask('actOnFile', { look, file: row.file, act: 'touch' });
    expect(touched.refused).toBeUndefined();
    closeSync(fd);
  });

  test('a file that shrinks, grows or goes is told as it is now', async () => {
    await using lab = beside();
    const path = fileOf('moving', 16);
    const look = await lab.looked({ path });
    const { file } = await lab.fileNamed(look, 'moving');
    truncateSync(path, 3 * size);
    const pages = await lab.ask('filePages', { look, file, cells: 64 });
    expect(pages).toMatchObject({ pageCount: 3, row: { pages: 3, sizeBytes: 3 * size } });
    rmSync(path);
    const gone = await lab.ask('filePages', { look, file, cells: 64 });
    expect(gone).toMatchObject({ cached: null, runs: null, row: { sizeBytes: null, cachedPages: null } });
    expect(gone.row.reason?.en).toContain('does not exist');
  });

  test('a sparse file of 1 TiB is looked at without its pages being read', async () => {
    await using lab = beside();
    const path = fileOf('sparse', 1);
    truncateSync(path, 2 ** 40);
    const look = await lab.looked({ path });
    const row = await lab.fileNamed(look, 'sparse');
    expect(row).toMatchObject({ sizeBytes: 2 ** 40, cachedPages: 1 });
    const pages = await lab.ask('filePages', { look, file: row.file, cells: 1024 });
    expect(pages.runs).toBe(1);
    expect(Buffer.from(pages.cached ?? '', 'base64')[0]).toBe(1);
  });

  test('a process that does not answer a stop, as one that waits for a disk, is ended; the next look has another', async () => {
    const pids: number[] = [];
    await using lab = new FilesLab(async () => {
      const child = await forkIsolated(entry);
      pids.push(child.pid);
      return child;
    });
    const look = await lab.looked({ path: join(folder, 'tree') });
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    const waiting = lab.ask('filesMap', { look });
    const refused = expect(waiting).rejects.toThrow('file system did not answer');
    await lab.ask('stopFiles', { look });
    await refused;
    const again = await lab.looked({ path: join(folder, 'tree') });
    expect((await lab.ask('filesProgress', { look: again })).files).toBe(4);
    expect(pids).toHaveLength(2);
  });

  test('a look is stopped and keeps what it found; the next one ends it', async () => {
    await using lab = beside();
    const { look } = await lab.ask('lookAtFiles', { path: '/usr' });
    await lab.ask('stopFiles', { look });
    const { state, files } = await lab.ask('filesProgress', { look });
    expect(state).not.toBe('walking');
    expect((await lab.ask('filesTable', { look })).matching).toBeLessThanOrEqual(files);
    await lab.looked({ path: join(folder, 'tree') });
    await expect(lab.ask('filesProgress', { look })).rejects.toThrow('look again');
  });
});
