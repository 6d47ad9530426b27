import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { FilePages } from '../../../protocol/files.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownEnvironment } from '../../store/store.ts';
import { Tip } from '../shared/tip.tsx';
import { Busy } from './busy.tsx';
import { EvictQuestion } from './evict-question.tsx';
import { rangeText, typedRange } from './file-name.ts';
import { FileStrip } from './file-strip.tsx';
import classes from './files.module.css';
import { percent } from './files-table.tsx';
import { type CellFacts, cellsIn } from './strip-layout.ts';
import { type Done, useAct } from './use-act.ts';
import { useFilePages } from './use-file-pages.ts';

interface Props {
  readonly look: number;
  readonly file: number;
  readonly onClose: () => void;
  /** Something was done to it. */
  readonly onActed: () => void;
}

/** The chosen file page by page, live, and what can be done with its pages. */
export function FileBand({ look, file, onClose, onActed }: Props) {
  const { t } = useWords();
  const { ref, width, height } = useElementSize();
  const [typed, setTyped] = useState('');
  const [pointed, setPointed] = useState<CellFacts>();
  const meant = typedRange(typed);
  const range = meant === 'all' ? undefined : meant;
  const { known, renew } = useFilePages(look, file, range, width > 0 ? cellsIn(width, height) : 0);
  const { busy, done, act, stop } = useAct(file, () => {
    renew();
    onActed();
  });
  const [asking, setAsking] = useState(false);
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  const pages = known?.pages;
  return (
    <section className={classes.band} aria-label={t('files.band.label')} data-panel="film">
      <header className={classes.bandHead}>
        <h2 title={pages?.row.name}>{pages?.row.name}</h2>
        {pages && <Counts pages={pages} />}
        <span className={classes.tools}>
          <TextInput
            size="xs"
            w={120}
            aria-label={t('files.band.range')}
            placeholder={t('files.band.rangeHint')}
            value={typed}
            error={meant === undefined}
            spellCheck={false}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {range && (
            <Button variant="default" size="xs" onClick={() => setTyped('')}>
              {t('files.band.all')}
            </Button>
          )}
          {busy ? (
            <Busy text={t(`files.act.busy.${busy}`)} onStop={stop} />
          ) : (
            <>
              <Tip label={t('files.act.touchHint')}>
                <Button
                  variant="default"
                  size="xs"
                  disabled={!meant || !pages}
                  onClick={() => void act('touch', range)}
                >
                  {t('files.act.touch')}
                </Button>
              </Tip>
              <Button variant="default" size="xs" disabled={!meant || !pages} onClick={() => setAsking(true)}>
                {t('files.act.evict')}
              </Button>
              <Tip label={t('files.act.lockHint')}>
                <Button variant="default" size="xs" disabled={!meant || !pages} onClick={() => void act('lock', range)}>
                  {t('files.act.lock')}
                </Button>
              </Tip>
            </>
          )}
          <ActionIcon size={24} aria-label={t('files.band.close')} onClick={onClose}>
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </span>
      </header>
      <p className={classes.bandNote}>
        {meant === undefined ? (
          <span role="alert">{t('files.band.rangeWrong', { typed })}</span>
        ) : pointed ? (
          <Pointed facts={pointed} />
        ) : done ? (
          <Said done={done} />
        ) : (
          pages && <Scale pages={pages} />
        )}
      </p>
      <div ref={ref} className={classes.stripRoom}>
        {pages && known.bytes && pages.pageCount > 0 && (
          <FileStrip
            pages={pages}
            bytes={known.bytes}
            onPoint={setPointed}
            onRange={(chosen: PageRange) => setTyped(rangeText(chosen))}
          />
        )}
      </div>
      <EvictQuestion
        opened={asking}
        title={t('files.act.sure', { name: pages?.row.name ?? '' })}
        bytes={pages ? mostEvicted(pages, range) * pageSize : 0}
        onClose={() => setAsking(false)}
        onGo={() => void act('evict', range)}
      />
    </section>
  );
}

/** Pages of it that are cached, at most: as far as it is known. */
function mostEvicted({ row, pageCount }: FilePages, range: PageRange | undefined): number {
  const cached = row.cachedPages ?? pageCount;
  return range ? Math.min(pageCount, cached) : cached;
}

function Counts({ pages: { row, runs, locked } }: { pages: FilePages }) {
  const { t, format, pick } = useWords();
  const { pages, cachedPages, dirtyPages, reason } = row;
  if (cachedPages === null || pages === null) {
    return <span>{t('files.band.unknown', { reason: reason ? pick(reason) : t('files.unknown') })}</span>;
  }
  const counts = t('files.band.counts', { cached: format.number(cachedPages), pages: format.number(pages) });
  const lockedPages = locked.reduce((sum, { pageCount }) => sum + pageCount, 0);
  const said = [
    counts,
    ...(lockedPages > 0 ? [t('files.band.locked', { locked: format.number(lockedPages) })] : []),
    ...(runs === null || cachedPages === 0 ? [] : [t('files.band.runs', { count: runs })]),
    ...(dirtyPages ? [t('files.band.dirty', { dirty: format.number(dirtyPages) })] : []),
  ];
  return <span>{said.join(', ')}</span>;
}

function Scale({ pages: { pageCount, pagesPerCell, row } }: { pages: FilePages }) {
  const { t } = useWords();
  if (row.cachedPages === null) return undefined;
  if (pageCount === 0) return t('files.band.noPages');
  return pagesPerCell === 1 ? t('files.band.perPage') : t('files.band.perCell', { count: pagesPerCell });
}

/** The cell that is pointed at. */
function Pointed({ facts: { first, last, share, dirty, locked } }: { facts: CellFacts }) {
  const { t, format } = useWords();
  const kind = share === 0 ? 'none' : share === 1 ? 'all' : 'some';
  const how = t(`files.band.share.${kind}`, { percent: percent(share) });
  const said =
    first === last
      ? t('files.band.page', { page: format.number(first), share: how })
      : t('files.band.pages', { first: format.number(first), last: format.number(last), share: how });
  return [said, ...(locked ? [t('files.band.isLocked')] : []), ...(dirty ? [t('files.band.isDirty')] : [])].join(
    format.listSeparator,
  );
}

/** What came of what was done, as the kernel counts it afterwards. */
function Said({ done: { act, answer } }: { done: Done }) {
  const { t, format, pick } = useWords();
  if (answer === 'stopped') return <span role="status">{t('files.act.stopped')}</span>;
  const { row, cachedPagesBefore, tookNs, refused } = answer;
  if (refused) return <span role="alert">{t('files.act.refused', { reason: pick(refused) })}</span>;
  const count = (pages: number | null) => (pages === null ? t('files.unknown') : format.number(pages));
  const numbers = { before: count(cachedPagesBefore), after: count(row.cachedPages), time: format.duration(tookNs) };
  return (
    <span role="status">
      {t(`files.act.done.${act}`, numbers)}
      {act === 'evict' && row.cachedPages ? ` ${t('files.act.stayed')}` : ''}
    </span>
  );
}
