import { useMemo } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useApp, useDuration, useWords } from '../../context/context.ts';
import { regionsAt, type Session } from '../../store/session/session.ts';
import { shownSample } from '../../store/store.ts';
import { Legend } from '../page-map/legend.tsx';
import { faultsAt } from './fault-bars.ts';
import { type FilmLayout, laneTop } from './film-layout.ts';
import classes from './filmstrip.module.css';
import type { Lane } from './lane-picture.ts';

interface Props {
  readonly session: Session;
  readonly lanes: readonly Lane[];
  readonly layout: FilmLayout;
  readonly step: Step | undefined;
  /** Which of two filmstrips this is. */
  readonly label: string | undefined;
}

/** A lane has its name where there is room for it, CSS pixels. */
const namedLane = 10;

/**
 * The legend, which is the reading of the pages at the playhead, and what each row below them is, with its own. Where
 * two sessions are compared, the legend's place has what this one is called.
 */
export function FilmGutter({ session, lanes, layout, step, label }: Props) {
  const { t, format } = useWords();
  const vmLck = useApp((state) => shownSample(state)?.vmLck);
  const vmRss = useApp((state) => shownSample(state)?.vmRss);
  const faults = useApp((state) => faultsAt(session.samples, state.instant?.toNs));
  const { locked, times } = layout;
  const tNs = useApp((state) => state.instant?.toNs);
  const mapped = useMemo(() => regionsAt(session, session.target && tNs), [session, tNs]);
  const counted = session.state === 'open' || session.target ? mapped : session.regions;
  return (
    <div className={classes.gutter}>
      {label === undefined ? (
        <div className={classes.legend} style={{ height: ((locked ?? times)?.top ?? layout.height) + 23 }}>
          {session.regions.length > 0 && <Legend session={session.id} regions={counted} />}
        </div>
      ) : (
        <Row top={layout.lanes.top} height={16} name={label} />
      )}
      {lanes.length > 1 &&
        layout.lanes.height >= namedLane &&
        lanes.map((lane, index) => (
          <span
            key={lane.region}
            className={classes.lane}
            style={{ top: laneTop(layout, index), height: layout.lanes.height }}
          >
            {lane.label}
          </span>
        ))}
      {locked && <Row {...locked} name="VmLck" value={vmLck !== undefined && format.bytes(vmLck)} />}
      {times && session.target && <Row {...times} name="RSS" value={vmRss !== undefined && format.bytes(vmRss)} />}
      {layout.faults && <Row {...layout.faults} name={t('film.faults')} value={format.number(faults)} />}
      {times && !session.target && (
        <Row {...times} name={t('film.time')} value={step && <Duration ns={step.durationNs} />} />
      )}
    </div>
  );
}

function Duration({ ns }: { ns: number }) {
  return useDuration(ns).text;
}

interface RowProps {
  readonly top: number;
  readonly height: number;
  readonly name: string;
  readonly value?: React.ReactNode;
}

function Row({ top, height, name, value }: RowProps) {
  return (
    <div className={classes.row} style={{ top, height }}>
      <span>{name}</span>
      {value !== undefined && <b>{value}</b>}
    </div>
  );
}
