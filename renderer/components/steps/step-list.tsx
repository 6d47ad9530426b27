import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Step } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import type { Sequence } from '../../store/session/append-only-list.ts';
import { stepsAt } from '../../store/session/instant.ts';
import { shownSession } from '../../store/store.ts';
import { StepRow } from './step-row.tsx';
import classes from './steps-panel.module.css';

/** CSS pixels of a row; the chosen one is higher, and measured. */
const rowHeight = 24;
/** As near to the end as this counts as being there. */
const endPx = 24;
/** How far Page Up and Page Down go. */
const pageSteps = 12;

interface Props {
  readonly steps: Sequence<Step>;
  readonly label: string;
  /** The chosen one is told elsewhere. */
  readonly compact?: boolean;
  readonly onChoose: (step: Step | undefined) => void;
  /** Enter on the chosen step. */
  readonly onEnter?: (step: Step) => void;
}

/** Steps, of which one may be chosen; the list follows the newest until it is scrolled back. */
export function StepList({ steps, label, compact = false, onChoose, onEnter }: Props) {
  const { t } = useWords();
  const chosen = useApp((state) => state.highlight?.step);
  const regions = useApp((state) => shownSession(state)?.regions) ?? [];
  const several = regions.length > 1;
  const regionOf = (region: number | undefined) => regions.find(({ id }) => id === region)?.label;
  const place = useMemo(() => placeOf(steps, chosen), [steps, chosen]);
  const scroller = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const id = useId();
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: steps.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // What a row needs is told when all of the frame is laid out: to ask for it before that would lay out twice.
    measureElement: (element, entry, { measurementsCache }) => {
      const known = measurementsCache[Number(element.dataset.index)]?.size ?? rowHeight;
      return entry?.borderBoxSize[0] ? Math.round(entry.borderBoxSize[0].blockSize) : known;
    },
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
    onChoose(index === place ? undefined : step);
    if (index !== steps.length - 1) setFollows(false);
  };

  // The same function for every drawing: rows that only stay where they are need not be drawn again while one scrolls.
  const latest = useRef(choose);
  latest.current = choose;
  const chooseRow = useCallback((index: number) => {
    latest.current(index);
    // The list has the keys, and the row may leave it when it is scrolled.
    scroller.current?.focus({ preventScroll: true });
  }, []);

  const onKey = (event: KeyboardEvent): void => {
    const current = place === undefined ? undefined : steps.at(place);
    if (event.key === 'Enter' && current && onEnter) {
      event.preventDefault();
      onEnter(current);
      return;
    }
    const target = placeAfter(event.key, place, steps.length);
    if (target === undefined) return;
    event.preventDefault();
    if (target === 'none') {
      onChoose(undefined);
      return;
    }
    if (target !== place) choose(target);
    virtualizer.scrollToIndex(target);
  };

  const onScroll = useCallback((): void => {
    const element = scroller.current;
    // The list that follows a pointer has not been scrolled by the person.
    if (!element || pointing) return;
    setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < endPx);
  }, [pointing]);

  // Back from what was chosen, with the newest in sight, it goes on from there.
  useEffect(() => {
    if (chosen === undefined) onScroll();
  }, [chosen, onScroll]);

  return (
    <>
      <div
        ref={scroller}
        className={classes.scroller}
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={place === undefined ? undefined : `${id}-${place}`}
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
                  whole={!compact && index === place}
                  of={several ? regionOf(step.region) : undefined}
                  position={index}
                  total={steps.length}
                  top={start}
                  chosen={index === place}
                  marked={marked !== undefined && index >= marked.first && index < marked.end}
                  onChoose={chooseRow}
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
          variant="default"
          leftSection={<IconArrowDown size={13} aria-hidden />}
          onClick={() => setFollows(true)}
        >
          {t('steps.follow')}
        </Button>
      )}
    </>
  );
}

/** Where a step stands in the list, which may leave others out. */
function placeOf(steps: Sequence<Step>, index: number | undefined): number | undefined {
  if (index === undefined) return undefined;
  const place = firstIndex(steps.length, (at) => (steps.at(at)?.index ?? 0) >= index);
  return steps.at(place)?.index === index ? place : undefined;
}

/** Where a key takes the chosen step; `none` gives the choice up. */
function placeAfter(key: string, chosen: number | undefined, count: number): number | 'none' | undefined {
  const from = chosen ?? count;
  const within = (index: number) => Math.min(count - 1, Math.max(0, index));
  if (key === 'ArrowDown') return within(from + 1);
  if (key === 'ArrowUp') return within(from - 1);
  if (key === 'PageDown') return within(from + pageSteps);
  if (key === 'PageUp') return within(from - pageSteps);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return key === 'Escape' ? 'none' : undefined;
}
