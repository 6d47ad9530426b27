import { VisuallyHidden } from '@mantine/core';
import { memo, type RefObject, useEffect, useId, useRef } from 'react';
import { pageCounts, stateCounts } from '../../../protocol/counts.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { attachInput } from '../../canvas/grid-input.ts';
import { type GridFocus, GridView } from '../../canvas/grid-view.ts';
import { type LegendEntry, legendEntries } from '../../canvas/palette.ts';
import {
  useApp,
  useDifference,
  usePages,
  usePast,
  useRegionPages,
  useScheduler,
  useWords,
} from '../../context/context.ts';
import type { PageSet } from '../../store/pages/page-set.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './pages-panel.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  readonly filter: LegendEntry | undefined;
  readonly highlight: PageSet | undefined;
  /** The element that says what the cursor's page is. */
  readonly noteId: string;
  readonly viewRef: RefObject<GridView | null>;
  readonly onFocus: (focus: GridFocus) => void;
  /** Pages selected from outside; without it the grid has its own selection alone. */
  readonly selection?: PageSet | undefined;
  readonly onSelect?: ((pages: PageSet) => void) | undefined;
}

const nobody = (): void => {};

/** The canvas in React's tree: made once, then only told what to show. Frames reach it without React. */
export const PageGrid = memo(function PageGrid({
  session,
  region,
  filter,
  highlight,
  noteId,
  viewRef,
  onFocus,
  selection,
  onSelect = nobody,
}: Props) {
  const { t, format } = useWords();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheduler = useScheduler();
  const pages = usePages();
  const theme = useApp((state) => state.settings.theme);
  const helpId = useId();

  useEffect(() => {
    if (!host.current || !canvas.current) return;
    const element = host.current;
    const view = new GridView(canvas.current, {
      pages: region.pages,
      region: () => pages.region(session, region.id),
      scheduler,
      onFocus,
      onSelect,
      pageNumber: String,
    });
    viewRef.current = view;
    const size = new ResizeObserver(() => view.resize(element.clientWidth, element.clientHeight, devicePixelRatio));
    size.observe(element);
    const detach = attachInput(element, view);
    // The drawing itself, not something that asks for it: that would cost a frame more.
    const stop = pages.onChange(session, region.id, view.draw);
    view.refresh();
    return () => {
      stop();
      detach();
      size.disconnect();
      view.dispose();
      viewRef.current = null;
    };
  }, [session, region.id, region.pages, scheduler, pages, viewRef, onFocus, onSelect]);

  const past = usePast(session, region.id);
  const shownPast = typeof past === 'object' || past === 'unmapped' ? past : undefined;
  useEffect(() => viewRef.current?.showPast(shownPast), [shownPast, viewRef]);
  const changed = useDifference(session, region.id);
  useEffect(() => viewRef.current?.mark(changed), [changed, viewRef]);
  useEffect(() => viewRef.current?.filter(filter), [filter, viewRef]);
  useEffect(() => viewRef.current?.highlight(highlight), [highlight, viewRef]);
  useEffect(() => selection && viewRef.current?.select(selection), [selection, viewRef]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read
  useEffect(() => viewRef.current?.recolour(), [theme, viewRef]);

  const states = useRegionPages(session, region.id);
  const bins = states?.bins ?? new Uint32Array(256);
  const counts = { ...stateCounts(bins, states?.unknown), 'dont-dump': pageCounts(bins).dontDump };
  const label = t('pages.gridLabel', {
    label: nameOf(region),
    pages: t('pages.count', { count: region.pages }),
    counts: legendEntries
      .filter((state) => counts[state] > 0)
      .map((state) => t('pages.stateCount', { count: counts[state], state: t(`pageState.${state}`) }))
      .join(format.listSeparator),
  });
  return (
    <div
      ref={host}
      className={classes.host}
      data-past={shownPast !== undefined || undefined}
      role="application"
      aria-roledescription={t('pages.grid')}
      aria-label={label}
      aria-describedby={`${noteId} ${helpId}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard; its keys are described
      tabIndex={0}
    >
      <canvas ref={canvas} className={classes.canvas} aria-hidden />
      <VisuallyHidden id={helpId}>{t('pages.help')}</VisuallyHidden>
    </div>
  );
});
