import type { Unknown } from '../../native/pages/unknown.ts';
import { histogram, pageCounts } from '../../protocol/counts.ts';
import type { PageCounts } from '../../protocol/counts-schema.ts';
import type { RegionInfo } from '../../protocol/events.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { forEachRun } from '../../protocol/runs.ts';
import type { Text } from '../../protocol/text.ts';

/** A count, or why nobody can tell it. */
export type Counted = number | Text;

/** The count as a figure has it: null where it is unknown. */
export const countOrNull = (counted: Counted): number | null => (typeof counted === 'number' ? counted : null);

/** Made of two counts; unknown when one of them is. */
export function together(one: Counted, other: Counted, make: (one: number, other: number) => number): Counted {
  if (typeof one !== 'number') return one;
  return typeof other === 'number' ? make(one, other) : other;
}

/** A snapshot that stays as it is, for the experiment to reason about. What it does not know it says why. */
export interface Look {
  /** The step that it was taken after; -1 within one turn of several. */
  readonly step: number;
  /** Pages of a kind, of all of the region or of a part. */
  count(kind: keyof typeof flagsOf, range?: PageRange): Counted;
  /** The pages that have a flag, as ranges in order. */
  pagesWith(flag: keyof typeof PageFlag): readonly PageRange[] | Text;
  /** Flags that could not be found out. */
  readonly unknown: number;
  /** The runs of equal pages, for a figure. */
  runs(): [number, number, number][];
}

/** The flags that have to be known for a count. */
const flagsOf = {
  resident: ['Resident'],
  present: ['Present'],
  locked: ['Locked', 'Present'],
  vmLocked: ['Locked'],
  onFault: ['OnFault'],
  swapped: ['Swapped'],
  zero: ['Zero'],
  huge: ['Huge'],
  dontDump: ['DontDump'],
} as const satisfies Partial<Record<keyof PageCounts, readonly (keyof typeof PageFlag)[]>>;

/**
 * The snapshot, with its own flags: the observer writes over the snapshot's at its next look.
 *
 * @param unknown what the snapshot could not tell, and why
 * @param kind of the region: of anonymous memory mincore and the page table have to say the same
 */
export function lookOf(
  { flags, unknown: mask, step }: Snapshot,
  unknown: readonly Unknown[],
  kind: RegionInfo['kind'] = 'anonymous',
): Look {
  const kept = flags.slice();
  const why = (flag: keyof typeof PageFlag): Text | undefined =>
    mask & PageFlag[flag] ? (unknown.find(({ bits }) => bits.includes(flag))?.reason ?? nobodyTold) : undefined;
  const contradicted = kind === 'anonymous' && !(mask & bothWitnesses) ? disagreement(kept) : undefined;
  const whyNot = (flags: readonly (keyof typeof PageFlag)[]) =>
    flags.map(why).find((reason) => reason) ?? (flags.includes('Resident') ? contradicted : undefined);
  return {
    step,
    count: (counted, { firstPage, pageCount } = { firstPage: 0, pageCount: kept.length }) =>
      whyNot(flagsOf[counted]) ?? pageCounts(histogram(kept.subarray(firstPage, firstPage + pageCount)))[counted],
    pagesWith: (flag) => whyNot([flag]) ?? rangesWith(kept, PageFlag[flag]),
    unknown: mask,
    runs() {
      const runs: [number, number, number][] = [];
      forEachRun(kept, (firstPage, pageCount, byte) => runs.push([firstPage, pageCount, byte]));
      return runs;
    },
  };
}

const bothWitnesses = PageFlag.Resident | PageFlag.Present;

/**
 * Whether mincore and the page table contradict each other, in a sentence. Anonymous memory is in core where it is in
 * the page table, and elsewhere only in the swap cache. mincore(2)
 */
function disagreement(flags: Uint8Array): Text | undefined {
  let [inCore, inTable, apart] = [0, 0, 0];
  for (const byte of flags) {
    const [resident, present] = [(byte & PageFlag.Resident) !== 0, (byte & PageFlag.Present) !== 0];
    if (resident) inCore++;
    if (present) inTable++;
    if (resident !== present && !(byte & PageFlag.Swapped)) apart++;
  }
  if (apart === 0) return undefined;
  return {
    en: `the witnesses disagree on ${apart} pages: mincore has ${inCore} resident, the page table ${inTable} present`,
    zh: `两个证人对 ${apart} 页说法不一：mincore 说驻留 ${inCore} 页，页表中有 ${inTable} 页`,
  };
}

const nobodyTold: Text = { en: 'the kernel did not tell', zh: '内核没有说明' };

export function rangesWith(flags: Uint8Array, flag: number): PageRange[] {
  const ranges: { firstPage: number; pageCount: number }[] = [];
  forEachRun(flags, (firstPage, pageCount, byte) => {
    if (!(byte & flag)) return;
    const last = ranges.at(-1);
    if (last && last.firstPage + last.pageCount === firstPage) last.pageCount += pageCount;
    else ranges.push({ firstPage, pageCount });
  });
  return ranges;
}
