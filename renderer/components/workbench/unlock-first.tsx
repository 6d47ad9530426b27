import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { PageFlag } from '../../../protocol/flags.ts';
import { useActions, useApp, useRegionPages, useWords } from '../../context/context.ts';
import { difference, type PageSet, pagesWhere, runCount } from '../../store/pages/page-set.ts';
import type { BenchAction, BenchTool } from '../../store/store.ts';
import { isRecorded } from '../../store/workbench-selectors.ts';
import { entryOf } from '../tools/tools.ts';

/** Of a call that locked pages stood in the way of: each way out, by the pages that it is about. */
export function UnlockFirst({ session, region, step }: { session: number; region: number; step: number }) {
  const { log } = useActions();
  const recorded = useApp(isRecorded);
  const flags = useRegionPages(session, region)?.flags;
  const [act, setAct] = useState<BenchAction>();
  useEffect(() => {
    let stale = false;
    void log.actOf(step).then((found) => {
      if (!stale) setAct(found);
    });
    return () => {
      stale = true;
    };
  }, [log, step]);
  if (!act || !flags || recorded) return undefined;
  const free = difference(
    act.pages,
    pagesWhere(flags, (byte) => (byte & PageFlag.Locked) !== 0),
  );
  const locked = difference(act.pages, free);
  return locked.count > 0 && <Ways act={act} locked={locked} free={free} />;
}

function Ways({ act, locked, free }: { act: BenchAction; locked: PageSet; free: PageSet }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const named = useNamedPages();
  const doing = useVerb()(act.tool);
  const unlock = () => {
    if (workbench.actOn({ ...act, tool: { kind: 'munlock' }, pages: locked })) workbench.actOn(act);
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={unlock}>
        {t('workbench.refusal.unlockFirst', { pages: named(locked), doing, count: act.pages.count })}
      </Button>
      {free.count > 0 && (
        <Button size="compact-xs" variant="default" onClick={() => workbench.actOn({ ...act, pages: free })}>
          {t('workbench.refusal.onlyFree', { pages: named(free), doing })}
        </Button>
      )}
    </>
  );
}

/** What a tool that locks stand in the way of does, as a verb. */
function useVerb(): (tool: BenchTool) => string {
  const { t } = useWords();
  return (tool) => {
    const id = entryOf(tool)?.id;
    switch (id) {
      case 'drop':
      case 'pageOut':
      case 'cold':
      case 'free':
      case 'remove':
        return t(`workbench.refusal.doing.${id}`);
      default:
        return t('workbench.refusal.doing.other');
    }
  };
}

/** A few runs by their numbers, `4–11, 15`; of more only how many pages they are. */
function useNamedPages(): (pages: PageSet) => string {
  const { t, format } = useWords();
  return (pages) => {
    if (runCount(pages) > 3) return t('workbench.line.pages', { count: pages.count });
    const runs: string[] = [];
    for (let at = 0; at < pages.runs.length; at += 2) {
      const [first = 0, count = 0] = pages.runs.slice(at, at + 2);
      runs.push(count === 1 ? `${first}` : `${first}–${first + count - 1}`);
    }
    return runs.join(format.listSeparator);
  };
}
