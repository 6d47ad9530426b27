import { useMemo } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { CellWords } from '../../canvas/paint.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownStep } from '../../store/store.ts';

/** Cells of more pages than this are too small for words. */
const mostPages = 256;

/**
 * What the fault of each page cost, where it was touched in a call of its own: the length of that call. As of the
 * playhead.
 */
export function useCellWords(session: number, { id, pages }: RegionInfo): CellWords | undefined {
  const { format } = useWords();
  const steps = useApp((state) => (pages > mostPages ? undefined : state.sessions.get(session)?.steps));
  const until = useApp((state) => shownStep(state)?.index) ?? Number.POSITIVE_INFINITY;
  const costs = useMemo(() => {
    const found = new Map<number, number>();
    if (!steps) return found;
    for (let place = 0; place < steps.length; place++) {
      const step = steps.at(place);
      if (!step || step.index > until) break;
      if (step.region !== id || step.range?.pageCount !== 1 || step.errno !== null) continue;
      if (step.call.startsWith('process_vm_') && (step.minorFaults ?? 0) + (step.majorFaults ?? 0) > 0)
        found.set(step.range.firstPage, step.durationNs);
    }
    return found;
  }, [steps, id, until]);
  return useMemo(() => {
    if (costs.size === 0) return undefined;
    const longest = Math.max(...costs.values());
    return {
      text: (page) => {
        const ns = costs.get(page);
        return ns === undefined ? undefined : format.duration(ns);
      },
      // The longest is often far above all others: their differences show on a scale of powers.
      share: (page) => Math.log1p((costs.get(page) ?? 0) / 500) / Math.log1p(longest / 500),
    };
  }, [costs, format]);
}
