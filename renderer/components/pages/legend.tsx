import { Tooltip, UnstyledButton } from '@mantine/core';
import { stateCounts } from '../../../protocol/counts.ts';
import { type PageState, pageStates } from '../../../protocol/flags.ts';
import { useApp, usePages, usePagesVersion, useWords } from '../../app/context.ts';
import type { Session } from '../../store/session.ts';
import classes from './legend.module.css';
import { Swatch } from './swatch.tsx';

interface Props {
  readonly session: Session | undefined;
  readonly filter: PageState | undefined;
  readonly onFilter: (state: PageState | undefined) => void;
}

/** The states that every reader should know, even while no page is in them. */
const always: ReadonlySet<PageState> = new Set(['absent', 'resident', 'zero', 'locked']);

/** What each look means and how many pages have it. Choosing one dims the others. */
export function Legend({ session, filter, onFilter }: Props) {
  const { t, format } = useWords();
  const counts = useStateCounts(session);
  const shown = pageStates.filter((state) => always.has(state) || counts[state] > 0 || state === filter);
  return (
    <fieldset className={classes.legend} aria-label={t('pages.legend')}>
      {shown.map((state) => (
        <Tooltip key={state} label={t(`pageStateMeaning.${state}`)}>
          <UnstyledButton
            className={classes.entry}
            aria-pressed={filter === state}
            data-dimmed={(filter !== undefined && filter !== state) || undefined}
            onClick={() => onFilter(filter === state ? undefined : state)}
          >
            <Swatch state={state} />
            <span>{t(`pageState.${state}`)}</span>
            <span className={classes.count}>{format.number(counts[state])}</span>
          </UnstyledButton>
        </Tooltip>
      ))}
    </fieldset>
  );
}

/** Pages in each state over all regions of a session, as of the time that is pointed at. */
function useStateCounts(session: Session | undefined): Record<PageState, number> {
  usePagesVersion();
  const pages = usePages();
  const instant = useApp((state) => state.instant);
  const sum = stateCounts(new Uint32Array(256));
  for (const { id } of session?.regions ?? []) {
    const region = pages.region(session?.id ?? 0, id);
    if (!region) continue;
    const past = instant && region.at(instant.toNs);
    if (past === 'unmapped') continue;
    const shown = typeof past === 'object' ? past : region;
    const counts = stateCounts(shown.bins, shown.unknown);
    for (const state of pageStates) sum[state] += counts[state];
  }
  return sum;
}
