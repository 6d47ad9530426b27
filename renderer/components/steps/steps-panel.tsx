import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useActions, useApp, useWords } from '../../app/context.ts';
import { stepsAt } from '../../store/instant.ts';
import { Log } from '../../store/log.ts';
import { shownSession } from '../../store/store.ts';
import { Empty, Panel } from '../panel.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { StepRow } from './step-row.tsx';
import classes from './steps-panel.module.css';

const noSteps = Log.of<Step>();
/** CSS pixels of a step's title and call, and of each line below them; measured once it is drawn. */
const usualHeight = 46;
const lineHeight = 17;
/** As near to the end as this counts as being there. */
const endPx = 24;

/** Every call as it was made. Choosing one shows its pages; the list follows the newest until it is scrolled back. */
export function StepsPanel() {
  const { t, format } = useWords();
  const steps = useApp((state) => shownSession(state)?.steps ?? noSteps);
  const diagnosed = useApp((state) => shownSession(state)?.digest.diagnosed);
  return (
    <Panel title={t('steps.title')} note={steps.length > 0 ? format.number(steps.length) : undefined}>
      {steps.length === 0 ? (
        <Empty>{t('steps.empty')}</Empty>
      ) : (
        <div className={classes.split}>
          <div className={classes.list}>
            <StepList steps={steps} />
          </div>
          <Diagnosis steps={steps} last={diagnosed} />
        </div>
      )}
    </Panel>
  );
}

/** Near enough that rows do not overlap before they are measured. */
function estimatedHeight(step: Step | undefined): number {
  const lines = [step?.outcome, step?.meaning, step?.diagnosis].filter((line) => line !== undefined);
  return usualHeight + lines.length * lineHeight;
}

function StepList({ steps }: { steps: Log<Step> }) {
  const { t } = useWords();
  const { highlight } = useActions();
  const chosen = useApp((state) => state.highlight?.step);
  const scroller = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const id = useId();
  const virtualizer = useVirtualizer({
    count: steps.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedHeight(steps.at(index)),
    overscan: 8,
  });

  const instant = useApp((state) => state.instant);
  const marked = useMemo(() => instant && stepsAt(steps, instant), [instant, steps]);
  const shown = marked && Math.max(marked.first, marked.end - 1);
  const pointing = instant !== undefined;

  useEffect(() => {
    if (shown !== undefined) virtualizer.scrollToIndex(shown, { align: 'auto' });
  }, [shown, virtualizer]);

  useEffect(() => {
    if (follows && !pointing) virtualizer.scrollToIndex(steps.length - 1, { align: 'end' });
  }, [follows, pointing, steps.length, virtualizer]);

  const choose = (index: number): void => {
    const step = steps.at(index);
    if (!step) return;
    const { region, range } = step;
    highlight(index === chosen ? undefined : { step: index, region, range });
    if (index !== steps.length - 1) setFollows(false);
  };

  const onKey = (event: KeyboardEvent): void => {
    const target = stepAfter(event.key, chosen, steps.length);
    if (target === undefined) return;
    event.preventDefault();
    if (target === 'none') {
      highlight(undefined);
      return;
    }
    if (target !== chosen) choose(target);
    virtualizer.scrollToIndex(target);
  };

  const onScroll = (): void => {
    const element = scroller.current;
    // The list that follows a pointer has not been scrolled by the person.
    if (!element || pointing) return;
    setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < endPx);
  };

  return (
    <>
      <div
        ref={scroller}
        className={classes.scroller}
        role="listbox"
        tabIndex={0}
        aria-label={t('steps.list')}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen}`}
        onKeyDown={onKey}
        onWheel={onScroll}
        onScrollEnd={onScroll}
      >
        <div className={classes.all} style={{ height: virtualizer.getTotalSize() }} role="presentation">
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const step = steps.at(index);
            return (
              step && (
                <StepRow
                  key={index}
                  ref={virtualizer.measureElement}
                  id={`${id}-${index}`}
                  step={step}
                  position={index}
                  total={steps.length}
                  top={start}
                  chosen={index === chosen}
                  marked={marked !== undefined && index >= marked.first && index < marked.end}
                  onChoose={choose}
                />
              )
            );
          })}
        </div>
      </div>
      {!follows && (
        <Button
          className={classes.follow ?? ''}
          size="compact-xs"
          leftSection={<IconArrowDown size={13} aria-hidden />}
          onClick={() => setFollows(true)}
        >
          {t('steps.follow')}
        </Button>
      )}
    </>
  );
}

/** Where a key takes the chosen step; `none` gives the choice up. */
function stepAfter(key: string, chosen: number | undefined, count: number): number | 'none' | undefined {
  const from = chosen ?? count;
  const within = (index: number) => Math.min(count - 1, Math.max(0, index));
  if (key === 'ArrowDown') return within(from + 1);
  if (key === 'ArrowUp') return within(from - 1);
  if (key === 'PageDown') return within(from + 8);
  if (key === 'PageUp') return within(from - 8);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return key === 'Escape' ? 'none' : undefined;
}
