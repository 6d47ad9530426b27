import type { PageState } from '../../../protocol/flags.ts';
import type { MappingGroup } from '../../../protocol/process-look.ts';

/** What of a mapping's pages is known to be in which state. */
export type Counted = Pick<
  MappingGroup,
  'pages' | 'residentPages' | 'swappedPages' | 'zeroPages' | 'hugePages' | 'guardPages' | 'lockedPages'
>;

/** In the order in which a bar shows them. */
export const sharedStates = ['locked', 'huge', 'resident', 'zero', 'swapped', 'guard', 'unknown', 'absent'] as const;

/**
 * The pages of each of `sharedStates`; each page once, by what is most telling of it.
 *
 * @param into takes them: for sixty thousand mappings one array is enough
 */
export function statePages(of: Counted, into: Float64Array): Float64Array {
  into.fill(0);
  if (of.residentPages === null) {
    into[6] = of.pages;
    return into;
  }
  const resident = of.residentPages;
  const locked = Math.min(resident, of.lockedPages ?? 0);
  // Of locked pages nobody told which are of huge ones: locked is what they are called.
  const huge = Math.min(resident - locked, of.hugePages ?? 0);
  const zero = Math.min(resident - locked - huge, of.zeroPages ?? 0);
  const [swapped, guard] = [of.swappedPages ?? 0, of.guardPages ?? 0];
  into[0] = locked;
  into[1] = huge;
  into[2] = resident - locked - huge - zero;
  into[3] = zero;
  into[4] = swapped;
  into[5] = guard;
  into[7] = Math.max(0, of.pages - resident - swapped - guard);
  return into;
}

/** The same, without those that there are none of. */
export function stateShares(of: Counted): readonly { readonly state: PageState; readonly pages: number }[] {
  const pages = statePages(of, new Float64Array(sharedStates.length));
  return sharedStates.flatMap((state, at) => ((pages[at] ?? 0) > 0 ? [{ state, pages: pages[at] ?? 0 }] : []));
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
