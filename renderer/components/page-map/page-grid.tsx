import { VisuallyHidden } from '@mantine/core';
import { memo, type RefObject, useEffect, useId, useRef } from 'react';
import { pageCounts, stateCounts } from '../../../protocol/counts.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { attachInput } from '../../canvas/grid-input.ts';
import { type GridFocus, GridView } from '../../canvas/grid-view.ts';
import { legendEntries } from '../../canvas/palette.ts';
import {
  useApp,
  usePages,
  usePast,
  useRegionPages,
  useScheduler,
  useStateChanges,
  useStoreState,
  useWords,
} from '../../context/context.ts';
import { useDifference } from '../../context/differing.ts';
import { noPages, type PageSet } from '../../store/pages/page-set.ts';
import { type AppState, shownSession, shownStep, shownTheme } from '../../store/store.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './pages.module.css';
import { useCellWords } from './use-cell-words.ts';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  readonly columns: number;
  /** The element that says what the cursor's page is, while it is told. */
  readonly noteId: string | undefined;
  readonly viewRef: RefObject<GridView | null>;
  readonly onFocus: (focus: GridFocus) => void;
  readonly onGoTo: (asking: true) => void;
  /** Pages selected from outside; without it the grid has its own selection alone. */
  readonly selection?: PageSet | undefined;
  readonly onSelect?: ((pages: PageSet) => void) | undefined;
}

const nobody = (): void => {};

/** The canvas in React's tree: made once, then only told what to show. Frames reach it without React. */
export const PageGrid = memo(function PageGrid({
  session,
  region,
  columns,
  noteId,
  viewRef,
  onFocus,
  onGoTo,
  selection,
  onSelect = nobody,
}: Props) {
  const { t, format } = useWords();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheduler = useScheduler();
  const pages = usePages();
  const state = useStoreState();
  const onState = useStateChanges();
  const theme = useApp(shownTheme);
  const helpId = useId();
  const firstColumns = useRef(columns);
  const { id, pages: count, address, length } = region;

  useEffect(() => {
    if (!host.current || !canvas.current) return;
    const element = host.current;
    const view = new GridView(canvas.current, firstColumns.current, {
      pages: count,
      address: Number(address),
      pageSize: length / count,
      region: () => pages.region(session, id),
      shownStep: () => {
        const app = state();
        const step = shownSession(app)?.id === session ? shownStep(app) : undefined;
        return (step ?? app.sessions.get(session)?.steps.at(-1))?.index ?? -1;
      },
      scheduler,
      onFocus,
      onSelect,
      onGoTo: () => onGoTo(true),
      pageNumber: String,
    });
    viewRef.current = view;
    const size = new ResizeObserver(() => view.resize(element.clientWidth, element.clientHeight, devicePixelRatio));
    size.observe(element);
    const detach = attachInput(element, view);
    // The drawing itself, not something that asks for it: that would cost a frame more.
    const stop = pages.onChange(session, id, view.draw);
    // A step that changes nothing takes something from the rims of those before it; so does the playhead on it.
    const stepsOf = (app: AppState) => app.sessions.get(session)?.steps;
    const unheard = onState((app, before) => {
      if (stepsOf(app) !== stepsOf(before) || app.instant !== before.instant) view.refresh();
    });
    view.refresh();
    return () => {
      unheard();
      stop();
      detach();
      size.disconnect();
      view.dispose();
      viewRef.current = null;
    };
  }, [session, id, count, address, length, scheduler, pages, state, onState, viewRef, onFocus, onSelect, onGoTo]);

  useEffect(() => viewRef.current?.share(columns), [columns, viewRef]);
  const past = usePast(session, id);
  const shownPast = typeof past === 'object' || past === 'unmapped' ? past : undefined;
  useEffect(() => viewRef.current?.showPast(shownPast), [shownPast, viewRef]);
  const changed = useDifference(session, region);
  useEffect(() => viewRef.current?.mark(changed), [changed, viewRef]);
  const vmas = useApp((app) => app.sessions.get(session)?.vmas.get(id)?.vmas);
  useEffect(() => viewRef.current?.divide(vmas?.slice(1).map(({ firstPage }) => firstPage) ?? []), [vmas, viewRef]);
  const filter = useApp((app) => app.picked);
  useEffect(() => viewRef.current?.filter(filter), [filter, viewRef]);
  const highlight = useApp((app) => (app.highlight?.region === id ? app.highlight.pages : undefined));
  useEffect(() => viewRef.current?.highlight(highlight), [highlight, viewRef]);
  const lit = useApp(({ lit }) => (lit?.pages ? (lit.region === id ? lit.pages : noPages) : undefined));
  useEffect(() => viewRef.current?.light(lit), [lit, viewRef]);
  const words = useCellWords(session, region);
  useEffect(() => viewRef.current?.say(words), [words, viewRef]);
  useEffect(() => selection && viewRef.current?.select(selection), [selection, viewRef]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read
  useEffect(() => viewRef.current?.recolour(), [theme, viewRef]);

  const states = useRegionPages(session, id);
  const counted = shownPast === 'unmapped' ? undefined : (shownPast ?? states);
  const bins = counted?.bins ?? new Uint32Array(256);
  const counts = { ...stateCounts(bins, counted?.unknown), 'dont-dump': pageCounts(bins).dontDump };
  const label = t('pages.gridLabel', {
    label: nameOf(region),
    pages: t('pages.count', { count }),
    counts: legendEntries
      .filter((entry) => counts[entry] > 0)
      .map((entry) => t('pages.stateCount', { count: counts[entry], state: t(`pageState.${entry}`) }))
      .join(format.listSeparator),
  });
  return (
    <div
      ref={host}
      className={classes.host}
      role="application"
      aria-roledescription={t('pages.grid')}
      aria-label={label}
      aria-describedby={noteId === undefined ? helpId : `${noteId} ${helpId}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard; its keys are described
      tabIndex={0}
    >
      <canvas ref={canvas} className={classes.canvas} aria-hidden />
      <VisuallyHidden id={helpId}>{t('pages.help')}</VisuallyHidden>
    </div>
  );
});
