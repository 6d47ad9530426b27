import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconCopy, IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { memo, type ReactNode, type RefObject, useContext, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { Text } from '../../../protocol/text.ts';
import { type GridFocus, type GridView, noFocus } from '../../canvas/grid-view.ts';
import { useApp, usePagesValue, usePast, useWords } from '../../context/context.ts';
import type { PageSet } from '../../store/pages/page-set.ts';
import { nameOf } from '../shared/region-name.ts';
import { Tip } from '../shared/tip.tsx';
import { useCopy } from '../shared/use-export.ts';
import { GoTo } from './go-to.tsx';
import { NoteSlot } from './note-slot.ts';
import { PageGrid } from './page-grid.tsx';
import { PageNote } from './page-note.tsx';
import classes from './pages.module.css';
import { RegionTitle } from './region-title.tsx';
import type { Place } from './regions.tsx';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  readonly place: Place;
  /** What it is for. */
  readonly title: Text | undefined;
  readonly released: boolean;
  /** Said where there were no pages to show at the instant that is shown; without it, that nothing was mapped. */
  readonly unseen?: string;
  /** Shown instead of its name: a name that can be changed. */
  readonly heading?: ReactNode;
  /** More buttons beside those that zoom. */
  readonly actions?: ReactNode;
  /** Whether tools act on this one. */
  readonly active?: boolean;
  readonly onTurn?: () => void;
  readonly selection?: PageSet | undefined;
  readonly onSelect?: (pages: PageSet) => void;
}

/** One region: beside its pages what was mapped where; the page that is looked at is told in the caption. */
export function RegionCard(props: Props) {
  const { session, region, place, title, released, heading, actions, active, onTurn } = props;
  const { t, pick } = useWords();
  const [focus, setFocus] = useState<GridFocus>(noFocus);
  const [asking, setAsking] = useState(false);
  const view = useRef<GridView>(null);
  const [gutter, ruler] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const facts = useRef<HTMLDivElement>(null);
  const slot = useContext(NoteSlot);
  const waiting = usePagesValue((pages) => pages.region(session, region.id) === undefined);
  const unmapped = usePast(session, region.id) === 'unmapped';
  const noted = focus.page !== undefined;
  const id = noteId(session, region.id);
  const { collapsed, onCollapse } = place;
  // The canvases around the cells are drawn by the grid: it alone knows which rows are seen.
  useEffect(() => {
    const element = facts.current;
    if (!element) return;
    const frame = () => view.current?.frame(collapsed ? null : gutter.current, element.offsetHeight, ruler.current);
    const size = new ResizeObserver(frame);
    size.observe(element);
    frame();
    return () => size.disconnect();
  }, [collapsed, gutter, ruler]);
  const name = nameOf(region);
  return (
    <article
      className={classes.card}
      aria-label={t('pages.region', { label: name })}
      data-region={region.id}
      data-active={active || undefined}
      data-first={place.first || undefined}
      data-collapsed={collapsed || undefined}
      style={{ height: place.height }}
      onPointerDownCapture={onTurn}
      onFocusCapture={onTurn}
    >
      <div className={classes.gutter}>
        <canvas ref={gutter} aria-hidden />
        <div ref={facts} className={classes.facts}>
          <div className={classes.head}>
            {onCollapse && (
              <ActionIcon
                size={18}
                aria-label={t('pages.collapse', { name })}
                aria-expanded={!collapsed}
                onClick={onCollapse}
              >
                {collapsed ? <IconChevronRight size={13} aria-hidden /> : <IconChevronDown size={13} aria-hidden />}
              </ActionIcon>
            )}
            {heading ?? (
              <h2 className={classes.label}>
                <RegionTitle name={name} />
              </h2>
            )}
            <span className={classes.buttons}>
              {region.pages > 1 && !collapsed && <ZoomControls focus={focus} view={view} />}
              {actions}
            </span>
          </div>
          {!collapsed && (
            <>
              {title && (
                <p className={classes.purpose} title={pick(title)}>
                  {pick(title)}
                </p>
              )}
              <RegionFacts session={session} region={region} released={released} />
            </>
          )}
        </div>
      </div>
      <div className={classes.grid}>
        {place.first && <canvas ref={ruler} className={classes.ruler} aria-hidden />}
        <PageGrid
          session={session}
          region={region}
          columns={place.columns}
          noteId={noted ? id : undefined}
          viewRef={view}
          onFocus={setFocus}
          onGoTo={setAsking}
          selection={props.selection}
          onSelect={props.onSelect}
        />
        {(waiting || unmapped) && (
          <p className={classes.waiting}>{waiting ? t('pages.waiting') : (props.unseen ?? t('pages.unmapped'))}</p>
        )}
        {asking && <GoTo region={region} view={view} onDone={() => setAsking(false)} />}
      </div>
      {noted && slot && createPortal(<PageNote id={id} session={session} region={region} focus={focus} />, slot)}
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
  const another = useApp(
    (state) => region.pid !== undefined && region.pid !== state.sessions.get(session)?.started?.pid,
  );
  const { address } = region;
  return (
    <>
      <p className={classes.address}>
        <span className="code">{address}</span>
        <Tip label={t('pages.copyAddress')}>
          <ActionIcon
            size={18}
            aria-label={t('pages.copyAddress')}
            onClick={() => void copy(address, t('export.addressCopied', { address }))}
          >
            <IconCopy size={12} aria-hidden />
          </ActionIcon>
        </Tip>
      </p>
      <p className={classes.fact}>
        {t('pages.count', { count: region.pages })}, {format.bytes(region.length)}
      </p>
      <p className={classes.fact}>
        {t(`kind.${region.kind}`)} <span className="code">{region.protection}</span>
        {another && ` ${t('status.pid', { pid: region.pid ?? 0 })}`}
      </p>
      <LazilyFree session={session} region={region.id} />
      {released && <p className={classes.released}>{t('pages.released')}</p>}
    </>
  );
});

/** How many pages MADV_FREE gave away, where there are any now: a count, so no cell of the grid has it. */
function LazilyFree({ session, region }: { session: number; region: number }) {
  const { t } = useWords();
  const past = usePast(session, region);
  const count = usePagesValue((pages) => pages.region(session, region)?.states.last?.lazilyFree ?? 0);
  if (count === 0 || (past !== undefined && past !== 'live')) return undefined;
  return (
    <Tip label={t('pages.lazilyFreeMeaning')}>
      <p className={classes.fact}>{t('pages.lazilyFree', { count })}</p>
    </Tip>
  );
}

interface ZoomProps {
  readonly focus: GridFocus;
  readonly view: RefObject<GridView | null>;
}

const icon = { size: 12, 'aria-hidden': true } as const;

const ZoomControls = memo(function ZoomControls({ focus: { zoomed, canEnlarge }, view }: ZoomProps) {
  const { t } = useWords();
  if (!zoomed && !canEnlarge) return undefined;
  const button = (label: string, key: string, disabled: boolean, onClick: () => void, drawn: ReactNode) => (
    <Tip label={`${label} (${key})`}>
      <ActionIcon size={18} aria-label={label} disabled={disabled} onClick={onClick}>
        {drawn}
      </ActionIcon>
    </Tip>
  );
  return (
    <>
      {zoomed && button(t('pages.fit'), '0', false, () => view.current?.fit(), <IconMaximize {...icon} />)}
      {zoomed && button(t('pages.zoomOut'), '−', false, () => view.current?.zoom(false), <IconMinus {...icon} />)}
      {button(t('pages.zoomIn'), '+', !canEnlarge, () => view.current?.zoom(true), <IconPlus {...icon} />)}
    </>
  );
});
