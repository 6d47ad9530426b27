import { grown, type Rule, type Way } from './rules.ts';

/** Growths that are thought through beforehand, 2 ms at the most; a rule that needs more is followed as it goes. */
const mostGrowths = 16_384;

/** What a rule comes to, without any memory. */
export interface Plan {
  /** Thought through to the end; the rest is then exact. */
  readonly whole: boolean;
  readonly growths: number;
  /** The number of the push that makes it grow for the last time. */
  readonly lastGrowth: number;
  /** Bytes of the buffer at its largest, and of the one before it. */
  readonly lastBytes: number;
  readonly previousBytes: number;
}

/** Follows a rule over so many pushes. Throws `FormulaError` where it does not grow, or overflows. */
export function planOf(rule: Rule, items: number, size: number): Plan {
  let [capacity, previous, growths, lastGrowth] = [0, 0, 0, 0];
  while (capacity < items && growths < mostGrowths) {
    previous = capacity;
    lastGrowth = capacity + 1;
    capacity = grown(rule, { c: capacity, n: lastGrowth, size });
    growths++;
  }
  const whole = capacity >= items;
  // Slow growth ends a little above what is needed; that it does, is looked at on the way.
  const [last, before] = whole ? [capacity, previous] : [2 * items, items];
  return { whole, growths, lastGrowth, lastBytes: last * size, previousBytes: before * size };
}

/** Bytes that a buffer of this plan has at one time: a copy has the old one beside the new one. */
export function peakBytes({ lastBytes, previousBytes }: Plan, way: Way): number {
  return way === 'copy' ? lastBytes + previousBytes : lastBytes;
}

/**
 * Bytes that pushes may copy in all: what exact growth copies is quadratic, and ends here after some 6000 items of 16
 * bytes. CPython's rule, the slowest of the others, copies each item 9 times.
 */
export function mostCopiedBytes(items: number, size: number): number {
  return Math.max(16 * items * size, 16 * 1024 * 1024);
}
