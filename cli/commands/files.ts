import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import { formatBytes } from '../../lab/base/format.ts';
import { Slices } from '../../lab/base/slices.ts';
import { evict, readRuns, touchMissing } from '../../lab/files/act-on-file.ts';
import { type BytePath, pathText } from '../../lab/files/byte-path.ts';
import { bytesOfSet, readSet, setEntry, setHeader } from '../../lab/files/cached-set.ts';
import { LockedFiles } from '../../lab/files/locked-files.ts';
import { type FileLook, FileWalk, type WhileOpen } from '../../lab/files/look-at-files.ts';
import { filesOf } from '../../lab/files/open-by.ts';
import { missingRuns, pageRuns } from '../../lab/files/page-runs.ts';
import { countPages, countPagesInSlices } from '../../lab/files/page-witness.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Language } from '../../protocol/language.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { BufferedOutput } from '../buffered-output.ts';
import { escaped } from '../columns.ts';
import { type FileColumn, fileColumns } from '../file-columns.ts';
import { type FilesFormat, type FilesTotal, type PrintedFile, printerFor } from '../file-printers.ts';
import { fileAndRange } from '../file-range.ts';
import { Progress } from '../files-progress.ts';
import { checkWritable, writeWhole } from '../output-file.ts';
import { typedBytes } from '../typed-bytes.ts';

export interface FilesOptions {
  readonly paths: readonly string[];
  readonly pages: boolean;
  readonly openBy?: number | undefined;
  readonly act?: FileAction | undefined;
  readonly yes: boolean;
  readonly columns?: string | undefined;
  readonly format?: FilesFormat | undefined;
  readonly plainBytes: boolean;
  readonly save?: string | undefined;
  readonly restore?: string | undefined;
  readonly force: boolean;
  readonly watch: boolean;
  readonly otherFileSystems: boolean;
  readonly json: boolean;
  readonly csv: boolean;
  readonly language: Language;
}

export type FileAction = 'evict' | 'touch' | 'lock';

/** What is looked at: a path as the kernel has it, the name that is shown, and the pages that are meant. */
interface Wanted {
  readonly path: BytePath;
  readonly name?: BytePath | undefined;
  readonly range?: PageRange | undefined;
  /** Pages to be read, of a set that is restored. */
  readonly restore?: readonly PageRange[] | undefined;
}

/**
 * `pagescope files`: what the page cache holds of files, and what can be done about it. Exits 2 where something that
 * was named could not be looked at, 3 where an action was refused, 5 where nobody could tell of any file. No signal is
 * caught: Ctrl-C ends it at once, also where a file system does not answer, and frees what was locked.
 */
export async function files(options: FilesOptions): Promise<ExitStatus> {
  const columns = columnsOf(options.columns);
  const bytes = typedBytes();
  const wanted: Wanted[] = options.paths.map((text) => {
    const { path, range } = fileAndRange(text);
    return { path: bytes(path), range };
  });
  if (options.openBy !== undefined) wanted.push(...openBy(options.openBy, options.language));
  if (wanted.length === 0 && options.restore === undefined) {
    throw problem(
      'bad-input',
      'Name a file or a folder, or --open-by PID, or --restore SET.',
      '请指定文件或文件夹，或使用 --open-by PID、--restore SET。',
    );
  }
  if (options.save !== undefined) checkWritable(options.save, options.force);
  await agreed(options);
  let status = await once(options, columns, wanted);
  while (options.watch && options.act !== 'lock') {
    await setTimeout(1000);
    if (process.stdout.isTTY && !options.json && !options.csv) process.stdout.write('\u001b[H\u001b[2J');
    status = await once({ ...options, act: undefined, save: undefined, restore: undefined }, columns, wanted);
  }
  return status;
}

function columnsOf(given: string | undefined): readonly FileColumn[] | undefined {
  return given?.split(',').map((name) => {
    const column = fileColumns.find((each) => each === name.trim().toUpperCase());
    if (column) return column;
    const all = fileColumns.join(', ');
    throw problem(
      'bad-input',
      `There is no column "${name}"; there are ${all}.`,
      `没有列 “${name}”；可用的列有 ${all}。`,
    );
  });
}

function openBy(pid: number, language: Language): Wanted[] {
  const { files, reasons } = filesOf(pid);
  if (files.length === 0 && reasons.length > 0) {
    const { en, zh } = reasons[0] as Text;
    throw problem(
      'cannot-run-here',
      `What process ${pid} has open is not told: ${en}.`,
      `无法得知进程 ${pid} 打开了什么：${zh}。`,
    );
  }
  for (const reason of reasons) process.stderr.write(`${escaped(reason[language])}\n`);
  return files.map(({ link, name }) => ({ path: link, name }));
}

const costs: Readonly<Record<'evict' | 'lock', Text>> = {
  evict: {
    en: "Evicting takes these files' pages from the page cache for everyone, other people's files too: whoever needs them next reads from the disk. What waits to be written is written first.",
    zh: '逐出会为所有人把这些文件的页移出页缓存，包括别人的文件：之后需要它们的人要从磁盘读取。待写回的内容会先写回。',
  },
  lock: {
    en: 'Locking keeps these files in memory, which others then lack, until this command ends.',
    zh: '锁定会让这些文件一直留在内存中，直到此命令结束；其他程序可用的内存随之减少。',
  },
};

/** Asks on a terminal; without one, `--yes` has to be there. Reading what is missing harms nobody. */
async function agreed({ act, yes, language }: FilesOptions): Promise<void> {
  if (act === undefined || act === 'touch' || yes) return;
  const cost = costs[act];
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw problem('bad-input', `${cost.en} Say --yes to do it.`, `${cost.zh}如要执行，请加 --yes。`);
  }
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`${cost[language]} ${language === 'zh' ? '继续吗？[y/N] ' : 'Go on? [y/N] '}`);
  asked.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw problem('cancelled', 'Nothing was done.', '没有执行任何操作。');
}

async function once(
  options: FilesOptions,
  columns: readonly FileColumn[] | undefined,
  wanted: readonly Wanted[],
): Promise<ExitStatus> {
  const startedMs = performance.now();
  using output = new BufferedOutput();
  const printer = printerFor({ ...options, columns, write: (text) => output.write(text) });
  const total: FilesTotal = {
    files: 0,
    folders: 0,
    sizeBytes: 0,
    pages: 0,
    cachedPages: 0,
    dirtyPages: 0,
    writebackPages: 0,
    unknownFiles: 0,
    elapsedNs: 0,
  };
  const saved = options.save === undefined ? undefined : [setHeader()];
  using locked = new LockedFiles();
  using progress = new Progress(options.language);
  const walk = new FileWalk({
    otherFileSystems: options.otherFileSystems,
    onProgress: (files, folder) => progress.show(files, folder),
  });
  if (progress.isShown && (options.restore !== undefined || (options.act && options.act !== 'lock'))) {
    progress.totalBytes = await bytesOf(options, wanted);
  }
  let badInput = false;
  let refusals = 0;
  const all = restoring(options.restore, wanted);
  for await (const each of all) {
    const extras = new Map<BytePath, Partial<PrintedFile>>();
    const whileOpen = needsOpen(options, each)
      ? async (file: Parameters<WhileOpen<void>>[0]) => {
          const { more, entry } = await actOn(file, each, options, locked, (bytes) => progress.reached(bytes));
          progress.end(each.restore ? bytesOfRuns(each.restore) : (file.sizeBytes ?? 0));
          extras.set(file.path, more);
          if (entry !== undefined) saved?.push(entry);
        }
      : undefined;
    await walk.look(
      each.path,
      (look) => {
        const more = extras.get(look.path);
        extras.delete(look.path);
        const shown: PrintedFile = { ...look, ...more, path: each.name ?? look.path };
        if (shown.refused) refusals++;
        if (look.sizeBytes === null) {
          if (look.path === each.path) badInput = true;
          if (options.json || options.csv || options.format !== undefined || columns) complain(shown, options.language);
        }
        add(total, shown);
        printer.file(shown);
      },
      whileOpen,
    );
  }
  total.folders = walk.folders;
  total.elapsedNs = Math.round((performance.now() - startedMs) * 1e6);
  if (total.files > 0 && total.unknownFiles === total.files) total.cachedPages = null;
  progress.clear();
  printer.end(total);
  output.flush();
  if (saved && options.save !== undefined) writeWhole(options.save, `${saved.join('\n')}\n`);
  if (options.act === 'lock' && locked.bytes > 0) await hold(locked, options.language);
  if (badInput) return ExitStatus.BadInput;
  if (refusals > 0) return ExitStatus.CannotRunHere;
  return total.files > 0 && total.unknownFiles === total.files ? ExitStatus.NothingMeasured : ExitStatus.Held;
}

const bytesOfRuns = (runs: readonly PageRange[]): number =>
  runs.reduce((sum, { pageCount }) => sum + pageCount, 0) * pageSize();

/** What there is to do, bytes: the tree is walked once for it, which costs little beside reading or evicting it. */
async function bytesOf({ restore, otherFileSystems }: FilesOptions, wanted: readonly Wanted[]): Promise<number> {
  let bytes = restore === undefined ? 0 : await bytesOfSet(restore);
  const walk = new FileWalk({ otherFileSystems });
  const add = ({ sizeBytes }: FileLook) => {
    bytes += sizeBytes ?? 0;
  };
  for (const { path } of wanted) await walk.look(path, add);
  return bytes;
}

async function* restoring(set: string | undefined, wanted: readonly Wanted[]): AsyncGenerator<Wanted> {
  yield* wanted;
  if (set === undefined) return;
  for await (const { path, runs } of readSet(set)) yield { path, restore: runs };
}

function needsOpen({ pages, act, save }: FilesOptions, { range, restore }: Wanted): boolean {
  return pages || act !== undefined || save !== undefined || range !== undefined || restore !== undefined;
}

/** Does what is asked with a file that is open; what it holds afterwards is what is shown. */
async function actOn(
  { fd, told, path, pages, sizeBytes }: Parameters<WhileOpen<void>>[0],
  { range, restore }: Wanted,
  { pages: listPages, act, save }: FilesOptions,
  locked: LockedFiles,
  reached: (bytes: number) => void,
): Promise<{ more: Partial<PrintedFile>; entry?: string }> {
  const filePages = pages ?? 0;
  const meant = clipped(range ?? { firstPage: 0, pageCount: filePages }, filePages);
  const slices = new Slices();
  let refused: Text | undefined;
  if (restore) refused = await readRuns(fd, await missingOf(restore, filePages, fd, told), undefined, reached);
  else if (act === 'touch') refused = await touchMissing(fd, meant, told, undefined, reached);
  else if (act === 'evict') refused = await evict(fd, meant, undefined, reached);
  else if (act === 'lock') refused = await locked.lock(path, range && meant);
  const counts =
    range === undefined
      ? await countPagesInSlices(fd, sizeBytes ?? 0, told, slices)
      : countPages(fd, meant.firstPage * pageSize(), meant.pageCount * pageSize(), told);
  const runs = listPages || save !== undefined ? await pageRuns(fd, meant, told, 'cached', slices) : undefined;
  const dirtyRuns = listPages ? await pageRuns(fd, meant, told, 'dirty', slices) : undefined;
  const listed = listPages ? { runs, dirtyRuns } : {};
  const more = {
    ...counts,
    pages: range === undefined ? filePages : meant.pageCount,
    ...listed,
    ...(refused && { refused }),
  };
  return save !== undefined && Array.isArray(runs) && runs.length > 0
    ? { more, entry: setEntry(path, sizeBytes ?? 0, runs) }
    : { more };
}

/** Of a set's runs what is not there, of a file that may have become shorter. */
async function missingOf(runs: readonly PageRange[], pages: number, fd: number, told: Parameters<typeof pageRuns>[2]) {
  const missing: PageRange[] = [];
  for (const run of runs) {
    const range = clipped(run, pages);
    const cached = await pageRuns(fd, range, told, 'cached', new Slices());
    missing.push(...(Array.isArray(cached) ? missingRuns(cached, range) : [range]));
  }
  return missing;
}

function clipped({ firstPage, pageCount }: PageRange, pages: number): PageRange {
  const first = Math.min(firstPage, pages);
  return { firstPage: first, pageCount: Math.min(pageCount, pages - first) };
}

function add(total: FilesTotal, { sizeBytes, pages, cachedPages, dirtyPages, writebackPages }: FileLook): void {
  total.files++;
  const sum = (before: number | null, more: number | null) => (before === null || more === null ? null : before + more);
  total.dirtyPages = sum(total.dirtyPages, dirtyPages);
  total.writebackPages = sum(total.writebackPages, writebackPages);
  if (cachedPages === null) {
    total.unknownFiles++;
    return;
  }
  total.sizeBytes += sizeBytes ?? 0;
  total.pages += pages ?? 0;
  total.cachedPages = sum(total.cachedPages, cachedPages);
}

function complain({ path, reason }: PrintedFile, language: Language): void {
  if (reason) process.stderr.write(`${escaped(`${pathText(path)}: ${reason[language]}`)}\n`);
}

/** Keeps what is locked, and what the files grow by, until the command is ended. */
async function hold(locked: LockedFiles, language: Language): Promise<never> {
  let told = 0;
  for (;;) {
    if (locked.bytes !== told) {
      told = locked.bytes;
      const bytes = formatBytes(told);
      const text: Text = {
        en: `${bytes} locked by process ${process.pid}, until it ends (Ctrl-C).`,
        zh: `进程 ${process.pid} 锁定了 ${bytes}，直到它结束（Ctrl-C）。`,
      };
      process.stderr.write(`${text[language]}\n`);
    }
    await setTimeout(500);
    const refused = await locked.follow();
    if (refused) process.stderr.write(`${refused[language]}\n`);
  }
}
