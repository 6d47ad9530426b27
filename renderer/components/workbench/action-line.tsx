import { Button, Kbd, Progress } from '@mantine/core';
import { IconPlayerStopFilled } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { maxActionRuns } from '../../../protocol/workbench.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { runCount } from '../../store/pages/page-set.ts';
import { type BenchTool, workbenchSession } from '../../store/store.ts';
import { benchRegion, isProcessTool, selectionOf } from '../../store/workbench-selectors.ts';
import { nameOf } from '../shared/region-name.ts';
import { callOf, entryOf } from '../tools/tools.ts';
import { useToolWords } from '../tools/use-tool-words.ts';
import classes from './workbench.module.css';

/** An action that is over sooner than this is not announced as being under way, ms. */
const patienceMs = 250;

/** What tools are described by. */
export const actionLineId = 'action-line';

/**
 * The sentence of the workbench: what is under way, with its end in sight and a way out; else what the tool at hand
 * would do.
 */
export function ActionLine() {
  const pointed = useApp((state) => state.bench.pointed);
  const doing = useApp((state) => state.bench.actions.length > 0 || workbenchSession(state)?.progress !== undefined);
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!doing) {
      setLong(false);
      return;
    }
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, [doing]);
  return (
    <div id={actionLineId} className={classes.line}>
      {doing && long ? <Doing /> : <Preview pointed={pointed} />}
    </div>
  );
}

function Preview({ pointed }: { pointed: BenchTool | undefined }) {
  const { t } = useWords();
  const words = useToolWords();
  const region = useApp(benchRegion);
  const pages = useApp((state) => selectionOf(state, region?.id));
  const last = useApp((state) => state.bench.tool);
  if (!region) return undefined;
  const tool = pointed ?? last;
  const key = entryOf(tool)?.key;
  if (!isProcessTool(tool) && pages.count === 0) {
    return <span className={classes.faint}>{t('workbench.line.nothing', { name: nameOf(region) })}</span>;
  }
  if (!isProcessTool(tool) && runCount(pages) > maxActionRuns) {
    const runs = t('workbench.line.runs', { count: runCount(pages) });
    return (
      <span className={classes.warning} role="alert">
        {t('workbench.line.tooMany', { runs, most: maxActionRuns })}
      </span>
    );
  }
  return (
    <>
      {key && <Kbd size="xs">{key}</Kbd>}
      <span>{words(tool, pages, region.length / region.pages)}</span>
      {!pointed && <span className={classes.faint}>{t('workbench.line.repeats')}</span>}
    </>
  );
}

function Doing() {
  const { t, pick } = useWords();
  const { workbench } = useActions();
  const actions = useApp((state) => state.bench.actions);
  const progress = useApp((state) => workbenchSession(state)?.progress);
  const act = actions[0];
  const waiting = actions.length - 1;
  const call = act && callOf(act.tool);
  const what = progress
    ? pick(progress.title)
    : call &&
      (act.region === undefined
        ? t('workbench.line.doingProcess', { call })
        : t('workbench.line.doing', { call, pages: t('workbench.line.pages', { count: act.pages.count }) }));
  return (
    <>
      <span role="status">{what}</span>
      <Progress
        className={classes.progress ?? ''}
        size={6}
        value={progress ? (100 * progress.done) / progress.total : 100}
        animated={!progress}
        aria-label={what ?? ''}
      />
      {progress && (
        <span className={classes.faint}>
          {t('workbench.line.progress', { done: progress.done, total: progress.total })}
        </span>
      )}
      {waiting > 0 && <span className={classes.faint}>{t('workbench.line.waiting', { count: waiting })}</span>}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPlayerStopFilled size={11} aria-hidden />}
        onClick={() => workbench.interrupt()}
      >
        {t('workbench.line.stop')}
      </Button>
    </>
  );
}
