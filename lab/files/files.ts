import { pageSize } from '../../native/libc/sysconf.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import {
  type ActOnFile,
  type ActOnFolder,
  type FilePages,
  type FilesMap,
  type FilesMethod,
  type FilesProgress,
  type FilesTable,
  mostLockedFiles,
  type RestoredSet,
} from '../../protocol/files.ts';
import { plainName } from '../../protocol/plain-name.ts';
import { problem } from '../../protocol/problem.ts';
import type { Received, Response } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { Slices } from '../base/slices.ts';
import { evict, touchMissing } from './act-on-file.ts';
import { type BytePath, bytePath, pathFields, pathFrom, pathText } from './byte-path.ts';
import { bytesOfSet } from './cached-set.ts';
import { type CountedFile, clipped, close, mostNamed, openCounted } from './counted-file.ts';
import { cellsOf, sharesOf } from './file-cells.ts';
import { type FileList, shown } from './file-list.ts';
import { filesMap } from './files-map.ts';
import { filesInOrder } from './files-table.ts';
import { HeldFiles } from './held-files.ts';
import { LookedFiles } from './looked-files.ts';
import { filesOf, type HeldFile } from './open-by.ts';
import { pageRuns } from './page-runs.ts';
import { topOf } from './top-of-look.ts';
import { restoreSet, setOf } from './window-sets.ts';

/** Most of one CPU that looking at a file's pages again and again may take. */
const mostCpuShare = 0.04;

/** The counts stay the same where one page goes and another comes: so long that goes unseen. */
const renewEveryMs = 5000;

/** The pages of a file as they were last told, and by what it is known whether they moved since. */
interface KnownPages {
  readonly key: string;
  readonly gate: string;
  readonly sequence: number;
  readonly runs: number | null;
  readonly atMs: number;
  readonly nextMs: number;
}

/**
 * What one reader sees of files, and does with them: one look at a time, by the number that it was given. All of it in
 * this process: the service has it in a process that may wait for a disk. Dispose of it to unlock what it locked.
 */
export class Files implements Disposable, FilesAnswers {
  readonly #held = new HeldFiles();
  #look: LookedFiles | undefined;
  #lastLook = 0;
  #table: { readonly key: string; readonly order: Uint32Array } | undefined;
  #pages: KnownPages | undefined;
  #work: { doneBytes: number; readonly totalBytes: number } | null = null;
  #lastPages = 0;

  /** @throws ProblemError where there is nothing to look at */
  async lookAtFiles({ path, openBy }: Received<'lookAtFiles'>): Promise<Response<'lookAtFiles'>> {
    this.#look?.stop.abort();
    const number = ++this.#lastLook;
    if (openBy !== undefined) {
      const { files, reasons } = filesOf(openBy);
      if (files.length === 0 && reasons.length > 0) throw notOpenBy(openBy, reasons);
      const look = new LookedFiles(number, bytePath('/'));
      this.#look = look;
      void this.#each(look, files);
      return { look: number, top: '', reasons: [...reasons] };
    }
    const { top, isFolder } = topOf(path ?? '');
    const look = new LookedFiles(number, isFolder ? top : folderOf(top));
    this.#look = look;
    void this.#run(look, () => look.walk.look(top, (found) => look.add(found)));
    return { look: number, top: plainName(pathText(top)), reasons: [] };
  }

  async filesProgress({ look: number }: Received<'filesProgress'>): Promise<FilesProgress> {
    const look = this.#find(number);
    const { state, walk, unlisted, at, tookMs, sums, witnesses, reasons, sequence } = look;
    const memory = meminfo();
    return {
      state,
      files: walk.files,
      folders: walk.folders,
      unlistedFiles: unlisted,
      at: at && plainName(pathText(at)),
      elapsedNs: tookMs * 1e6,
      pageSize: pageSize(),
      sum: { ...sums },
      witnesses: { ...witnesses },
      reasons: [...reasons.values()].sort((a, b) => b.files - a.files).slice(0, 8),
      memory: memory.errno === null ? pageCacheOf(memory) : null,
      sequence,
    };
  }

  async stopFiles({ look }: Received<'stopFiles'>): Promise<void> {
    this.#find(look).stop.abort();
  }

  async filesMap({ look: number, folder, by }: Received<'filesMap'>): Promise<FilesMap> {
    const { list, sequence } = this.#find(number);
    checkFolder(list, folder);
    const above: { folder: number; name: string }[] = [];
    for (let at = folder; at > 0; ) {
      at = list.parents[at] ?? 0;
      above.unshift({ folder: at, name: shown(list.folderNames[at] ?? '') });
    }
    return { sequence, root: filesMap(list, folder, by), above };
  }

  async filesTable({ look: number, first, count, ...order }: Received<'filesTable'>): Promise<FilesTable> {
    const { list, sequence } = this.#find(number);
    checkFolder(list, order.folder);
    const key = JSON.stringify([number, sequence, order]);
    // The same order while a person scrolls.
    if (this.#table?.key !== key) this.#table = { key, order: filesInOrder(list, order) };
    const files = this.#table.order;
    const rows = Array.from(files.subarray(first, first + count), (file) => list.row(file));
    return { sequence, matching: files.length, rows };
  }

  async filePath({ look: number, file }: Received<'filePath'>): Promise<Response<'filePath'>> {
    return pathFields(this.#where(this.#find(number), file).path);
  }

  async filePages(request: Received<'filePages'>, signal: AbortSignal): Promise<FilePages> {
    const { look: number, file, range, cells: most, since } = request;
    const look = this.#find(number);
    const key = JSON.stringify([number, file, range, most]);
    const opened = await this.#open(look, file, signal);
    try {
      const { fd, told, look: seen } = opened;
      const gate = JSON.stringify(seen);
      const same = this.#pages?.key === key ? this.#pages : undefined;
      const cells = cellsOf(clipped(range, seen.pages ?? 0), most);
      const locked = this.#held.ranges(this.#where(look, file).path);
      const answer = { row: look.list.row(file), ...cells, locked };
      const startedMs = performance.now();
      const restMs = (same?.nextMs ?? 0) - startedMs;
      const still = same?.gate === gate && startedMs - same.atMs < renewEveryMs;
      if (same && since === same.sequence && (still || restMs > 0)) {
        const { sequence, runs } = same;
        return { ...answer, sequence, cached: null, dirty: null, runs, nextMs: Math.max(0, restMs) };
      }
      const runs = fd < 0 ? told : await pageRuns(fd, cells, told, 'cached', new Slices(), signal);
      const dirty = fd < 0 ? told : await pageRuns(fd, cells, told, 'dirty', new Slices(), signal);
      const nextMs = (performance.now() - startedMs) / mostCpuShare;
      const sequence = ++this.#lastPages;
      const count = Array.isArray(runs) ? runs.length : null;
      this.#pages = { key, gate, sequence, runs: count, atMs: startedMs, nextMs: performance.now() + nextMs };
      const written = (of: typeof runs) =>
        Array.isArray(of) ? Buffer.from(sharesOf(of, cells)).toString('base64') : null;
      return { ...answer, sequence, cached: written(runs), dirty: written(dirty), runs: count, nextMs };
    } finally {
      close(opened);
    }
  }

  async actOnFile(request: Received<'actOnFile'>, signal: AbortSignal): Promise<ActOnFile> {
    const { look: number, file, act, range: asked } = request;
    const look = this.#find(number);
    const opened = await this.#open(look, file, signal);
    let refused: Text | undefined;
    const { fd, told, look: before } = opened;
    const startedMs = performance.now();
    try {
      const range = clipped(asked, before.pages ?? 0);
      using work = this.#begin(range.pageCount * pageSize());
      if (fd < 0) refused = before.reason;
      else if (act === 'touch') refused = await touchMissing(fd, range, told, signal, work.reached);
      else if (act === 'evict') refused = await evict(fd, range, signal, work.reached);
      else {
        const { path } = this.#where(look, file);
        const { locks } = await this.#held.hold([path], look.list.name(file), asked);
        refused = locks.at(-1)?.refused;
      }
    } finally {
      close(opened);
    }
    const tookNs = (performance.now() - startedMs) * 1e6;
    close(await this.#open(look, file, signal));
    const cachedPagesBefore = before.cachedPages;
    return { row: look.list.row(file), cachedPagesBefore, tookNs, ...(refused && { refused }) };
  }

  async actOnFolder(request: Received<'actOnFolder'>, signal: AbortSignal): Promise<ActOnFolder> {
    const look = this.#find(request.look);
    const { list } = look;
    checkFolder(list, request.folder);
    const startedMs = performance.now();
    if (request.act === 'lock') await this.holdFiles(await this.folderPaths(request));
    const done = { files: 0, refusedFiles: 0, refused: [] as { name: string; reason: Text }[] };
    let [before, after]: [number | null, number | null] = [0, 0];
    const add = (sum: number | null, file: number) => {
      const own = list.cachedBytes(file);
      return sum === null || own === null ? null : sum + own;
    };
    const order = { folder: request.folder, search: '', by: 'size', descending: true } as const;
    const files = filesInOrder(list, order);
    using work = this.#begin(files.reduce((sum, file) => sum + (list.number(file, 'size') ?? 0), 0));
    for (const file of files) {
      signal.throwIfAborted();
      const opened = await this.#open(look, file, signal);
      const { fd, told } = opened;
      before = add(before, file);
      let reason: Text | undefined;
      try {
        const range = clipped(undefined, opened.look.pages ?? 0);
        if (fd < 0) reason = opened.look.reason;
        else if (request.act === 'evict') reason = await evict(fd, range, signal, work.reached);
        else if (request.act === 'touch') reason = await touchMissing(fd, range, told, signal, work.reached);
      } finally {
        close(opened);
      }
      close(await this.#open(look, file, signal));
      after = add(after, file);
      work.end(list.number(file, 'size') ?? 0);
      done.files++;
      if (!reason) continue;
      done.refusedFiles++;
      if (done.refused.length < mostNamed) done.refused.push({ name: list.name(file), reason });
    }
    const tookNs = (performance.now() - startedMs) * 1e6;
    return { ...done, cachedBytesBefore: before, cachedBytesAfter: after, tookNs };
  }

  async fileWork(): Promise<Response<'fileWork'>> {
    return { work: this.#work };
  }

  /** Begins to count how far something is: within a file, and when that is done. */
  #begin(totalBytes: number) {
    const work = { doneBytes: 0, totalBytes };
    let before = 0;
    this.#work = work;
    return {
      reached: (bytes: number) => {
        work.doneBytes = before + bytes;
      },
      end: (bytes: number) => {
        before += bytes;
        work.doneBytes = before;
      },
      [Symbol.dispose]: () => {
        if (this.#work === work) this.#work = null;
      },
    };
  }

  async fileSet({ look }: Received<'fileSet'>, signal: AbortSignal): Promise<string> {
    return setOf(this.#find(look), signal);
  }

  async restoreFileSet({ file }: Received<'restoreFileSet'>, signal: AbortSignal): Promise<RestoredSet> {
    using work = this.#begin(await bytesOfSet(file));
    return restoreSet(file, work, signal);
  }

  async folderPaths({ look: number, folder }: Received<'folderPaths'>): Promise<Response<'folderPaths'>> {
    const look = this.#find(number);
    const { list } = look;
    checkFolder(list, folder);
    const files = filesInOrder(list, { folder, search: '', by: 'size', descending: true });
    if (files.length > mostLockedFiles) throw tooManyToLock(files.length);
    const name = shown(list.folderNames[folder] || list.top);
    return { name, files: Array.from(files, (file) => pathFields(this.#where(look, file).path)) };
  }

  async holdFiles({ name, files, range }: Received<'holdFiles'>): Promise<Response<'holdFiles'>> {
    return this.#held.hold(files.map(pathFrom), name, range);
  }

  async lockedPages(path: Received<'lockedPages'>): Promise<Response<'lockedPages'>> {
    return { locked: this.#held.ranges(pathFrom(path)) };
  }

  async fileLocks(): Promise<Response<'fileLocks'>> {
    return this.#held.locks();
  }

  async unlockFile({ lock }: Received<'unlockFile'>): Promise<Response<'unlockFile'>> {
    return this.#held.unlock(lock);
  }

  async #each(look: LookedFiles, files: readonly HeldFile[]): Promise<void> {
    await this.#run(look, async () => {
      for (const { link, name } of files) await look.walk.look(link, (found) => look.add(found, name, link));
    });
  }

  async #run(look: LookedFiles, walk: () => Promise<void>): Promise<void> {
    try {
      await walk();
      look.end('done');
    } catch (error) {
      if (!look.stop.signal.aborted) throw error;
      look.end('stopped');
    }
  }

  #find(number: number): LookedFiles {
    if (this.#look?.number === number) return this.#look;
    throw problem('gone', 'Other files are looked at by now; look again.', '现在查看的是其他文件；请重新查看。');
  }

  /** Where a file can be opened, and whether that may be a link. */
  #where({ list, links }: LookedFiles, file: number): { path: BytePath; follow: boolean } {
    if (file >= list.length) throw problem('bad-input', `There is no file ${file}.`, `没有文件 ${file}。`);
    const link = links.get(file);
    // What was named itself may have been a link.
    return { path: link ?? list.path(file), follow: link !== undefined || list.length === 1 };
  }

  /** Opens a file of the look and notes what it is now. */
  async #open(look: LookedFiles, file: number, signal: AbortSignal): Promise<CountedFile> {
    const { path, follow } = this.#where(look, file);
    const opened = await openCounted(path, follow, signal);
    look.renew(file, opened.look);
    return opened;
  }

  [Symbol.dispose](): void {
    this.#look?.stop.abort();
    this.#held[Symbol.dispose]();
  }
}

/** What answers requests about files. */
export type FilesAnswers = {
  [M in FilesMethod]: (request: Received<M>, signal: AbortSignal) => Promise<Response<M>>;
};

function pageCacheOf(memory: Extract<ReturnType<typeof meminfo>, { errno: null }>): FilesProgress['memory'] {
  const { cachedBytes, shmemBytes, buffersBytes, dirtyBytes } = memory;
  return { cachedBytes, shmemBytes, buffersBytes, dirtyBytes };
}

const folderOf = (path: BytePath): BytePath => (path.slice(0, path.lastIndexOf('/')) || '/') as BytePath;

function checkFolder(list: FileList, folder: number): void {
  if (folder >= list.parents.length)
    throw problem('bad-input', `There is no folder ${folder}.`, `没有文件夹 ${folder}。`);
}

function notOpenBy(pid: number, [reason]: readonly Text[]): Error {
  return problem(
    'cannot-run-here',
    `What process ${pid} has open is not told: ${reason?.en}.`,
    `无法得知进程 ${pid} 打开了什么：${reason?.zh}。`,
  );
}

const tooManyToLock = (files: number) =>
  problem(
    'bad-input',
    `These are ${files} files; at most ${mostLockedFiles} are locked at once. Choose a smaller folder.`,
    `这里有 ${files} 个文件；一次最多锁定 ${mostLockedFiles} 个。请选择更小的文件夹。`,
  );
