import type { PageCounts } from './counts-schema.ts';
import { isGuard, isLocked, isUnmapped, PageFlag, type PageState, pageState, pageStates } from './flags.ts';

/** How often each of the 256 possible page bytes occurs; every other count is derived from this one pass. */
export function histogram(flags: Uint8Array): Uint32Array {
  const bins = new Uint32Array(256);
  for (let page = 0; page < flags.length; page++) {
    const byte = flags[page] ?? 0;
    bins[byte] = (bins[byte] ?? 0) + 1;
  }
  return bins;
}

/** Pages with each flag, from a histogram. */
export function pageCounts(bins: Uint32Array): PageCounts {
  const pagesOf = (is: (byte: number) => boolean) =>
    bins.reduce((sum, count, byte) => (is(byte) ? sum + count : sum), 0);
  const withFlag = (flag: number) => pagesOf((byte) => (byte & flag) !== 0);
  return {
    resident: withFlag(PageFlag.Resident),
    present: withFlag(PageFlag.Present),
    locked: pagesOf(isLocked),
    vmLocked: withFlag(PageFlag.Locked),
    onFault: withFlag(PageFlag.OnFault),
    swapped: withFlag(PageFlag.Swapped),
    zero: pagesOf((byte) => (byte & PageFlag.Zero) !== 0 && !isGuard(byte)),
    huge: pagesOf((byte) => (byte & PageFlag.Huge) !== 0 && !isUnmapped(byte)),
    guard: pagesOf(isGuard),
    unmapped: pagesOf(isUnmapped),
    dontDump: withFlag(PageFlag.DontDump),
  };
}

/** Pages in each state of the legend, from a histogram. Every page is counted once. */
export function stateCounts(bins: Uint32Array, unknown = 0): Record<PageState, number> {
  const counts = Object.fromEntries(pageStates.map((state) => [state, 0])) as Record<PageState, number>;
  bins.forEach((count, byte) => {
    if (count > 0) counts[pageState(byte, unknown)] += count;
  });
  return counts;
}
