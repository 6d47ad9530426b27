/** Stretches of addresses: pages that a call rounds to, and what of them is mapped. */
import { pageSize } from '../libc/sysconf.ts';

/** A stretch of addresses. */
export type Stretch = { readonly start: bigint; readonly end: bigint };

/**
 * The range in whole pages, as the kernel rounds it: from the page of its first byte to the end of the page of its
 * last.
 */
export function wholePages(address: bigint, length: number): Stretch {
  const size = BigInt(pageSize());
  const end = address + BigInt(length);
  return { start: address - (address % size), end: end + ((size - (end % size)) % size) };
}

/** The part of one stretch that lies in another. */
export function within(stretch: Stretch, range: Stretch): Stretch {
  return {
    start: stretch.start > range.start ? stretch.start : range.start,
    end: stretch.end < range.end ? stretch.end : range.end,
  };
}

/** What of the range nothing is mapped at; `inside` are the mappings that overlap it, ascending. */
export function holesIn(range: Stretch, inside: readonly Stretch[]): readonly Stretch[] {
  const holes: Stretch[] = [];
  let from = range.start;
  for (const { start, end } of inside) {
    if (start > from) holes.push({ start: from, end: start });
    from = end;
  }
  if (from < range.end) holes.push({ start: from, end: range.end });
  return holes;
}
