import { isUnmapped, PageFlag } from '../../../protocol/flags.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import type { ChangedPages } from '../../../protocol/target.ts';
import type { Session } from '../session/session.ts';
import type { Pages } from './pages.ts';

interface Known {
  readonly flags: Uint8Array;
  readonly unknown: number;
}

const { Present, Swapped, Locked } = PageFlag;

/** Which of the pages from `first` on came and which left between two states of them; null where nobody knew. */
export function cameAndLeft(before: Known, after: Known, first: number, pages: number): ChangedPages {
  const unknown = before.unknown | after.unknown;
  // Of a locked mapping, those that are there: as its count has them.
  const states = { resident: Present, swapped: Swapped, locked: Locked | Present } as const;
  const counts = Object.entries(states).map(([state, bits]) => {
    if (unknown & bits) return [state, null];
    let [came, left] = [0, 0];
    for (let page = first; page < first + pages; page++) {
      const was = has(before.flags[page] ?? 0, bits);
      const is = has(after.flags[page] ?? 0, bits);
      if (is && !was) came++;
      else if (was && !is) left++;
    }
    return [state, { came, left }];
  });
  return Object.fromEntries(counts);
}

const has = (flags: number, bits: number): boolean => (flags & bits) === bits && !isUnmapped(flags);

/**
 * What became of the pages of a mapping between two instants, where a region of the session shows all of it and its
 * pages of both are kept; undefined where only its counts are known.
 */
export function pagesBetweenInstants(
  { id, regions, lives }: Pick<Session, 'id' | 'regions' | 'lives'>,
  pages: Pages,
  pageSize: number,
  [fromNs, toNs]: readonly [number, number | undefined],
): (mapping: Pick<TargetMapping, 'start' | 'end'>) => ChangedPages | undefined {
  const known = regions.flatMap((region) => {
    const life = lives.get(region.id);
    if (!life || life.fromNs > fromNs || life.toNs <= (toNs ?? life.fromNs)) return [];
    if (toNs === undefined && life.toNs !== Number.POSITIVE_INFINITY) return [];
    const kept = pages.region(id, region.id);
    const [before, after] = [kept?.shownAt(fromNs), kept?.shownAt(toNs)];
    if (!before || !after || typeof before === 'string' || typeof after === 'string') return [];
    const start = Number(region.address);
    return [{ start, end: start + region.length, before, after }];
  });
  return (mapping) => {
    if (known.length === 0) return undefined;
    const [start, end] = [Number(mapping.start), Number(mapping.end)];
    const region = known.find((each) => each.start <= start && end <= each.end);
    if (!region) return undefined;
    return cameAndLeft(region.before, region.after, (start - region.start) / pageSize, (end - start) / pageSize);
  };
}
