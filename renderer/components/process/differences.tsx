import { Button, VisuallyHidden } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { type CameAndLeft, type TargetChange, targetDiff } from '../../../protocol/target.ts';
import { useActions, useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import { pagesBetweenInstants } from '../../store/pages/came-and-left.ts';
import type { Session, Target } from '../../store/session/session.ts';
import { targetAtInstant } from '../../store/session/shown-target.ts';
import { shownEnvironment } from '../../store/store.ts';
import { Unknown, whyUnknown } from '../shared/unknown.tsx';
import classes from './differences.module.css';
import { lastPart } from './mapping-rows.ts';

const rowHeight = 44;

/** What changed from the instant that is compared with to the one that is shown; a way to choose the first. */
export function DifferencesTab({ session, onOpen }: { session: Session; onOpen: (start: string) => void }) {
  const { t, format } = useWords();
  const { process } = useActions();
  const from = useApp((state) => (state.against?.of === session.id ? state.against.tNs : undefined));
  const pointed = useApp((state) => state.instant?.toNs);
  const { told } = session;
  const to = pointed ?? Math.max(session.samples.at(-1)?.tNs ?? 0, told.at(-1)?.takenNs ?? 0);
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  const pages = usePages();
  const version = usePagesVersion();
  const before = from === undefined ? undefined : targetAtInstant(session, Math.max(from, told.at(0)?.takenNs ?? 0));
  const after = targetAtInstant(session, pointed);
  const { regions, lives, id } = session;
  // While it is now that is shown, only what was told since changes anything.
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages change in place, which the version tells
  const rows = useMemo(() => {
    if (from === undefined || !before || !after) return undefined;
    const changedOf = pagesBetweenInstants({ id, regions, lives }, pages, pageSize, [from, pointed]);
    return targetDiff(before.mappings ?? [], after.mappings ?? [], changedOf);
  }, [before, after, from, pointed, id, regions, lives, pages, pageSize, version]);
  return (
    <>
      <p className={classes.from}>
        <span>
          {from === undefined
            ? t('process.difference.explain')
            : t('process.difference.between', { from: format.duration(from), to: format.duration(to) })}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => process.compareWith(from === undefined ? to : undefined)}
        >
          {t(from === undefined ? 'process.difference.pin' : 'process.difference.unpin')}
        </Button>
      </p>
      {from !== undefined && !after && <p className={classes.note}>{t('process.past.none')}</p>}
      {rows && before && after && <Differences rows={rows} before={before} after={after} onOpen={onOpen} />}
    </>
  );
}

interface Props {
  readonly rows: readonly TargetChange[];
  readonly before: Target;
  readonly after: Target;
  /** Shows what is at an address as pages. */
  readonly onOpen: (start: string) => void;
}

/** What became of a process between two instants: the mappings with the most bytes that changed first. */
function Differences({ rows: changes, before, after, onOpen }: Props) {
  const { t, format, pick } = useWords();
  const why = whyUnknown([...before.reasons, ...after.reasons].map(pick));
  const scroller = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: changes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const totals = (['rss', 'swap', 'locked'] as const).flatMap((name) => {
    const of = ({ rss: 'rssBytes', swap: 'swapBytes', locked: 'vmLckBytes' } as const)[name];
    const [one, other] = [before.process[of], after.process[of]];
    const bytes = one === null || other === null ? null : other - one;
    return bytes === 0 && name !== 'rss' ? [] : [{ name, bytes }];
  });
  return (
    <>
      <dl className={classes.totals}>
        {totals.map(({ name, bytes }) => (
          <div key={name}>
            <dt>{t(`process.difference.total.${name}`)}</dt>
            <dd>{bytes === null ? <Unknown why={t('processes.notInStatus')} /> : signed(bytes, format.bytes)}</dd>
          </div>
        ))}
      </dl>
      {changes.some(byCounts) && <p className={classes.note}>≈ {t('process.difference.countsHint')}</p>}
      {changes.length === 0 ? (
        <p className={classes.note}>{t('process.difference.none')}</p>
      ) : (
        <section
          ref={scroller}
          className={classes.scroller}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by keys
          tabIndex={0}
          aria-label={t('process.difference.list')}
        >
          <ul className={classes.all} style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const change = changes[index];
              return (
                change && (
                  <li key={index} className={classes.row} style={{ transform: `translateY(${start}px)` }}>
                    <Change change={change} why={why} onOpen={onOpen} />
                  </li>
                )
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

interface ChangeProps extends Pick<Props, 'onOpen'> {
  readonly change: TargetChange;
  readonly why: string | undefined;
}

function Change({ change, why, onOpen }: ChangeProps) {
  const { t, format } = useWords();
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  const bytes = (pages: number): string => format.bytes(Math.abs(pages) * pageSize);
  const size = bytes(change.sizeDeltaPages);
  const name = change.name === '' ? t(`process.kind.${change.kind}`) : lastPart(change.name);
  const { changed } = change;
  const moved = (
    [
      ['resident', change.residentDeltaPages, changed?.resident],
      ['swapped', change.swappedDeltaPages, changed?.swapped],
      ['locked', change.lockedDeltaPages, changed?.locked],
    ] as const
  ).flatMap(([what, pages, each]) => {
    const size = each ? bothWays(each, pageSize, format.bytes) : pages && signed(pages * pageSize, format.bytes);
    if (size) return [t(`process.difference.${what}`, { size })];
    return [];
  });
  const unknown = (['resident', 'swapped', 'locked'] as const).filter(
    (what) => change[`${what}DeltaPages`] === null && !changed?.[what],
  );
  const what = t(`process.difference.${change.change}`, { size });
  const words = (
    <>
      <span className={classes.name}>
        <b>{name}</b>
        <small>{change.start.replace(/^0x/, '')}</small>
      </span>
      <span className={classes.what} data-change={change.change}>
        {what}
        {(change.change === 'came' || change.change === 'went') && ` ${size}`}
      </span>
      <span className={classes.moved}>
        {byCounts(change) && (
          <span title={t('process.difference.countsHint')}>
            ≈<VisuallyHidden component="span"> {t('process.difference.counts')} </VisuallyHidden>
          </span>
        )}
        {moved.join(format.listSeparator)}
        {unknown.length > 0 && (
          <Unknown why={why}>
            {moved.length > 0 && format.listSeparator}
            {unknown
              .map((what) => t(`process.difference.${what}`, { size: t('process.unknown') }))
              .join(format.listSeparator)}
          </Unknown>
        )}
      </span>
    </>
  );
  if (change.change === 'went') return <div className={classes.change}>{words}</div>;
  return (
    <button type="button" className={classes.change} title={change.name} onClick={() => onOpen(change.start)}>
      {words}
    </button>
  );
}

/** Whether pages that came and pages that left may have cancelled out; of what came or went as a whole, all did. */
const byCounts = ({ change, changed }: TargetChange): boolean => !changed && change !== 'came' && change !== 'went';

/** `+12 MiB −4 KiB`: what came, and what left. */
const bothWays = ({ came, left }: CameAndLeft, pageSize: number, format: (bytes: number) => string): string =>
  [came, -left]
    .filter((pages) => pages !== 0)
    .map((pages) => signed(pages * pageSize, format))
    .join(' ');

/** `+12 MiB`, `−4 KiB` */
const signed = (bytes: number, format: (bytes: number) => string): string =>
  bytes < 0 ? `−${format(-bytes)}` : `+${format(bytes)}`;
