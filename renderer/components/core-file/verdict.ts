import type { CoreFile } from '../../../protocol/events.ts';
import { isProtected, type Nature } from '../../../protocol/nature.ts';

/**
 * What a search proved. That a protected marker was not found counts only when the same search found the unprotected
 * one, in a file that is whole.
 */
export type Verdict = 'clean' | 'leaked' | 'unproven' | 'cut-short';

export function verdictOf(file: Pick<CoreFile, 'found' | 'truncated'>, natureOf: (region: number) => Nature): Verdict {
  const counts = file.found.map(({ marker, count }) => ({ count, hidden: isProtected(natureOf(marker)) }));
  if (counts.some(({ count, hidden }) => hidden && count > 0)) return 'leaked';
  if (file.truncated) return 'cut-short';
  return counts.some(({ count, hidden }) => !hidden && count > 0) ? 'clean' : 'unproven';
}
