import { useWords } from '../../context/context.ts';
import { type PageSet, runCount } from '../../store/pages/page-set.ts';
import type { BenchTool } from '../../store/store.ts';
import { isProcessTool } from '../../store/workbench-selectors.ts';
import { callOf } from './tools.ts';

/** Runs up to this are one call each; the engine cuts longer ones where they would block it. */
const callPages = 1024;

function longestRun({ runs }: PageSet): number {
  let longest = 0;
  for (let at = 1; at < runs.length; at += 2) longest = Math.max(longest, runs[at] ?? 0);
  return longest;
}

/** What a tool does to pages, in one line: `mlock on 12 pages in 3 calls, 48 KiB`. */
export function useToolWords(): (tool: BenchTool, pages: PageSet, pageSize: number) => string {
  const { t, format } = useWords();
  return (tool, pages, pageSize) => {
    const call = callOf(tool);
    if (isProcessTool(tool)) return t('workbench.line.process', { call });
    return t('workbench.line.will', {
      call,
      pages: t('workbench.line.pages', { count: pages.count }),
      calls: t(longestRun(pages) > callPages ? 'workbench.line.cutRuns' : 'workbench.line.calls', {
        count: runCount(pages),
      }),
      size: format.bytes(pages.count * pageSize),
    });
  };
}
