import { useElementSize } from '@mantine/hooks';
import {
  type KeyboardEvent,
  lazy,
  type MouseEvent,
  type PointerEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useActions, useApp, useScheduler, useWords } from '../../context/context.ts';
import { placeAfter, stepsAt } from '../../store/session/instant.ts';
import type { Session } from '../../store/session/session.ts';
import { barAt, geometryOf, timeAt, xOf } from './geometry.ts';
import { LockCaption } from './lock-caption.tsx';
import classes from './lock-timeline.module.css';
import { LockTooltip } from './lock-tooltip.tsx';
import { refusals } from './locked-series.ts';
import { useMomentText } from './moment-text.ts';
import { type LockModel, useLockModel } from './use-lock-model.ts';

const LockPlot = lazy(() => import('./lock-plot.tsx'));

/** Two marks of refused calls are this far apart at least, CSS pixels. */
const marksApartPx = 12;

/** What is locked over time, and against which limit. Pointing at a time shows pages and steps as of then. */
export function LockTimeline({ session }: { session: Session }) {
  const model = useLockModel(session);
  return (
    <figure className={classes.figure}>
      <LockCaption model={model} />
      <Plot model={model} />
    </figure>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function Plot({ model }: { model: LockModel }) {
  const { t } = useWords();
  const { ref, width, height } = useElementSize();
  const { session, bars, points, scale, endNs } = model;
  const { regions, digest } = session;
  const banded = useMemo(() => {
    const locked = new Set(bars.map(({ region }) => region));
    return regions.filter(({ id }) => locked.has(id));
  }, [bars, regions]);
  const geometry = useMemo(() => geometryOf({ width, height }, banded, endNs), [width, height, banded, endNs]);
  const refused = useMemo(
    () => refusals(digest.refused, (marksApartPx / geometry.width) * geometry.endNs),
    [digest.refused, geometry.width, geometry.endNs],
  );
  const [point, setPoint] = useState<Point>();
  const input = useScrubbing(model, geometry, setPoint);
  const hovered = point && barAt(bars, geometry, point.x, point.y);
  const instant = useApp((state) => state.instant);
  const momentText = useMomentText(model);
  const x = instant && xOf(instant.toNs, geometry);
  return (
    <div
      ref={ref}
      className={classes.plot}
      role="slider"
      tabIndex={0}
      aria-label={t('locks.plot')}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.round(endNs)}
      aria-valuenow={Math.round(instant?.toNs ?? endNs)}
      aria-valuetext={instant ? momentText(instant) : t('locks.live')}
      {...input}
    >
      <div aria-hidden>
        <Suspense>
          {width > 0 && height > 0 && <LockPlot {...{ width, height, geometry, bars, points, scale, refused }} />}
        </Suspense>
        {instant && x !== undefined && (
          <>
            <i className={classes.crosshair} style={{ left: x, top: geometry.top, height: geometry.height }} />
            {point && <LockTooltip model={model} instant={instant} hovered={hovered} x={x} />}
          </>
        )}
        {bars.length === 0 && width > 0 && <p className={classes.none}>{t('locks.none')}</p>}
      </div>
    </div>
  );
}

/** Pointing shows a time while it lasts; a click and keys move the playhead to a step. */
function useScrubbing(
  { session }: LockModel,
  geometry: ReturnType<typeof geometryOf>,
  onPoint: (point: Point | undefined) => void,
) {
  const { pointAt, goTo } = useActions();
  const scheduler = useScheduler();
  const latest = useRef<Point>(undefined);
  const drawn = useRef(geometry);
  drawn.current = geometry;
  const follow = useCallback(() => {
    const at = latest.current;
    if (!at) return;
    onPoint(at);
    // What a pixel covers is as near as one can point.
    pointAt({ fromNs: timeAt(at.x - 0.5, drawn.current), toNs: timeAt(at.x + 0.5, drawn.current) });
  }, [onPoint, pointAt]);
  const leave = useCallback(() => {
    latest.current = undefined;
    scheduler.forget(follow);
    onPoint(undefined);
    pointAt(undefined);
  }, [scheduler, follow, onPoint, pointAt]);
  useEffect(() => leave, [leave]);
  const instant = useApp((state) => state.instant);
  return {
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const box = event.currentTarget.getBoundingClientRect();
      latest.current = { x: event.clientX - box.left, y: event.clientY - box.top };
      scheduler.request(follow);
    },
    onPointerLeave: leave,
    /** The playhead goes to the step of the time that is pointed at. */
    onClick(event: MouseEvent<HTMLElement>) {
      const tNs = timeAt(event.clientX - event.currentTarget.getBoundingClientRect().left, drawn.current);
      const span = stepsAt(session.steps, { fromNs: tNs, toNs: tNs });
      goTo(span && session.steps.at(span.end - 1));
    },
    onBlur: leave,
    onKeyDown(event: KeyboardEvent) {
      const { steps } = session;
      const span = instant && stepsAt(steps, instant);
      const target = placeAfter(event.key, (span?.end ?? steps.length) - 1, steps.length);
      if (target === undefined && event.key !== 'Escape') return;
      leave();
      goTo(target === undefined ? undefined : steps.at(target));
      event.preventDefault();
    },
  };
}
