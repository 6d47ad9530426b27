import type { PageState } from '../../../protocol/flags.ts';
import type { MappingGroup } from '../../../protocol/process-look.ts';

/** What of a mapping's pages is known to be in which state. */
export type Counted = Pick<
  MappingGroup,
  'pages' | 'residentPages' | 'swappedPages' | 'zeroPages' | 'hugePages' | 'guardPages' | 'lockedPages'
>;

/** The pages of each state, as its bar shows them; each page once, by what is most telling of it. */
export function stateShares(of: Counted): readonly { readonly state: PageState; readonly pages: number }[] {
  if (of.residentPages === null) return [{ state: 'unknown', pages: of.pages }];
  const resident = of.residentPages;
  const locked = Math.min(resident, of.lockedPages ?? 0);
  // Of locked pages nobody told which are of huge ones: locked is what they are called.
  const huge = Math.min(resident - locked, of.hugePages ?? 0);
  const zero = Math.min(resident - locked - huge, of.zeroPages ?? 0);
  const [swapped, guard] = [of.swappedPages ?? 0, of.guardPages ?? 0];
  const shares: readonly { readonly state: PageState; readonly pages: number }[] = [
    { state: 'locked', pages: locked },
    { state: 'huge', pages: huge },
    { state: 'resident', pages: resident - locked - huge - zero },
    { state: 'zero', pages: zero },
    { state: 'swapped', pages: swapped },
    { state: 'guard', pages: guard },
    { state: 'absent', pages: Math.max(0, of.pages - resident - swapped - guard) },
  ];
  return shares.filter(({ pages }) => pages > 0);
}

/** Pages that take memory or swap. */
export const heldPages = ({ residentPages, swappedPages }: Counted): number =>
  (residentPages ?? 0) + (swappedPages ?? 0);

/**
 * How wide the bar of some pages is, of 1: by the square root, so that a stack is seen beside a heap. What is only
 * reserved may be far larger than anything that is there, and is then cut off at 1.
 *
 * @param most the most pages that any bar has to show in full
 */
export const barWidth = (pages: number, most: number): number => Math.min(1, Math.sqrt(pages / Math.max(1, most)));
