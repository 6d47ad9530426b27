import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useMemo } from 'react';
import type { CoreFile } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import classes from './core-file.module.css';
import { type Segment, segmentAfter, segmentAt, segmentsOf } from './strip.ts';
import { barHeight, pinsHeight, StripShapes, stripHeight } from './strip-shapes.tsx';
import type { CoreWords } from './use-core-words.ts';

interface Props {
  readonly file: CoreFile;
  readonly words: CoreWords;
  /** The id of what says the verdict: it is spoken when the strip gets the focus. */
  readonly describedBy: string;
  readonly shown: number | undefined;
  readonly onShow: (index: number | undefined) => void;
}

/**
 * A core file as a strip of its mappings. Pointer and keys go from one to the next; what each is, is said by who holds
 * `shown`.
 */
export function CoreStrip({ file, words, describedBy, shown, onShow }: Props) {
  const { t } = useWords();
  const { ref, width } = useElementSize();
  const segments = useMemo(() => segmentsOf(file, words.regions, width), [file, words.regions, width]);
  const segment = shown === undefined ? undefined : segments[shown];
  return (
    <div
      ref={ref}
      className={classes.strip}
      style={{ height: stripHeight }}
      role="slider"
      tabIndex={0}
      aria-label={t('secrets.strip')}
      aria-describedby={describedBy}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={segments.length}
      aria-valuenow={shown === undefined ? 0 : shown + 1}
      aria-valuetext={segment ? words.segment(segment) : t('secrets.facts.mappings', { count: file.mappings.length })}
      onPointerMove={(event: PointerEvent<HTMLElement>) => {
        const index = segmentAt(segments, event.clientX - event.currentTarget.getBoundingClientRect().left);
        onShow(index < 0 ? undefined : index);
      }}
      onPointerLeave={() => onShow(undefined)}
      onBlur={() => onShow(undefined)}
      onKeyDown={(event: KeyboardEvent) => {
        const next = segmentAfter(event.key, shown, segments);
        if (event.key === 'Escape') onShow(undefined);
        else if (next === undefined) return;
        else onShow(next);
        event.preventDefault();
      }}
    >
      {width > 0 && (
        <svg width={width} height={stripHeight} aria-hidden="true">
          <StripShapes segments={segments} words={words} />
          {segment && <Cursor segment={segment} />}
        </svg>
      )}
    </div>
  );
}

/** Around the mapping that is pointed at, and never narrower than can be seen. */
function Cursor({ segment: { x, width } }: { segment: Segment }) {
  const least = Math.max(5, width);
  return (
    <rect
      className={classes.cursor}
      x={x + width / 2 - least / 2}
      y={pinsHeight}
      width={least}
      height={barHeight}
      rx={2}
    />
  );
}
