import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { memo } from 'react';
import { pageCounts, stateCounts } from '../../../protocol/counts.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { pageStates } from '../../../protocol/flags.ts';
import { type LegendEntry, legendEntries } from '../../canvas/palette.ts';
import { useActions, useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './legend.module.css';
import { Swatch } from './swatch.tsx';

interface Props {
  readonly session: number | undefined;
  /** The regions whose pages are counted: those that are shown. */
  readonly regions: readonly RegionInfo[];
}

/** The states that every reader should know, even while no page is in them. */
const always: ReadonlySet<LegendEntry> = new Set(['absent', 'resident', 'zero', 'locked']);

/** What each look means and how many pages have it. Choosing one dims the others. */
export const Legend = memo(function Legend({ session, regions }: Props) {
  const { t } = useWords();
  const filter = useApp((state) => state.picked);
  const counts = useCounts(session, regions);
  const shown = legendEntries.filter((entry) => always.has(entry) || counts[entry] > 0 || entry === filter);
  return (
    <fieldset className={classes.legend} aria-label={t('pages.legend')}>
      {shown.map((entry) => (
        <Entry key={entry} entry={entry} count={counts[entry]} picked={filter === entry} />
      ))}
    </fieldset>
  );
});

const Entry = memo(function Entry({ entry, count, picked }: { entry: LegendEntry; count: number; picked: boolean }) {
  const { t, format } = useWords();
  const { pickOut } = useActions();
  return (
    <Tip label={t(`pageStateMeaning.${entry}`)}>
      <UnstyledButton
        className={classes.entry}
        aria-pressed={picked}
        data-none={count === 0 || undefined}
        onClick={() => pickOut(entry)}
      >
        <Swatch entry={entry} />
        <Name entry={entry} />
        <span className={classes.count}>{format.number(count)}</span>
      </UnstyledButton>
    </Tip>
  );
});

/** A state's name; of the longest the end is seen, beside a swatch that has the lock. */
function Name({ entry }: { entry: LegendEntry }) {
  const { t } = useWords();
  const name = t(`pageState.${entry}`);
  const seen = entry === 'on-fault' ? t('pages.notInYet') : name;
  return (
    <span className={classes.name}>
      {seen !== name && <VisuallyHidden>{name.slice(0, -seen.length)}</VisuallyHidden>}
      {seen}
    </span>
  );
}

/** Pages of each entry over some regions of a session, as of the time that is pointed at. */
function useCounts(session: number | undefined, regions: readonly RegionInfo[]): Record<LegendEntry, number> {
  usePagesVersion();
  const pages = usePages();
  const instant = useApp((state) => state.instant);
  const sum = { ...stateCounts(new Uint32Array(256)), 'dont-dump': 0 };
  for (const { id } of regions) {
    const region = pages.region(session ?? 0, id);
    if (!region) continue;
    const past = instant && region.at(instant.toNs);
    if (past === 'unmapped') continue;
    const shown = typeof past === 'object' ? past : region;
    const counts = stateCounts(shown.bins, shown.unknown);
    for (const state of pageStates) sum[state] += counts[state];
    sum['dont-dump'] += pageCounts(shown.bins).dontDump;
  }
  return sum;
}
