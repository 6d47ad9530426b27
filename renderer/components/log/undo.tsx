import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import type { Inverse } from '../../../protocol/workbench.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { pageSetOf } from '../../store/pages/page-set.ts';
import { useToolWords } from '../tools/use-tool-words.ts';
import classes from './log.module.css';

interface Props {
  readonly step: Step;
  readonly onDone: () => void;
}

/** What would take a step back, before it is done; or, in the engine's words, why nothing does. */
export function Undo({ step, onDone }: Props) {
  const { t, pick } = useWords();
  const { log } = useActions();
  const words = useToolWords();
  const pageSize = useApp((state) => state.host?.environment.pageSize ?? 0);
  const [inverse, setInverse] = useState<Inverse>();
  useEffect(() => {
    const asking = new AbortController();
    void log.inverse(step.index, asking.signal).then((answer) => {
      if (!asking.signal.aborted) setInverse(answer);
    });
    return () => asking.abort();
  }, [log, step.index]);
  const { region } = step;
  const possible = inverse && inverse.actions.length > 0 && region !== undefined;
  return (
    <section className={classes.undo} aria-label={t('log.undo.title')}>
      {inverse ? (
        <>
          <p role="status">{pick(inverse.note)}</p>
          {inverse.actions.length > 0 && (
            <ul>
              {inverse.actions.map(({ tool, pages }) => (
                <li key={`${JSON.stringify(tool)} ${pages[0]}`}>{words(tool, pageSetOf(pages), pageSize)}</li>
              ))}
            </ul>
          )}
          <div className={classes.undoButtons}>
            {possible && (
              <Button
                onClick={() => {
                  log.undo(region, inverse);
                  onDone();
                }}
              >
                {t('log.undo.do')}
              </Button>
            )}
            <Button variant="default" onClick={onDone}>
              {t('log.undo.cancel')}
            </Button>
          </div>
        </>
      ) : (
        <p>{t('log.undo.asking')}</p>
      )}
    </section>
  );
}
