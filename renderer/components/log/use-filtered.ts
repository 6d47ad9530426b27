import { useDeferredValue, useMemo } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import type { Log } from '../../store/session/append-only-list.ts';
import { entryTest, FilteredLog, isFiltering, type LogFilter } from './log-filter.ts';

/** The entries that a filter lets through. While words are typed, what they match follows a moment later. */
export function useFiltered(steps: Log<Step>, filter: LogFilter): Log<Step> {
  const { language } = useWords();
  const settled = useDeferredValue(filter);
  const filtered = useMemo(() => new FilteredLog(entryTest(settled, language)), [settled, language]);
  return useMemo(() => (isFiltering(settled) ? filtered.of(steps) : steps), [settled, filtered, steps]);
}
