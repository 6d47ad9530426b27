import { Button } from '@mantine/core';
import { IconArrowBackUp, IconBraces, IconCopy, IconMarquee2, IconRepeat } from '@tabler/icons-react';
import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { isRecorded } from '../../store/workbench-selectors.ts';
import { Tip } from '../shared/tip.tsx';
import { useCopy, useTell } from '../shared/use-export.ts';
import classes from './log.module.css';
import { straceLine } from './strace.ts';

interface Props {
  readonly step: Step;
  /** Whether the way back is shown. */
  readonly undoing: boolean;
  readonly onUndo: () => void;
}

const icon = { size: 13, 'aria-hidden': true } as const;

/** What can be done with an entry of the log. */
export function EntryActions({ step, undoing, onUndo }: Props) {
  const { t, pick } = useWords();
  const { log } = useActions();
  const recorded = useApp(isRecorded);
  const copy = useCopy();
  const tell = useTell();
  const { index } = step;
  const repeat = async (): Promise<void> => {
    const problem = await log.repeat(index);
    if (problem) tell({ message: pick(problem), color: 'orange' });
  };
  const select = async (): Promise<void> => {
    if (!(await log.selectPages(index))) tell({ message: t('log.act.noPages', { index: index + 1 }), color: 'orange' });
  };
  const copyC = async (): Promise<void> => {
    const lines = await log.linesOf(index);
    if (lines !== undefined) await copy(lines, t('log.act.copiedC', { index: index + 1 }));
  };
  return (
    <fieldset className={classes.actions} aria-label={t('log.act.title')}>
      {!recorded && (
        <>
          <Tip label={t('log.act.repeatHint')}>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconRepeat {...icon} />}
              onClick={() => void repeat()}
            >
              {t('log.act.repeat')}
            </Button>
          </Tip>
          <Tip label={t('log.act.undoHint')}>
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={undoing}
              leftSection={<IconArrowBackUp {...icon} />}
              onClick={onUndo}
            >
              {t('log.act.undo')}
            </Button>
          </Tip>
        </>
      )}
      {step.range && !recorded && (
        <Tip label={t('log.act.pagesHint')}>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconMarquee2 {...icon} />}
            onClick={() => void select()}
          >
            {t('log.act.pages')}
          </Button>
        </Tip>
      )}
      <Button size="compact-xs" variant="default" leftSection={<IconBraces {...icon} />} onClick={() => void copyC()}>
        {t('log.act.copyC')}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconCopy {...icon} />}
        onClick={() => void copy(straceLine(step), t('log.act.copiedText', { index: index + 1 }))}
      >
        {t('log.act.copyText')}
      </Button>
    </fieldset>
  );
}
