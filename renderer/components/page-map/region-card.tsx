import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCopy, IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { memo, type ReactNode, type RefObject, useRef, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { Text } from '../../../protocol/text.ts';
import { type GridFocus, type GridView, noFocus } from '../../canvas/grid-view.ts';
import type { LegendEntry } from '../../canvas/palette.ts';
import { useApp, usePast, useRegionPages, useWords } from '../../context/context.ts';
import type { PageSet } from '../../store/pages/page-set.ts';
import { nameOf } from '../shared/region-name.ts';
import { useCopy } from '../shared/use-export.ts';
import { PageGrid } from './page-grid.tsx';
import { PageNote } from './page-note.tsx';
import classes from './pages-panel.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  /** What it is for. */
  readonly title: Text | undefined;
  readonly released: boolean;
  readonly filter: LegendEntry | undefined;
  /** Shown instead of its name: a name that can be changed. */
  readonly heading?: ReactNode;
  /** More buttons beside those that zoom. */
  readonly actions?: ReactNode;
  /** Below the grid. */
  readonly children?: ReactNode;
  /** Whether tools act on this one. */
  readonly active?: boolean;
  readonly onTurn?: () => void;
  readonly selection?: PageSet | undefined;
  readonly onSelect?: (pages: PageSet) => void;
}

/** One region: what was mapped where, its pages, and the page that is looked at. */
export function RegionCard(props: Props) {
  const { session, region, title, released, filter, heading, actions, children, active, onTurn } = props;
  const { t, pick } = useWords();
  const [focus, setFocus] = useState<GridFocus>(noFocus);
  const view = useRef<GridView>(null);
  const waiting = useRegionPages(session, region.id) === undefined;
  const unmapped = usePast(session, region.id) === 'unmapped';
  const highlight = useApp((state) => (state.highlight?.region === region.id ? state.highlight.pages : undefined));
  return (
    <article
      className={classes.card}
      aria-label={t('pages.region', { label: nameOf(region) })}
      data-active={active || undefined}
      onPointerDownCapture={onTurn}
      onFocusCapture={onTurn}
    >
      <div className={classes.head} data-titled={title !== undefined || undefined}>
        {heading ?? <h3 className={classes.label}>{t('pages.region', { label: nameOf(region) })}</h3>}
        {title && (
          <p className={classes.purpose} title={pick(title)}>
            {pick(title)}
          </p>
        )}
        <RegionFacts session={session} region={region} released={released} />
        <div className={classes.zoom}>
          {region.pages > 1 && <ZoomControls zoom={focus.zoom} view={view} />}
          {actions}
        </div>
      </div>
      <div className={classes.grid}>
        <PageGrid
          session={session}
          region={region}
          filter={filter}
          highlight={highlight}
          noteId={noteId(session, region.id)}
          viewRef={view}
          onFocus={setFocus}
          selection={props.selection}
          onSelect={props.onSelect}
        />
        {(waiting || unmapped) && <p className={classes.waiting}>{t(waiting ? 'pages.waiting' : 'pages.unmapped')}</p>}
      </div>
      {children}
      <PageNote id={noteId(session, region.id)} session={session} region={region} focus={focus} />
    </article>
  );
}

const noteId = (session: number, region: number): string => `note-${session}-${region}`;

const RegionFacts = memo(function RegionFacts({
  session,
  region,
  released,
}: Pick<Props, 'session' | 'region' | 'released'>) {
  const { t, format } = useWords();
  const copy = useCopy();
  const { address } = region;
  const facts = [t('pages.count', { count: region.pages }), format.bytes(region.length), t(`kind.${region.kind}`)];
  return (
    <div className={classes.details} title={facts.join(format.listSeparator)}>
      <span className={`${classes.address} code`}>{address}</span>
      <Tooltip label={t('pages.copyAddress')}>
        <ActionIcon
          size={20}
          aria-label={t('pages.copyAddress')}
          onClick={() => void copy(address, t('export.addressCopied', { address }))}
        >
          <IconCopy size={13} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <span className={classes.facts}>
        <span className={classes.fact}>{t('pages.count', { count: region.pages })}</span>
        <span className={classes.fact}>{format.bytes(region.length)}</span>
        <span className={classes.fact}>
          {t(`kind.${region.kind}`)} <span className="code">{region.protection}</span>
        </span>
      </span>
      <LazilyFree session={session} region={region.id} />
      {released && <span className={classes.released}>{t('pages.released')}</span>}
    </div>
  );
});

/** How many pages MADV_FREE gave away, where there are any now: a count, so no cell of the grid has it. */
function LazilyFree({ session, region }: { session: number; region: number }) {
  const { t } = useWords();
  const past = usePast(session, region);
  const count = useRegionPages(session, region)?.states.last?.lazilyFree ?? 0;
  if (count === 0 || (past !== undefined && past !== 'live')) return undefined;
  return (
    <Tooltip label={t('pages.lazilyFreeMeaning')}>
      <span className={classes.fact}>{t('pages.lazilyFree', { count })}</span>
    </Tooltip>
  );
}

interface ZoomProps {
  readonly zoom: number;
  readonly view: RefObject<GridView | null>;
}

const ZoomControls = memo(function ZoomControls({ zoom, view }: ZoomProps) {
  const { t, format } = useWords();
  return (
    <>
      {zoom > 1 && (
        <>
          <span className={classes.zoomValue}>{format.number(Math.round(zoom * 100))}%</span>
          <Tooltip label={`${t('pages.fit')} (0)`}>
            <ActionIcon size={24} aria-label={t('pages.fit')} onClick={() => view.current?.fit()}>
              <IconMaximize size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </>
      )}
      <Tooltip label={`${t('pages.zoomOut')} (−)`}>
        <ActionIcon
          size={24}
          aria-label={t('pages.zoomOut')}
          disabled={zoom <= 1}
          onClick={() => view.current?.zoom(1 / 1.4)}
        >
          <IconMinus size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={`${t('pages.zoomIn')} (+)`}>
        <ActionIcon size={24} aria-label={t('pages.zoomIn')} onClick={() => view.current?.zoom(1.4)}>
          <IconPlus size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
});
