import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../context/context.ts';
import type { PageSet } from '../../store/pages/page-set.ts';
import type { RegionPages } from '../../store/pages/pages.ts';
import { hasSeveralRuns, type LastChange, lastChange, withoutBystander } from '../../store/session/last-change.ts';

/** What an action on several runs was about, as the engine said. */
interface Asked {
  readonly step: number;
  readonly pages: PageSet | undefined;
}

/**
 * What changed a page last. An action on several runs of pages says in its step only from where to where they reach;
 * what lies between them is not laid to its charge: its runs are asked for, once, while it is the one in question.
 */
export function useLastChange(
  session: number,
  region: number,
  page: number,
  pages: RegionPages | undefined,
): LastChange | undefined {
  const { log } = useActions();
  const steps = useApp((state) => state.sessions.get(session)?.steps);
  const change = pages && steps && lastChange(page, region, pages.changedBy[page] ?? 0, pages.moments, steps);
  const suspect = change?.steps.find(hasSeveralRuns);
  const wanted = suspect?.index;
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => {
    if (wanted === undefined) return;
    let left = false;
    void log.pagesOf(wanted).then((found) => {
      if (!left) setAsked({ step: wanted, pages: found });
    });
    return () => {
      left = true;
    };
  }, [log, wanted]);
  if (!change || !suspect || !asked?.pages || asked.step !== wanted) return change;
  return withoutBystander(change, page, suspect, asked.pages);
}
