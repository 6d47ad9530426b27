import { useMemo } from 'react';
import type { Sample } from '../../../protocol/events.ts';
import { useApp, usePages, usePagesVersion, useWords } from '../../app/context.ts';
import type { Session } from '../../store/session.ts';
import { shownSession } from '../../store/store.ts';
import { Empty, Panel } from '../panel.tsx';
import { faultSeries, residentSeries } from './series.ts';
import { TimeChart } from './time-chart.tsx';
import classes from './timeline.module.css';

const noSamples: readonly Sample[] = [];

/** The run over time: what the frames say of the pages above what the process says of its faults. */
export function TimelinePanel() {
  const { t } = useWords();
  const session = useApp(shownSession);
  return (
    <Panel title={t('timeline.title')}>
      {session ? <Charts session={session} /> : <Empty>{t('timeline.empty')}</Empty>}
    </Panel>
  );
}

function Charts({ session }: { session: Session }) {
  const { t, format } = useWords();
  const version = usePagesVersion();
  const pages = usePages();
  const samples = session.samples ?? noSamples;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  const resident = useMemo(
    () => residentSeries(session.regions.map(({ id }) => pages.region(session.id, id)?.points ?? [])),
    [version, session.regions, session.id, pages],
  );
  const faults = useMemo(() => faultSeries(samples), [samples]);
  const [lastResident, lastFaults] = [resident.at(-1), faults.at(-1)];
  return (
    <div className={classes.charts}>
      <TimeChart
        title={t('timeline.resident')}
        summary={
          lastResident
            ? t('timeline.residentSummary', {
                from: resident[0]?.resident ?? 0,
                to: lastResident.resident,
                time: format.duration(lastResident.tNs),
              })
            : t('timeline.nothing')
        }
        points={resident}
        lines={[{ key: 'resident', name: t('timeline.resident'), colour: 'var(--page-resident)', filled: true }]}
      />
      <TimeChart
        title={t('timeline.faults')}
        summary={
          lastFaults
            ? t('timeline.faultsSummary', {
                minor: lastFaults.minor,
                major: lastFaults.major,
                time: format.duration(lastFaults.tNs),
              })
            : t('timeline.nothing')
        }
        points={faults}
        lines={[
          { key: 'minor', name: t('timeline.minor'), colour: 'var(--page-huge)' },
          { key: 'major', name: t('timeline.major'), colour: 'var(--page-locked)', dashed: true },
        ]}
      />
    </div>
  );
}
