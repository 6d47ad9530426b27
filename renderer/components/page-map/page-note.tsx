import type { RegionInfo } from '../../../protocol/events.ts';
import { flagNames, pageState } from '../../../protocol/flags.ts';
import type { GridFocus } from '../../canvas/grid-view.ts';
import { useApp, usePast, useRegionPages, useWords } from '../../context/context.ts';
import { pageAddress } from '../../i18n/format.ts';
import { runCount } from '../../store/pages/page-set.ts';
import type { RegionPages } from '../../store/pages/pages.ts';
import classes from './pages.module.css';
import { useLastChange } from './use-last-change.ts';

interface Props {
  readonly id: string;
  readonly session: number;
  readonly region: RegionInfo;
  readonly focus: GridFocus;
}

/**
 * One line on the page under the pointer or the cursor; spoken too, since it is all that a screen reader gets of the
 * canvas.
 */
export function PageNote({ id, session, region, focus }: Props) {
  const { t, format } = useWords();
  const pages = useRegionPages(session, region.id);
  const pageSize = region.length / region.pages;
  const { page, selection } = focus;
  return (
    <p id={id} className={classes.note} role="status" aria-label={t('pages.noteOf')}>
      {page !== undefined && <Facts {...{ page, session, region, pages, pageSize }} />}
      {selection.count > 1 && (
        <span className={classes.selected}>
          {t('pages.selected', { count: selection.count, size: format.bytes(selection.count * pageSize) })}
          {runCount(selection) > 1 && ` ${t('pages.selectedRuns', { count: runCount(selection) })}`}
        </span>
      )}
    </p>
  );
}

interface FactsProps {
  readonly page: number;
  readonly session: number;
  readonly region: RegionInfo;
  readonly pages: RegionPages | undefined;
  readonly pageSize: number;
}

function Facts({ page, session, region, pages, pageSize }: FactsProps) {
  const { t } = useWords();
  const past = usePast(session, region.id);
  const shown = typeof past === 'object' ? past : past === 'unmapped' ? undefined : pages;
  const change = useChange(session, region.id, page, pages);
  const byte = shown?.flags[page];
  const foreign = useApp((state) => state.sessions.get(session)?.target !== undefined);
  return (
    <>
      <strong>{t('pages.page', { page })}</strong>
      <span className="code">{pageAddress(region.address, page, pageSize)}</span>
      {byte !== undefined && (
        <>
          <strong>{t(`pageState.${pageState(byte, shown?.unknown)}`)}</strong>
          <span className="code">{flagNames(byte).join(' ') || t('pages.noFlags')}</span>
        </>
      )}
      {shown === pages && <span className={classes.change}>{change}</span>}
      {foreign && <span className={classes.change}>{t('process.witness')}</span>}
    </>
  );
}

/** What changed the page last, and when that was seen. */
function useChange(session: number, region: number, page: number, pages: RegionPages | undefined): string {
  const { t, format, pick } = useWords();
  const change = useLastChange(session, region, page, pages);
  if (!change && pages?.comesWhenAsked) {
    const seenNs = pages.film.lastChangeNs(page, pages.flags.length, pages.shownNs);
    return seenNs === undefined ? t('pages.rowUnchanged') : t('pages.rowChanged', { time: format.duration(seenNs) });
  }
  if (!change) return t('pages.neverChanged');
  const time = format.duration(change.seenNs);
  const [first, last] = [change.steps[0], change.steps.at(-1)];
  if (!first || !last) return t('pages.changed', { time });
  if (first !== last) return t('pages.changedDuringSteps', { first: first.index + 1, last: last.index + 1, time });
  return t('pages.changedDuring', { step: first.index + 1, title: pick(first.title), time });
}
