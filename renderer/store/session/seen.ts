import { sampleRateBounds } from '../../../protocol/rates.ts';

/** A time in which a region was looked at again and again; ns since the session began. */
export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

/** By region, when it was looked at, in order; also where no page had changed. */
export type Seen = ReadonlyMap<number, readonly Stretch[]>;

/** Between looks that are farther apart than this, as many as three that are missing, nobody knows what was. */
export const unseenNs = (3 * 1e9) / sampleRateBounds.default;

/** As many stretches of a region are kept. */
const mostStretches = 8192;

/** Regions that were looked at; `still`: nothing of them moved since the look before. */
export interface Looked {
  readonly regions: readonly number[];
  readonly tNs: number;
  readonly still?: boolean | undefined;
}

/** With more looks at some regions, in the order of their times. */
export function withLooks(seen: Seen, looks: readonly Looked[]): Seen {
  if (looks.length === 0) return seen;
  const all = new Map(seen);
  const grown = new Map<number, Stretch[]>();
  for (const { regions, tNs, still } of looks) {
    for (const region of regions) {
      const stretches = grown.get(region) ?? [...(seen.get(region) ?? [])];
      const last = stretches.at(-1);
      if (last && (still || tNs - last.toNs <= unseenNs))
        stretches[stretches.length - 1] = { fromNs: last.fromNs, toNs: tNs };
      else stretches.push({ fromNs: tNs, toNs: tNs });
      grown.set(region, stretches);
    }
  }
  for (const [region, stretches] of grown) all.set(region, stretches.slice(-mostStretches));
  return all;
}
