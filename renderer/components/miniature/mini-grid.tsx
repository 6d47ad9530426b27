import { useEffect, useMemo, useRef } from 'react';
import { pageCounts, stateCounts } from '../../../protocol/counts.ts';
import type { RegionInfo } from '../../../protocol/events.ts';
import { GridView } from '../../canvas/grid-view.ts';
import { columnsFor } from '../../canvas/layout.ts';
import { legendEntries } from '../../canvas/palette.ts';
import { useApp, usePages, usePagesVersion, useScheduler, useWords } from '../../context/context.ts';
import { pagesAtKeyStep } from '../../store/miniature.ts';
import type { RegionPages } from '../../store/pages/pages.ts';
import type { Session } from '../../store/session/session.ts';
import { shownTheme } from '../../store/store.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './miniature.module.css';

interface Props {
  readonly session: Session;
  readonly region: RegionInfo;
  readonly pagesOf: (region: number) => RegionPages | undefined;
}

const nobody = (): void => {};

/** The pages of a region as a picture: drawn by the code of the large grid, without its keys and its pointer. */
export function MiniGrid({ session, region, pagesOf }: Props) {
  const { t, format } = useWords();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<GridView>(null);
  const scheduler = useScheduler();
  const pages = usePages();
  const version = usePagesVersion();
  const theme = useApp(shownTheme);
  const latest = useRef(pagesOf);
  latest.current = pagesOf;

  useEffect(() => {
    if (!host.current || !canvas.current) return;
    const element = host.current;
    const made = new GridView(canvas.current, columnsFor([region.pages]), {
      pages: region.pages,
      address: Number(region.address),
      pageSize: region.length / region.pages,
      region: () => latest.current(region.id),
      shownStep: () => -1,
      scheduler,
      onFocus: nobody,
      onSelect: nobody,
      onGoTo: nobody,
      pageNumber: String,
    });
    view.current = made;
    const size = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width === 0 || height === 0) return;
      made.share(columnsFor([region.pages], { width, height }));
      made.resize(width, height, devicePixelRatio);
    });
    size.observe(element);
    const stop = pages.onChange(session.id, region.id, made.draw);
    return () => {
      stop();
      size.disconnect();
      made.dispose();
      view.current = null;
    };
  }, [session.id, region, scheduler, pages]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the pages are other ones with each version
  const past = useMemo(() => pagesAtKeyStep(session, region.id, pagesOf), [session, region.id, pagesOf, version]);
  const shownPast = typeof past === 'object' || past === 'unmapped' ? past : undefined;
  useEffect(() => view.current?.showPast(shownPast), [shownPast]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read
  useEffect(() => view.current?.recolour(), [theme]);

  const shown = typeof past === 'object' ? past : past === 'live' ? pagesOf(region.id) : undefined;
  const bins = shown?.bins ?? new Uint32Array(256);
  const counts = { ...stateCounts(bins, shown?.unknown), 'dont-dump': pageCounts(bins).dontDump };
  const label = t('pages.gridLabel', {
    label: nameOf(region),
    pages: t('pages.count', { count: region.pages }),
    counts: legendEntries
      .filter((state) => counts[state] > 0)
      .map((state) => t('pages.stateCount', { count: counts[state], state: t(`pageState.${state}`) }))
      .join(format.listSeparator),
  });
  return (
    <div ref={host} className={classes.grid} role="img" aria-label={label} data-pages={region.pages}>
      <canvas ref={canvas} aria-hidden />
    </div>
  );
}
