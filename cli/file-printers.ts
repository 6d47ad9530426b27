import { formatBytes, formatCount } from '../lab/base/format.ts';
import { pathFields, pathText } from '../lab/files/byte-path.ts';
import type { FileLook } from '../lab/files/look-at-files.ts';
import { csvOf } from '../lab/reports/csv.ts';
import { pageSize } from '../native/libc/sysconf.ts';
import { inLanguage } from '../protocol/in-language.ts';
import type { Language } from '../protocol/language.ts';
import type { PageRange } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import { escaped, table } from './columns.ts';
import { cellText, cellValue, type FileColumn, percent } from './file-columns.ts';
import { Terminal } from './terminal.ts';

/** A file with what was asked of it. */
export interface PrintedFile extends FileLook {
  /** What was done with it and did not work. */
  readonly refused?: Text | undefined;
  readonly runs?: readonly PageRange[] | Text | undefined;
  readonly dirtyRuns?: readonly PageRange[] | Text | undefined;
}

/** The sum of all files; pages of files that nobody could tell of are in `unknownFiles` and in no other sum. */
export interface FilesTotal {
  files: number;
  folders: number;
  sizeBytes: number;
  pages: number;
  /** Null where nobody could tell of any file. */
  cachedPages: number | null;
  /** Null as soon as one file's are not known. */
  dirtyPages: number | null;
  writebackPages: number | null;
  unknownFiles: number;
  elapsedNs: number;
}

/** Gets each file as it is looked at, and the sum at the end. */
export interface FilePrinter {
  file(look: PrintedFile): void;
  end(total: FilesTotal): void;
}

export type FilesFormat = 'fincore' | 'pcstat' | 'vmtouch';

export interface PrinterOptions {
  readonly json: boolean;
  readonly csv: boolean;
  readonly format?: FilesFormat | undefined;
  readonly columns?: readonly FileColumn[] | undefined;
  readonly plainBytes: boolean;
  readonly language: Language;
  readonly write: (text: string) => void;
}

export function printerFor(options: PrinterOptions): FilePrinter {
  const { format, json, csv, columns } = options;
  if (format === 'fincore') return json ? fincoreJson(options) : fincoreText(options);
  if (format === 'pcstat') return pcstatJson(options);
  if (format === 'vmtouch') return vmtouchText(options);
  if (json) return ownJson(options);
  if (csv) return ownCsv(options);
  return columns ? fincoreText(options) : forPeople(options);
}

/** An array of JSON that is written as its members come. */
function jsonArray(write: (text: string) => void, before: string) {
  let first = true;
  return {
    add(member: unknown): void {
      write(`${first ? before : ','}\n${JSON.stringify(member)}`);
      first = false;
    },
    end(after: string): void {
      write(`${first ? before : ''}\n]${after}\n`);
    },
  };
}

function ownFields({ path, mtimeMs: _, runs, dirtyRuns, refused, ...look }: PrintedFile, language: Language) {
  return inLanguage(
    { ...pathFields(path), ...look, refused, runs: pairs(runs), dirtyRuns: pairs(dirtyRuns) },
    language,
  );
}

const pairs = (runs: readonly PageRange[] | Text | undefined) =>
  runs && 'en' in runs ? null : runs?.map(({ firstPage, pageCount }) => [firstPage, pageCount]);

function ownJson({ write, language }: PrinterOptions): FilePrinter {
  const array = jsonArray(write, '{"files":[');
  return {
    file: (look) => array.add(ownFields(look, language)),
    end: (total) => array.end(`,"total":${JSON.stringify(total)}}`),
  };
}

function ownCsv({ write, language }: PrinterOptions): FilePrinter {
  let headed = false;
  const add = (look: PrintedFile) => {
    const { path, sizeBytes, pages, cachedPages, dirtyPages, writebackPages, evictedPages, recentlyEvictedPages } =
      look;
    const counts = { sizeBytes, pages, cachedPages, dirtyPages, writebackPages, evictedPages, recentlyEvictedPages };
    const reason = (look.refused ?? look.reason)?.[language];
    const [head = '', row = ''] = linesOf(csvOf([{ path: pathText(path), ...counts, witness: look.witness, reason }]));
    write(headed ? row : head + row);
    headed = true;
  };
  return { file: add, end: () => undefined };
}

/** The heading and the rest of a CSV of one row; a name may hold newlines. */
function linesOf(csv: string): [head: string, row: string] {
  const at = csv.indexOf('\n') + 1;
  return [csv.slice(0, at), csv.slice(at)];
}

const fincoreDefault: readonly FileColumn[] = ['RES', 'PAGES', 'SIZE', 'FILE'];

function fincoreJson({ write, columns = fincoreDefault, plainBytes }: PrinterOptions): FilePrinter {
  const array = jsonArray(write, '{"fincore":[');
  const fields = (look: PrintedFile) =>
    Object.fromEntries(columns.map((column) => [column.toLowerCase(), cellValue(column, look, plainBytes)]));
  return {
    // What can't be opened is a line on its standard error.
    file: (look) => look.sizeBytes !== null && array.add(fields(look)),
    end: () => array.end('}'),
  };
}

function fincoreText({ write, columns = fincoreDefault, plainBytes }: PrinterOptions): FilePrinter {
  const rows: string[][] = [];
  return {
    file: (look) => {
      if (look.sizeBytes !== null) rows.push(columns.map((column) => cellText(column, look, plainBytes)));
    },
    end: () => {
      const shown = columns.map((heading) => ({ heading, right: heading !== 'FILE' && heading !== 'WITNESS' }));
      write(`${table(shown, rows).join('\n')}\n`);
    },
  };
}

/** `pcstat -json`; with the page list, as with its -pps, `status`. */
function pcstatJson({ write }: PrinterOptions): FilePrinter {
  const array = jsonArray(write, '[');
  return {
    file: (look) => {
      const { path, sizeBytes, pages, cachedPages, mtimeMs, runs } = look;
      if (sizeBytes === null || pages === null) return;
      array.add({
        filename: pathText(path),
        size: sizeBytes,
        timestamp: new Date().toISOString(),
        mtime: mtimeMs === null ? null : new Date(mtimeMs).toISOString(),
        pages,
        cached: cachedPages,
        uncached: cachedPages === null ? null : pages - cachedPages,
        percent: cachedPages === null ? null : pages === 0 ? 0 : (cachedPages / pages) * 100,
        ...(runs && !('en' in runs) && { status: statusOf(runs, pages) }),
      });
    },
    end: () => array.end(''),
  };
}

function statusOf(runs: readonly PageRange[], pages: number): boolean[] {
  const status = new Array<boolean>(pages).fill(false);
  for (const { firstPage, pageCount } of runs) status.fill(true, firstPage, firstPage + pageCount);
  return status;
}

function vmtouchText({ write }: PrinterOptions): FilePrinter {
  const short = (pages: number) => {
    const kilobytes = (pages * pageSize()) / 1024;
    if (kilobytes < 1024) return `${kilobytes}K`;
    return kilobytes < 1024 * 1024 ? `${Math.floor(kilobytes / 1024)}M` : `${Math.floor(kilobytes / 1024 / 1024)}G`;
  };
  return {
    file: () => undefined,
    end: ({ files, folders, pages, cachedPages, unknownFiles, elapsedNs }) => {
      const share =
        pages === 0 || cachedPages === null ? '' : `${Number(((cachedPages / pages) * 100).toPrecision(3))}%`;
      const lines = [
        `           Files: ${files}`,
        `     Directories: ${folders}`,
        `  Resident Pages: ${cachedPages ?? '?'}/${pages}  ${cachedPages === null ? '?' : short(cachedPages)}/${short(pages)}  ${share}`,
        ...(unknownFiles > 0 ? [`   Unknown Files: ${unknownFiles}`] : []),
        `         Elapsed: ${Number((elapsedNs / 1e9).toPrecision(5))} seconds`,
      ];
      write(`${lines.join('\n')}\n`);
    },
  };
}

/** Rows that people are shown: those of which most is cached. */
const mostRows = 40;
const shownColumns: readonly FileColumn[] = ['RES', 'SIZE', 'CACHED', 'DIRTY', 'FILE'];

const headings: Readonly<Partial<Record<FileColumn, Text>>> = {
  RES: { en: 'CACHED', zh: '已缓存' },
  SIZE: { en: 'SIZE', zh: '大小' },
  CACHED: { en: 'SHARE', zh: '占比' },
  DIRTY: { en: 'DIRTY', zh: '脏页' },
  FILE: { en: 'FILE', zh: '文件' },
};

function forPeople({ language, plainBytes }: PrinterOptions): FilePrinter {
  let kept: PrintedFile[] = [];
  const reasons = new Map<string, { count: number; first: string }>();
  const tell = (why: Text | undefined, look: PrintedFile) => {
    if (!why) return;
    const known = reasons.get(why[language]);
    if (known) known.count++;
    else reasons.set(why[language], { count: 1, first: pathText(look.path) });
  };
  return {
    file: (look) => {
      tell(look.refused, look);
      tell(look.reason, look);
      if (look.sizeBytes === null) return;
      kept.push(look);
      if (kept.length >= 2 * mostRows) kept = mostCached(kept);
    },
    end: (total) => {
      const terminal = new Terminal(process.stdout);
      const rows = mostCached(kept);
      const shown = shownColumns.map((column) => ({
        heading: headings[column]?.[language] ?? column,
        right: column !== 'FILE',
      }));
      if (rows.length > 0) {
        const cells = rows.map((look) => shownColumns.map((column) => cellText(column, look, plainBytes)));
        for (const line of table(shown, cells)) terminal.line(line);
      }
      for (const { path, pages, runs } of rows) {
        if (!runs || 'en' in runs || !pages) continue;
        terminal.line(escaped(pathText(path)));
        terminal.pageMap(
          runs.map(({ firstPage, pageCount }) => [firstPage, pageCount, 1]),
          pages,
          language,
        );
      }
      terminal.line(totalSentence(total, rows.length)[language]);
      for (const [why, { count, first }] of reasons) {
        const more = language === 'zh' ? `（另有 ${count - 1} 个）` : ` (and ${count - 1} more)`;
        terminal.line(terminal.style('yellow', `! ${first}${count > 1 ? more : ''}: ${why}`));
      }
    },
  };
}

function mostCached(looks: readonly PrintedFile[]): PrintedFile[] {
  return looks.toSorted((a, b) => (b.cachedPages ?? -1) - (a.cachedPages ?? -1)).slice(0, mostRows);
}

function totalSentence({ files, cachedPages, pages, unknownFiles }: FilesTotal, shown: number): Text {
  const bytes = (count: number) => formatBytes(count * pageSize());
  const count = formatCount(files);
  const unknown = formatCount(unknownFiles);
  const known =
    cachedPages === null
      ? { en: '', zh: '' }
      : {
          en: `, ${bytes(cachedPages)} of ${bytes(pages)} in the page cache (${percent(cachedPages, pages)} %)`,
          zh: `，${bytes(pages)} 中有 ${bytes(cachedPages)} 在页缓存中（${percent(cachedPages, pages)} %）`,
        };
  const untold =
    unknownFiles === 0
      ? { en: '', zh: '' }
      : { en: `; of ${unknown} nobody could tell`, zh: `；其中 ${unknown} 个无从得知` };
  const cut =
    files <= shown + unknownFiles
      ? { en: '', zh: '' }
      : {
          en: ` The ${shown} of which most is cached are shown; --json and --csv tell of all.`,
          zh: `只列出缓存最多的 ${shown} 个；--json 和 --csv 给出全部。`,
        };
  return {
    en: `${count} ${files === 1 ? 'file' : 'files'}${known.en}${untold.en}.${cut.en}`,
    zh: `${count} 个文件${known.zh}${untold.zh}。${cut.zh}`,
  };
}
