import { useMemo } from 'react';
import { useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { sessionEndNs } from '../../store/session/session-end.ts';
import { shownSession } from '../../store/store.ts';
import { Empty, Panel } from '../shared/panel.tsx';
import { faultSeries, residentSeries } from './series.ts';
import { TimeChart } from './time-chart.tsx';
import classes from './timeline.module.css';

/** The run over time: what the frames say of the pages beside the faults that the calls took. */
export function TimelinePanel() {
  const { t } = useWords();
  const session = useApp(shownSession);
  return (
    <Panel title={t('timeline.title')}>
      {session ? <TimelineCharts session={session} /> : <Empty>{t('timeline.empty')}</Empty>}
    </Panel>
  );
}

/** Only the charts, for a place that already has a title. */
export function TimelineCharts({ session }: { session: Session }) {
  const { t, format } = useWords();
  const version = usePagesVersion();
  const pages = usePages();
  const { id, regions, digest } = session;
  const framesEndNs = Math.max(0, ...regions.map((region) => pages.region(id, region.id)?.states.last?.takenNs ?? 0));
  const endNs = sessionEndNs(session, framesEndNs);
  const faults = useMemo(() => faultSeries(digest.faults, endNs), [digest.faults, endNs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  const resident = useMemo(
    () =>
      residentSeries(
        regions.map((region) => pages.region(id, region.id)?.points ?? []),
        endNs,
      ),
    [version, regions, id, pages, endNs],
  );
  const [lastResident, lastFaults] = [resident.at(-1), faults.at(-1)];
  const { from, to } = { from: resident[0]?.resident ?? 0, to: lastResident?.resident ?? 0 };
  return (
    <div className={classes.charts}>
      <TimeChart
        title={t('timeline.resident')}
        endNs={endNs}
        points={resident}
        lines={[
          {
            key: 'resident',
            name: t('timeline.resident'),
            label: t('timeline.residentSummary', { from, to, time: format.duration(endNs) }),
            colour: 'var(--page-resident)',
            filled: true,
          },
        ]}
      />
      <TimeChart
        title={t('timeline.faults')}
        endNs={endNs}
        points={faults}
        lines={[
          {
            key: 'minor',
            name: t('timeline.minor'),
            label: t('timeline.minorCount', { count: lastFaults?.minor ?? 0 }),
            colour: 'var(--page-huge)',
          },
          {
            key: 'major',
            name: t('timeline.major'),
            label: t('timeline.majorCount', { count: lastFaults?.major ?? 0 }),
            colour: 'var(--page-locked)',
            dashed: true,
          },
        ]}
      />
    </div>
  );
}
