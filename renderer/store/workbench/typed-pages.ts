import { maxActionRuns } from '../../../protocol/workbench.ts';
import { noPages, oneInEvery, type PageSet, pagesBetween, runCount, union } from '../pages/page-set.ts';

/**
 * What is wrong with a typed range; `part` is the piece that it is about, as typed. The words are in the texts of the
 * window.
 */
export type TypedPagesProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'notANumber' | 'reversed' | 'outside' | 'everyZero'; readonly part: string }
  | { readonly kind: 'tooMany'; readonly runs: number };

export type TypedPages =
  | { readonly pages: PageSet /** Some page was named twice; it is selected once. */; readonly overlapped: boolean }
  | { readonly problem: TypedPagesProblem };

/** No sensible text is longer, and each piece is a walk over those before it. */
const mostParts = 4096;

const number = '(?:0x[0-9a-f]+|\\d+)';
const piece = new RegExp(`^(${number})(?:-(${number}))?(?:/(${number}))?$`, 'i');

/**
 * The pages that a text such as `0-15,32`, `0x10-0x1f`, `5..9` or `0-1023/4` (one in four) means, in a region of
 * `regionPages` pages. Pieces are parted by commas, semicolons or blanks.
 */
export function parseTypedPages(text: string, regionPages: number): TypedPages {
  // Blanks around a dash belong to the range; elsewhere they part pieces.
  const parts = text
    .replace(/\s*(?:-|–|—|\.\.\.?|…)\s*/g, '-')
    .replace(/\s*\/\s*/g, '/')
    .split(/[\s,;，；、]+/)
    .filter((part) => part !== '');
  if (parts.length === 0) return { problem: { kind: 'empty' } };
  if (parts.length > mostParts) return { problem: { kind: 'tooMany', runs: parts.length } };
  let pages = noPages;
  let overlapped = false;
  for (const part of parts) {
    const range = rangeIn(part, regionPages);
    if ('kind' in range) return { problem: range };
    const joined = union(pages, range);
    overlapped ||= joined.count < pages.count + range.count;
    pages = joined;
    // Looked at after each piece: a list of such pieces would take minutes.
    if (runCount(pages) > maxActionRuns) return { problem: { kind: 'tooMany', runs: runCount(pages) } };
  }
  return { pages, overlapped };
}

function rangeIn(part: string, regionPages: number): PageSet | TypedPagesProblem {
  const match = piece.exec(part);
  if (!match) return { kind: 'notANumber', part };
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  const every = match[3] === undefined ? 1 : Number(match[3]);
  if (last < first) return { kind: 'reversed', part };
  if (last >= regionPages) return { kind: 'outside', part };
  if (every < 1) return { kind: 'everyZero', part };
  return oneInEvery(pagesBetween(first, last), every);
}
