import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useActions, useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import { type Instant, placeAfter } from '../../store/session/instant.ts';
import { isLive, type Session } from '../../store/session/session.ts';
import { sessionEndNs } from '../../store/session/session-end.ts';
import { useSize } from '../shared/use-size.ts';
import { filmAxis, middleOf, type Scale, stepAtX, timeAtX } from './film-axis.ts';
import { FilmBar } from './film-bar.tsx';
import { FilmDifference, useAgainstStep } from './film-difference.tsx';
import { FilmGutter } from './film-gutter.tsx';
import { filmLayout } from './film-layout.ts';
import { useStepText } from './film-text.ts';
import { type FilmView, mostZoom, panFilm, wholeFilm, zoomFilm } from './film-view.ts';
import classes from './filmstrip.module.css';
import { useGrownView } from './follow-film.ts';
import { jumpTarget } from './jumps.ts';
import type { Lane } from './lane-picture.ts';
import { type FilmRange, useRangeText } from './range-text.ts';
import { useFilmCanvas } from './use-film-canvas.ts';
import { usePlayer } from './use-player.ts';
import { usePlayhead } from './use-playhead.ts';

/** One of two filmstrips above each other. */
export interface OneOfTwo {
  /** What tells it apart. */
  readonly label: string;
  /** Without a bar where the other one's moves both. */
  readonly bare: boolean;
  readonly scale: Scale;
  readonly onScale: (scale: Scale) => void;
  /** What part of the time it shows, which the other may follow. */
  readonly view: FilmView;
  readonly onView: (change: (now: FilmView) => FilmView) => void;
}

interface Props {
  readonly session: Session;
  readonly of?: OneOfTwo | undefined;
}

/** The band at the lower edge: the filmstrip of a session, once there is one. */
export function FilmBand({ session, of }: Pick<Props, 'of'> & { readonly session: Session | undefined }) {
  const { t } = useWords();
  if (session && session.steps.length > 0) return <Filmstrip key={session.id} session={session} of={of} />;
  return (
    <section className={classes.film} aria-label={of ? t('film.titleOf', { label: of.label }) : t('film.title')}>
      <p className={classes.empty}>{t('film.empty')}</p>
    </section>
  );
}

/**
 * All of a session's time: a column is an instant, a lane a region with its pages from top to bottom. Its playhead says
 * which instant everything else shows. Pointing previews, a click holds, Escape leads back to now.
 */
function Filmstrip({ session, of }: Props) {
  const { t } = useWords();
  const { goTo, compareWith, pointAt, lookAt, process } = useActions();
  const instant = useApp((state) => state.instant);
  const against = useAgainstStep(session);
  const { ref, width, height } = useSize();
  const [ownScale, setOwnScale] = useState<Scale>(session.target ? 'wall' : 'steps');
  const [scale, setScale] = of ? [of.scale, of.onScale] : [ownScale, setOwnScale];
  const version = usePagesVersion();
  const lanes = useLanes(session);
  const { steps, samples } = session;
  const endNs = sessionEndNs(session, 0);
  const goesOn = isLive(session);
  const [ownView, setOwnView] = useState(wholeFilm);
  const [view, setView] = of ? [of.view, of.onView] : [ownView, setOwnView];
  const axis = useMemo(
    () => filmAxis(scale, width, steps, endNs, goesOn, view),
    [scale, width, steps, endNs, goesOn, view],
  );
  const withLocked = useMemo(() => samples.some(({ vmLck }) => vmLck > 0), [samples]);
  const foreign = session.target !== undefined;
  const layout = useMemo(
    () => filmLayout(height, lanes.length, withLocked, foreign),
    [height, lanes.length, withLocked, foreign],
  );
  const playhead = usePlayhead(session);
  const { shown, newest } = playhead;
  useGrownView(axis, steps.forgotten, playhead.pinned === undefined, setView);
  const [range, setRange] = useState<FilmRange>();
  const [strip, head] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const compared = against?.step === undefined ? undefined : against.step - steps.forgotten;
  // Another process changes between our steps: its playhead is at a time.
  const timed = foreign && scale === 'wall';
  const shownNs = timed ? instant?.toNs : undefined;
  useFilmCanvas(strip, head, { session, lanes, axis, layout, range, compared, shownNs }, playhead, version);
  const stepText = useStepText(session);
  const at = shown ?? newest;
  const step = steps.at(at);

  const rangeText = useRangeText(session);

  const player = usePlayer((first) => {
    const from = first && at >= newest ? -1 : at;
    if (from >= newest) {
      goTo(undefined);
      return false;
    }
    goTo(steps.at(from + 1));
    reveal(from + 1);
    return true;
  });
  const zoom = (factor: number, x: number): void =>
    setView((now) => zoomFilm(now, factor, x / Math.max(1, width), mostZoom(steps.length, width)));
  useWheel(head, zoom, (x) => setView((now) => panFilm(now, x / Math.max(1, width))));
  /** Moves the view so that a step is in it. */
  const reveal = (place: number): void => {
    const x = middleOf(axis, place);
    if (x < 0 || x > width) setView((now) => panFilm(now, x / width - 0.5));
  };
  const go = (place: number | undefined): void => {
    player.stop();
    setRange(undefined);
    reveal(place ?? newest);
    goTo(place === undefined ? undefined : steps.at(place));
  };
  const pointed = (event: PointerEvent<HTMLElement>): number =>
    stepAtX(axis, event.clientX - event.currentTarget.getBoundingClientRect().left);
  const last = useRef(-1);
  const timeUnder = (event: PointerEvent<HTMLElement>): Instant => {
    const tNs = timeAtX(axis, steps, event.clientX - event.currentTarget.getBoundingClientRect().left);
    return { fromNs: tNs, toNs: tNs };
  };
  const holdTime = (event: PointerEvent<HTMLElement>): void => {
    const held = steps.at(pointed(event));
    if (held) lookAt({ step: held.index, side: 'after', instant: timeUnder(event) });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = placeAfter(event.key, event.shiftKey ? (range?.to ?? at) : at, steps.length);
    if (event.key === 'Escape') go(undefined);
    else if (target !== undefined && event.shiftKey) setRange({ from: range?.from ?? at, to: target });
    else if (target !== undefined) go(target);
    else if (event.key === '+' || event.key === '=') zoom(keyZoom, middleOf(axis, at));
    else if (event.key === '-') zoom(1 / keyZoom, middleOf(axis, at));
    else if (event.key === '0') setView(() => wholeFilm);
    else if (event.key === 'c' && !of) compareWith(against ? undefined : step);
    else return;
    event.preventDefault();
  };
  return (
    <section
      className={classes.film}
      data-panel="film"
      aria-label={of ? t('film.titleOf', { label: of.label }) : t('film.title')}
      data-bare={of?.bare || undefined}
      data-compared={against !== undefined || undefined}
      data-foreign={foreign || undefined}
    >
      {!of?.bare && (
        <FilmBar
          session={session}
          playhead={playhead}
          player={player}
          scale={scale}
          onScale={setScale}
          zoom={view.zoom}
          onFit={() => setView(() => wholeFilm)}
          onGo={go}
          summed={range && rangeText(range)}
          targetOf={(jump) => jumpTarget(jump, session, lanes, at + steps.forgotten)}
          onCompare={of || against ? undefined : () => (timed ? process.compareWith(shownNs) : compareWith(step))}
        />
      )}
      {against && <FilmDifference session={session} against={against} />}
      <div className={classes.rows}>
        <FilmGutter session={session} lanes={lanes} layout={layout} step={step} label={of?.label} />
        <div
          ref={ref}
          className={classes.strip}
          role="slider"
          tabIndex={0}
          aria-label={of ? `${of.label}: ${t('film.slider')}` : t('film.slider')}
          aria-orientation="horizontal"
          aria-valuemin={1}
          aria-valuemax={Math.max(1, steps.length + steps.forgotten)}
          aria-valuenow={Math.max(1, at + steps.forgotten + 1)}
          aria-valuetext={
            range
              ? rangeText(range)
              : step
                ? `${shown === undefined ? `${t('film.now')} ` : ''}${stepText(step)}`
                : t('film.empty')
          }
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            const place = pointed(event);
            if (event.shiftKey) setRange({ from: at, to: place });
            else if (timed) holdTime(event);
            else go(place);
          }}
          onPointerMove={(event) => {
            const place = pointed(event);
            if (timed && !(event.buttons & 1 && range)) {
              if (event.buttons & 1) holdTime(event);
              else if (!player.playing) pointAt(timeUnder(event));
              return;
            }
            if (place === last.current) return;
            last.current = place;
            if (event.buttons & 1 && range) setRange({ from: range.from, to: place });
            else if (event.buttons & 1) go(place);
            else if (!player.playing) playhead.preview(steps.at(place));
          }}
          onPointerLeave={() => {
            last.current = -1;
            playhead.preview(undefined);
          }}
          onKeyDown={onKeyDown}
        >
          <canvas ref={strip} aria-hidden />
          <canvas ref={head} aria-hidden />
        </div>
      </div>
    </section>
  );
}

/** By how much a key zooms, and a wheel for each pixel that it turns. */
const keyZoom = 1.5;
const wheelZoom = 1.0025;

/** The wheel zooms around the pointer; sideways, it moves. The page behind does not scroll then. */
function useWheel(
  over: RefObject<HTMLElement | null>,
  zoom: (factor: number, x: number) => void,
  pan: (x: number) => void,
): void {
  const latest = useRef({ zoom, pan });
  latest.current = { zoom, pan };
  useEffect(() => {
    const element = over.current;
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const { deltaX, deltaY, deltaMode } = event;
      const pixels = deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1;
      if (event.shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) latest.current.pan((deltaX || deltaY) * pixels);
      else latest.current.zoom(wheelZoom ** (-deltaY * pixels), event.offsetX);
    };
    // React's own listener may not prevent anything: it is passive.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [over]);
}

/** A lane for each region of which something was seen. */
function useLanes({ id, regions, released, digest, seen }: Session): readonly Lane[] {
  const pages = usePages();
  const version = usePagesVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a region has pages when its first frame has come
  return useMemo(
    () =>
      regions.flatMap((region) => {
        const film = pages.region(id, region.id)?.film;
        const unmappedBy = released.has(region.id) ? digest.unmapped.get(region.id) : undefined;
        if (!film) return [];
        return [
          {
            region: region.id,
            label: region.label,
            film,
            seen: seen.get(region.id) ?? [],
            unmappedBy: unmappedBy ?? Number.POSITIVE_INFINITY,
          },
        ];
      }),
    [version, pages, id, regions, released, digest.unmapped, seen],
  );
}
