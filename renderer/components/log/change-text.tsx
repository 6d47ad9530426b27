import type { RegionInfo, Step } from '../../../protocol/events.ts';
import { flagNames, pageState } from '../../../protocol/flags.ts';
import { usePages, usePagesVersion, useWords } from '../../context/context.ts';
import type { Change, Difference } from '../../store/pages/page-difference.ts';
import type { Around } from '../../store/pages/page-history.ts';
import type { Session } from '../../store/session/session.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './log.module.css';

/** Kinds of change that are listed one by one; the rest are a number. */
const mostTold = 4;

interface Props {
  readonly session: Session;
  readonly step: Step;
  readonly around: Around;
}

/** What a step did to the pages, in words: of its region, or of all where it was about the whole process. */
export function ChangeText({ session, step, around }: Props) {
  const { t } = useWords();
  const regions = session.regions.filter(({ id }) => step.region === undefined || id === step.region);
  return (
    <div className={classes.changes} role="status">
      {regions.map((region) => (
        <RegionChange
          key={region.id}
          session={session}
          region={region}
          around={around}
          named={step.region === undefined && regions.length > 1}
        />
      ))}
      {!around.exact && <p className={classes.warning}>{t('log.change.overtaken')}</p>}
    </div>
  );
}

interface RegionProps {
  readonly session: Session;
  readonly region: RegionInfo;
  readonly around: Around;
  readonly named: boolean;
}

function RegionChange({ session, region, around, named }: RegionProps) {
  const { t } = useWords();
  usePagesVersion();
  const pages = usePages().region(session.id, region.id);
  const found = pages?.difference(around.beforeNs, around.afterNs);
  if (found === undefined) return undefined;
  return (
    <p>
      {named && <b>{t('log.change.of', { name: nameOf(region) })} </b>}
      {typeof found === 'string' ? t(`log.change.${found}`) : <Changes difference={found} />}
      {session.released.has(region.id) && <span className={classes.dim}> {t('log.change.gone')}</span>}
    </p>
  );
}

function Changes({ difference }: { difference: Difference }) {
  const { t, format } = useWords();
  const { changed, changes, unknown } = difference;
  const pages = changed.count;
  if (pages === 0) return t('log.change.none');
  const told = changes.slice(0, mostTold);
  const rest = pages - told.reduce((sum, change) => sum + change.pages, 0);
  const words = ({ before, after, pages: count }: Change): string => {
    const [was, is] = [pageState(before, unknown.before), pageState(after, unknown.after)];
    if (was !== is) {
      return t('log.change.one', { count, before: t(`pageState.${was}`), after: t(`pageState.${is}`) });
    }
    return t('log.change.flags', { count, state: t(`pageState.${is}`), flags: flagChanges(before, after) });
  };
  const all = [...told.map(words), ...(rest > 0 ? [t('log.change.more', { count: rest })] : [])];
  return (
    <>
      <b>{t('log.change.pages', { count: pages })}</b>
      {format.listSeparator}
      {all.join(format.listSeparator)}
    </>
  );
}

/** Which flags came and went: `+DontDump −Present`. */
function flagChanges(before: number, after: number): string {
  const [had, has] = [flagNames(before), flagNames(after)];
  const gone = had.filter((name) => !has.includes(name)).map((name) => `−${name}`);
  return [...has.filter((name) => !had.includes(name)).map((name) => `+${name}`), ...gone].join(' ');
}
