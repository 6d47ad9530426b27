import { useMemo } from 'react';
import type { RegionInfo } from '../../protocol/events.ts';
import { type DifferingPages, differingPages, type StateChange } from '../store/pages/differing-pages.ts';
import type { PageSet } from '../store/pages/page-set.ts';
import type { Pages } from '../store/pages/pages.ts';
import type { AppState } from '../store/store.ts';
import { useApp, usePages, usePagesVersion, useRegionPages } from './context.ts';

/**
 * How the pages of a region differ from those that they are compared with: the same ones at another instant, or those
 * of the region with the same label in another session. Undefined where one of the two has no pages to show.
 */
function differingIn(
  { sessions, against, instant }: Pick<AppState, 'sessions' | 'against' | 'instant'>,
  pages: Pages,
  session: number,
  region: RegionInfo,
): DifferingPages | undefined {
  if (!against) return undefined;
  const other = sessions
    .get(against.session)
    ?.regions.find(({ id, label }) => (against.session === session ? id === region.id : label === region.label));
  const from = other && pages.region(against.session, other.id)?.shownAt(against.tNs);
  const to = pages.region(session, region.id)?.shownAt(instant?.toNs);
  return typeof from === 'object' && typeof to === 'object' ? differingPages(from, to) : undefined;
}

function useAgainst(session: number) {
  const against = useApp((state) => (state.against?.of === session ? state.against : undefined));
  const instant = useApp((state) => state.instant);
  const sessions = useApp((state) => state.sessions);
  return { against, instant, sessions };
}

/** The pages of a region that differ from what they are compared with, or were before the step that is looked at. */
export function useDifference(session: number, region: RegionInfo): PageSet | undefined {
  const { against, instant, sessions } = useAgainst(session);
  const known = useRegionPages(session, region.id);
  const [pages, version] = [usePages(), usePagesVersion()];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  const differing = useMemo(
    () => differingIn({ sessions, against, instant }, pages, session, region),
    [sessions, against, instant, pages, version, session, region],
  );
  if (against) return differing?.pages.count ? differing.pages : undefined;
  if (instant?.sinceNs === undefined) return undefined;
  const found = known?.difference(instant.sinceNs, instant.toNs);
  return typeof found === 'object' ? found.changed : undefined;
}

/** Of all regions of a session together. */
export interface Differing {
  /** Pages in different states, and pages that both have. */
  readonly count: number;
  readonly both: number;
  readonly unknown: number;
  /** By how many pages they are about, most first. */
  readonly changes: readonly StateChange[];
  /** What it is compared with is still read from a long recording. */
  readonly coming: boolean;
}

/** How all that is shown of a session differs from what it is compared with. */
export function useDiffering(session: number, regions: readonly RegionInfo[]): Differing {
  const { against, instant, sessions } = useAgainst(session);
  const [pages, version] = [usePages(), usePagesVersion()];
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  return useMemo(() => {
    const found = regions.flatMap(
      (region) => differingIn({ sessions, against, instant }, pages, session, region) ?? [],
    );
    const sum = (of: (each: DifferingPages) => number) => found.reduce((all, each) => all + of(each), 0);
    const changes = [
      ...Map.groupBy(
        found.flatMap((each) => each.changes),
        ({ from, to }) => `${from} ${to}`,
      ).values(),
    ].flatMap((same) => {
      const [first] = same;
      return first ? [{ ...first, pages: same.reduce((all, each) => all + each.pages, 0) }] : [];
    });
    changes.sort((one, other) => other.pages - one.pages);
    return {
      count: sum((each) => each.pages.count),
      both: sum(({ both }) => both),
      unknown: sum(({ unknown }) => unknown),
      changes,
      coming:
        against?.session === session &&
        regions.some(({ id }) => pages.region(session, id)?.awaits(against.tNs ?? 0) === true),
    };
  }, [sessions, against, instant, pages, version, session, regions]);
}
