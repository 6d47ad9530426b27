import { pathText } from '../lab/files/byte-path.ts';
import type { FileLook } from '../lab/files/look-at-files.ts';
import { pageSize } from '../native/libc/sysconf.ts';

/** A value of a column: bytes, which may be written as people read them, or anything else. */
type Cell = { readonly bytes: number | null } | number | string | null;

const inBytes = (pages: number | null): Cell => ({ bytes: pages === null ? null : pages * pageSize() });

/** Columns of a list of files, named as fincore(1) of util-linux 2.41 has them; the last three are ours. */
const columns = {
  RES: ({ cachedPages }) => inBytes(cachedPages),
  PAGES: ({ cachedPages }) => cachedPages,
  SIZE: ({ sizeBytes }) => ({ bytes: sizeBytes }),
  FILE: ({ path }) => pathText(path),
  DIRTY_PAGES: ({ dirtyPages }) => dirtyPages,
  DIRTY: ({ dirtyPages }) => inBytes(dirtyPages),
  WRITEBACK_PAGES: ({ writebackPages }) => writebackPages,
  WRITEBACK: ({ writebackPages }) => inBytes(writebackPages),
  EVICTED_PAGES: ({ evictedPages }) => evictedPages,
  EVICTED: ({ evictedPages }) => inBytes(evictedPages),
  RECENTLY_EVICTED_PAGES: ({ recentlyEvictedPages }) => recentlyEvictedPages,
  RECENTLY_EVICTED: ({ recentlyEvictedPages }) => inBytes(recentlyEvictedPages),
  ALL_PAGES: ({ pages }) => pages,
  CACHED: ({ cachedPages, pages }) => (cachedPages === null ? null : `${percent(cachedPages, pages ?? 0)} %`),
  WITNESS: ({ witness }) => witness,
} as const satisfies Record<string, (look: FileLook) => Cell>;

export type FileColumn = keyof typeof columns;
export const fileColumns = Object.keys(columns) as FileColumn[];

/** What of `whole` `part` is, in whole percents rounded down: 100 is all. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part / whole) * 100);
}

/** A cell as text; what is unknown is `?`. */
export function cellText(column: FileColumn, look: FileLook, plainBytes: boolean): string {
  const value = cellValue(column, look, plainBytes);
  return value === null ? '?' : String(value);
}

/** A cell as fincore's JSON has it: sizes are texts, unless bytes are asked for. */
export function cellValue(column: FileColumn, look: FileLook, plainBytes: boolean): string | number | null {
  const value: Cell = columns[column](look);
  if (typeof value !== 'object' || value === null) return value;
  return value.bytes === null || plainBytes ? value.bytes : shortBytes(value.bytes);
}

/** `124K`, `122.7K`, `0B`: bytes as the tools of util-linux write them. */
function shortBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 5) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : Number(value.toFixed(1))}${'BKMGTP'[unit]}`;
}
