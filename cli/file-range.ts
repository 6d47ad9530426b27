import { existsSync } from 'node:fs';
import { pageSize } from '../native/libc/sysconf.ts';
import type { PageRange } from '../protocol/operation.ts';
import { problem } from '../protocol/problem.ts';

const units: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/**
 * `FILE:FROM-TO`, of which TO is the first that is left out: pages (`db:0-128`), or bytes with units (`db:0-64M`),
 * which are rounded to the pages that they touch. A file of that whole name comes first.
 */
export function fileAndRange(text: string): { readonly path: string; readonly range?: PageRange } {
  const [, path, from, fromUnit, to, toUnit] = /^(.+):(\d+)([BKMGT])?-(\d+)([BKMGT])?$/s.exec(text) ?? [];
  if (path === undefined || from === undefined || to === undefined || existsSync(text)) return { path: text };
  const inBytes = fromUnit !== undefined || toUnit !== undefined;
  const size = inBytes ? pageSize() : 1;
  const firstPage = Math.floor((Number(from) * (units[fromUnit ?? 'B'] ?? 1)) / size);
  const end = Math.ceil((Number(to) * (units[toUnit ?? 'B'] ?? 1)) / size);
  if (end <= firstPage || !Number.isSafeInteger(end * pageSize())) {
    throw problem(
      'bad-input',
      `${text}: the range is empty or too large. Write FILE:FROM-TO with the first page and the one after the last, or bytes as 0-64M.`,
      `${text}：范围为空或过大。请写成 FILE:FROM-TO，给出第一页和最后一页的下一页，或以字节表示，如 0-64M。`,
    );
  }
  return { path, range: { firstPage, pageCount: end - firstPage } };
}
