import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import { useWords } from '../../context/context.ts';
import { type Instant, sampleOf, stepsAt } from '../../store/session/instant.ts';
import { type LockBar, lockedAt } from './lock-bars.ts';
import type { LockModel } from './use-lock-model.ts';

/** Bars that are listed one by one; of more, only the number is shown. */
export const mostTold = 4;

/** The words for bars, limits and moments; the tooltip shows them, the slider speaks them. */
export function useLockWords() {
  const { t, format } = useWords();
  return {
    limit: (limit: ByteLimit) => (limit === 'unlimited' ? t('status.noLimit') : format.bytes(limit)),
    kind: ({ kind, onFault }: Pick<LockBar, 'kind' | 'onFault'>) =>
      kind === 'mlockall' && onFault ? t('locks.mlockallOnFault') : t(`locks.kind.${kind}`),
    /** `A, pages 0–63: 64 pages, 256 KiB` */
    extent({ session }: LockModel, { region: id, firstPage, lastPage, pages, ranges }: LockBar) {
      const region = session.regions.find((each) => each.id === id);
      const pageSize = region ? region.length / region.pages : 0;
      const text = t('locks.extent', {
        label: region?.label ?? '?',
        pages:
          firstPage === lastPage ? format.number(firstPage) : `${format.number(firstPage)}–${format.number(lastPage)}`,
        count: pages,
        size: format.bytes(pages * pageSize),
      });
      return ranges === 1 ? text : `${text} · ${t('locks.ranges', { count: ranges })}`;
    },
    /** `0.2 s → 1.4 s`, or `since 0.2 s`. */
    span({ startNs, endNs }: LockBar) {
      if (endNs === undefined) return t('locks.since', { time: format.duration(startNs) });
      return t('locks.span', {
        from: format.duration(startNs),
        to: format.duration(endNs),
        time: format.duration(endNs - startNs),
      });
    },
  };
}

/** A moment in one sentence: what a screen reader gets of the drawing. */
export function useMomentText(model: LockModel): (instant: Instant) => string {
  const { t, format, pick } = useWords();
  const words = useLockWords();
  return (instant) => {
    const { session, bars } = model;
    const sample = sampleOf(session, instant);
    const span = stepsAt(session.steps, instant);
    const step = span && session.steps.at(span.end - 1);
    const locked = lockedAt(bars, instant.toNs);
    return [
      t('locks.asOf', { time: format.duration(instant.toNs) }),
      ...(sample ? [`VmLck ${format.bytes(sample.vmLck)}`] : []),
      ...(step ? [`${t('steps.position', { index: step.index + 1 })}: ${pick(step.title)}`] : []),
      ...(step && step.errno !== null ? [step.errno] : []),
      ...(locked.length > mostTold
        ? [t('locks.ranges', { count: locked.length })]
        : locked.map((bar) => `${words.kind(bar)} ${words.extent(model, bar)}`)),
    ].join(format.listSeparator);
  };
}
