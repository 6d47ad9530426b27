import type { RegionInfo } from '../../../protocol/events.ts';
import { PageFlag, pageState } from '../../../protocol/flags.ts';
import { useApp, useRegionPages, useWords } from '../../app/context.ts';
import type { GridFocus } from '../../canvas/grid-view.ts';
import { pageAddress } from '../../i18n/format.ts';
import type { RegionPages } from '../../store/pages.ts';
import classes from './pages-panel.module.css';

interface Props {
  readonly id: string;
  readonly session: number;
  readonly region: RegionInfo;
  readonly focus: GridFocus;
}

/** One line on the page under the pointer or the cursor; spoken too, since it is all that a screen reader gets of the canvas. */
export function PageNote({ id, session, region, focus }: Props) {
  const { t, format } = useWords();
  const pages = useRegionPages(session, region.id);
  const pageSize = region.length / region.pages;
  const { page, selection } = focus;
  return (
    <p id={id} className={classes.note} role="status">
      {page === undefined ? (
        <span className={classes.faint}>{t('pages.note')}</span>
      ) : (
        <Facts {...{ page, session, region, pages, pageSize }} />
      )}
      {selection && (
        <span className={classes.selected}>
          {t('pages.selected', { count: selection.pageCount, size: format.bytes(selection.pageCount * pageSize) })}
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
  const change = useChange(session, page, pages);
  const byte = pages?.flags[page];
  const flags = byte === undefined ? [] : Object.entries(PageFlag).filter(([, flag]) => byte & flag);
  return (
    <>
      <strong>{t('pages.page', { page })}</strong>
      <span className="code">{pageAddress(region.address, page, pageSize)}</span>
      {byte !== undefined && (
        <>
          <strong>{t(`pageState.${pageState(byte, pages?.unknown)}`)}</strong>
          <span className="code">{flags.map(([name]) => name).join(' ') || t('pages.noFlags')}</span>
        </>
      )}
      <span className={classes.change}>{change}</span>
    </>
  );
}

/** The snapshot that first showed the page as it is: after which step, and when. */
function useChange(session: number, page: number, pages: RegionPages | undefined): string {
  const { t, format, pick } = useWords();
  const moment = pages?.moments[pages.changedBy[page] ?? 0];
  const changed = moment !== undefined && moment.arrivedMs !== Number.NEGATIVE_INFINITY;
  const step = useApp((state) =>
    changed && moment.step >= 0 ? state.sessions.get(session)?.steps[moment.step] : undefined,
  );
  if (!changed) return t('pages.neverChanged');
  const time = format.duration(moment.takenNs);
  if (moment.step < 0) return t('pages.changedBetween', { time });
  const text = t('pages.changedAfter', { step: moment.step + 1, time });
  return step ? `${text} · ${pick(step.title)}` : text;
}
