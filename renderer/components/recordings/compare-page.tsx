import { Button } from '@mantine/core';
import {
  IconArrowsExchange,
  IconLink,
  IconLinkOff,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Comparison } from '../../../protocol/comparison.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { addressOfCompared, addressOfRecordings, type ComparedSteps } from '../../context/address.ts';
import { Context, useActions, useApp, useAppContext, useWords } from '../../context/context.ts';
import { useDiffering } from '../../context/differing.ts';
import type { ComparedSides, Side } from '../../store/compared-sides.ts';
import { counterpart } from '../../store/session/counterpart.ts';
import { currentSession, shownStep } from '../../store/store.ts';
import type { Scale } from '../filmstrip/film-axis.ts';
import { type FilmView, wholeFilm } from '../filmstrip/film-view.ts';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import { Empty } from '../shared/panel.tsx';
import { Problems } from '../shared/problems.tsx';
import { Tip } from '../shared/tip.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { Back } from './back.tsx';
import classes from './compare.module.css';
import { CompareNumbers } from './compare-numbers.tsx';
import { CompareSide } from './compare-side.tsx';
import { changedParameters } from './values-text.ts';

type Names = readonly [string, string];

interface Props {
  readonly names: Names;
  /** Where the playheads are to begin with. */
  readonly steps: ComparedSteps | undefined;
}

/** Two recordings side by side at the instants that their linked playheads show. */
export function ComparePage({ names: [a, b], steps }: Props) {
  const { t } = useWords();
  const { recordings } = useActions();
  const [compared, setCompared] = useState<ComparedSides>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let left = false;
    setFailed(false);
    const opening = recordings.openBoth([a, b]);
    void opening.then((opened) => {
      if (left) return;
      setCompared(opened);
      setFailed(opened === undefined);
    });
    return () => {
      left = true;
      setCompared(undefined);
      void opening.then((opened) => opened && recordings.closeBoth(opened));
    };
  }, [a, b, recordings]);
  if (compared) return <Compared compared={compared} steps={steps} />;
  return (
    <div className={classes.page}>
      <Back />
      <h1 className={classes.title}>{t('recordings.compare.title')}</h1>
      <Problems />
      {failed ? <Empty>{t('recordings.notOpened')}</Empty> : <Waiting text={t('recordings.compare.loading')} />}
    </div>
  );
}

function Compared({ compared, steps }: { compared: ComparedSides; steps: ComparedSteps | undefined }) {
  const { t, pick } = useWords();
  const { sides } = compared;
  const [a, b] = sides;
  const [linked, setLinked] = useState(true);
  const [scale, setScale] = useState<Scale>('steps');
  const [views, setViews] = useState<readonly [FilmView, FilmView]>([wholeFilm, wholeFilm]);
  /** Zoomed and moved together while the playheads are linked. */
  const changeView = (side: 0 | 1, change: (now: FilmView) => FilmView): void =>
    setViews((now) => {
      const next = change(now[side]);
      return [linked || side === 0 ? next : now[0], linked || side === 1 ? next : now[1]];
    });
  const comparison = useComparison(compared);
  useSteps(compared, steps, setLinked);
  const [one, other] = [a.reopened.experiment, b.reopened.experiment];
  const LinkIcon = linked ? IconLink : IconLinkOff;
  return (
    <div className={classes.page}>
      <Back />
      <header className={classes.head}>
        <h1 className={classes.title}>
          {one.id === other.id
            ? t('recordings.compare.titleOf', { title: pick(one.title) })
            : t('recordings.compare.title')}
        </h1>
        <Tip label={t('recordings.compare.linkedHint')}>
          <Button
            h={32}
            variant="default"
            aria-pressed={linked}
            leftSection={<LinkIcon size={15} aria-hidden />}
            onClick={() => {
              setLinked(!linked);
              compared.link(!linked);
              if (!linked) setViews(([view]) => [view, view]);
            }}
          >
            {t('recordings.compare.linked')}
          </Button>
        </Tip>
        <Button
          h={32}
          variant="default"
          leftSection={<IconArrowsExchange size={15} aria-hidden />}
          onClick={() => {
            const [stepA, stepB] = sides.map(shownStepOf);
            location.hash = addressOfCompared([b.name, a.name], [stepB, stepA]);
          }}
        >
          {t('recordings.compare.swap')}
        </Button>
        <RunBoth compared={compared} />
      </header>
      <Problems />
      <p className={classes.result}>{comparison?.sentence}</p>
      <InSide side={b}>
        <Sentence sides={sides} />
      </InSide>
      <div className={classes.three}>
        <InSide side={a}>
          <CompareSide letter="A" />
        </InSide>
        <CompareNumbers sides={sides} comparison={comparison} />
        <InSide side={b}>
          <CompareSide letter="B" />
        </InSide>
      </div>
      <div className={classes.films}>
        {([0, 1] as const).map((index) => (
          <InSide key={index} side={sides[index]}>
            <Film
              of={{
                label: index === 0 ? 'A' : 'B',
                bare: linked && index === 1,
                scale,
                onScale: setScale,
                view: views[index],
                onView: (change) => changeView(index, change),
              }}
            />
          </InSide>
        ))}
      </div>
    </div>
  );
}

/** Runs both again, and turns to what is recorded then; what the catalogue does not have cannot be run. */
function RunBoth({ compared }: { compared: ComparedSides }) {
  const { t } = useWords();
  const { recordings } = useActions();
  const catalogue = useApp((state) => state.catalogue);
  const [running, setRunning] = useState<AbortController>();
  useEffect(() => () => running?.abort(), [running]);
  const known = compared.sides.every(({ reopened }) =>
    catalogue?.some(({ id, available }) => available && id === reopened.experiment.id),
  );
  const run = async (): Promise<void> => {
    const controller = new AbortController();
    setRunning(controller);
    const names = await recordings.runBoth(compared, controller.signal);
    if (controller.signal.aborted) return;
    setRunning(undefined);
    if (names) location.hash = addressOfRecordings(...names);
  };
  const stop = (): void => {
    running?.abort();
    setRunning(undefined);
  };
  return (
    <>
      <Tip label={t(known ? 'recordings.compare.runBothHint' : 'recordings.compare.runsNot')}>
        <Button
          h={32}
          variant="default"
          disabled={!known}
          leftSection={
            running ? <IconPlayerStopFilled size={13} aria-hidden /> : <IconPlayerPlayFilled size={13} aria-hidden />
          }
          onClick={running ? stop : () => void run()}
        >
          {t(running ? 'recordings.compare.stopBoth' : 'recordings.compare.runBoth')}
        </Button>
      </Tip>
      {running && <span role="status">{t('recordings.compare.running')}</span>}
    </>
  );
}

function Film({ of }: { of: React.ComponentProps<typeof FilmBand>['of'] }) {
  return <FilmBand session={useApp((state) => currentSession(state, 'recordings'))} of={of} />;
}

/** What is within shows and moves the instant of one side. */
function InSide({ side, children }: { side: Side; children: React.ReactNode }) {
  const app = useAppContext();
  const value = useMemo(
    () => ({ ...app, store: side.store, actions: { ...app.actions, ...side.playhead } }),
    [app, side],
  );
  return <Context value={value}>{children}</Context>;
}

const shownStepOf = ({ store }: Side): number | undefined => {
  const step = shownStep(store.getState());
  return step && step.index + 1;
};

/** What they were called with, where that differs, and how many pages do. */
function Sentence({ sides: [a, b] }: { sides: readonly [Side, Side] }) {
  const { t, pick, format } = useWords();
  const [one, other] = [a.reopened.experiment, b.reopened.experiment];
  const known = useApp((state) => state.catalogue?.find(({ id }) => id === one.id));
  const session = useApp((state) => currentSession(state, 'recordings'));
  const { count, both } = useDiffering(session?.id ?? 0, session?.regions ?? noRegions);
  const changed = changedParameters(one.parameters, other.parameters, known, pick, format);
  return (
    <p className={classes.sentence}>
      {one.id !== other.id && t('recordings.compare.different')}
      {one.id === other.id && changed.length === 0 && t('recordings.compare.same')}
      {one.id === other.id &&
        changed.map((each) => <span key={each.name}>{t('recordings.compare.changed', each)}</span>)}
      <b role="status">
        {both === 0 ? t('recordings.compare.unmapped') : t('recordings.compare.differ', { count, pages: both })}
      </b>
    </p>
  );
}

const useSessionOf = ({ store }: Side) => useStore(store, (state) => currentSession(state, 'recordings'));

const noRegions: readonly RegionInfo[] = [];

/** The engine's comparison of the two as they ended, in the language that is chosen. */
function useComparison(compared: ComparedSides): Comparison | undefined {
  const { recordings } = useActions();
  const { language } = useWords();
  const [found, setFound] = useState<Comparison>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the comparison is in one language
  useEffect(() => {
    let left = false;
    void recordings.compare(compared).then((comparison) => !left && setFound(comparison));
    return () => {
      left = true;
    };
  }, [compared, recordings, language]);
  return found;
}

/** Browsers refuse an address that changes more often, ms between two. */
const writeEveryMs = 400;

/** Puts the playheads where the address says, once those steps are there; from then on the address follows them. */
function useSteps(
  compared: ComparedSides,
  steps: ComparedSteps | undefined,
  onLinked: (linked: boolean) => void,
): void {
  const wanted = useRef(steps);
  const [one, other] = [useSessionOf(compared.sides[0]), useSessionOf(compared.sides[1])];
  useEffect(() => {
    if (!wanted.current || !one || !other) return;
    const [a, b] = wanted.current;
    const [stepA, stepB] = [a && one.steps.numbered(a - 1), b && other.steps.numbered(b - 1)];
    if ((a && !stepA) || (b && !stepB)) return;
    wanted.current = undefined;
    const together = (stepA ? counterpart(one, other, stepA) : undefined) === (stepB || undefined);
    compared.link(false);
    compared.sides[0].playhead.goTo(stepA || undefined);
    compared.sides[1].playhead.goTo(stepB || undefined);
    if (together) compared.link(true);
    onLinked(together);
  }, [compared, one, other, onLinked]);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const [a, b] = compared.sides;
    const write = (): void => {
      waiting = undefined;
      const { look: lookA } = a.store.getState();
      const { look: lookB } = b.store.getState();
      if (wanted.current) return;
      const address = addressOfCompared([a.name, b.name], [lookA && lookA.step + 1, lookB && lookB.step + 1]);
      if (location.hash !== address) history.replaceState(null, '', address);
    };
    const ends = compared.sides.map(({ store }) =>
      store.subscribe((state, before) => {
        if (state.look !== before.look) waiting ??= setTimeout(write, writeEveryMs);
      }),
    );
    return () => {
      clearTimeout(waiting);
      for (const end of ends) end();
    };
  }, [compared]);
}
