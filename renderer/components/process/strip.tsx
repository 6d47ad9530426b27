import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { type Palette, readPalette } from '../../canvas/palette.ts';
import { useApp, useWords } from '../../context/context.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import { placeAfter } from '../../store/session/instant.ts';
import { shownTheme } from '../../store/store.ts';
import { addressStretches, type Column, type Stretches, stretchAt, stripColumns } from './address-strip.ts';
import { lastPart } from './mapping-rows.ts';
import { heldPages } from './state-shares.ts';
import classes from './strip.module.css';

const height = 18;
/** A mapping has its name below it from this width on, CSS pixels. */
const namedPx = 46;

interface Props {
  readonly mappings: readonly TargetMapping[];
  readonly pageSize: number;
  /** Why of some it is unknown what is there. */
  readonly why: string | undefined;
  readonly opened: ReadonlySet<string>;
  readonly onOpen: (mapping: TargetMapping) => void;
}

/**
 * The whole address space in one line: what is mapped, by address, filled as far as it is there. A click or Enter shows
 * a mapping's pages.
 */
export const AddressStrip = memo(function AddressStrip({ mappings: newest, pageSize, why, opened, onOpen }: Props) {
  const { t, format } = useWords();
  // Many thousand are laid out between other work.
  const mappings = useDeferredValue(newest);
  const { ref, width } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useApp(shownTheme);
  const [at, setAt] = useState<number>();
  const [keyed, setKeyed] = useState(0);
  const stretches = useMemo(() => addressStretches(mappings, width), [mappings, width]);
  const names = useMemo(() => namesOf(stretches), [stretches]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colours that are read
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width <= 0) return;
    const scale = devicePixelRatio;
    const columns = Math.round(width * scale);
    canvas.current.width = columns;
    canvas.current.height = Math.round(height * scale);
    paint(context, stripColumns(stretches, columns, scale), canvas.current.height, readPalette(canvas.current));
  }, [stretches, width, theme]);
  const unknown = t('process.unknown') + (why ? ` (${why})` : '');
  const said = (mapping: TargetMapping): string => {
    const { name, kind, start, protection, pages, residentPages } = mapping;
    const held = residentPages === null ? unknown : format.bytes(heldPages(mapping) * pageSize);
    const size = t('process.of', { size: format.bytes(pages * pageSize) });
    return [name === '' ? t(`process.kind.${kind}`) : name, start, protection, `${held} ${size}`].join(' · ');
  };
  const under = (event: React.PointerEvent | React.MouseEvent): number =>
    stretchAt(stretches, event.clientX - event.currentTarget.getBoundingClientRect().left);
  const pointed = at === undefined ? undefined : mappings[at];
  const shown = useMemo(
    () => [...opened].map((start) => placeOf(start, mappings)).filter((place) => place >= 0),
    [mappings, opened],
  );
  const marked = new Set(pointed && at !== undefined ? [...shown, at] : shown);
  const turn = Math.min(keyed, mappings.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = placeAfter(event.key, turn, mappings.length);
    const mapping = mappings[turn];
    if (target !== undefined) {
      setKeyed(target);
      setAt(target);
    } else if (mapping && (event.key === 'Enter' || event.key === ' ')) onOpen(mapping);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.space}>
      <span className={classes.title}>{t('process.space.title')}</span>
      <p className={classes.head} title={pointed && said(pointed)}>
        <span className={classes.pointed}>{pointed && said(pointed)}</span>
      </p>
      <div
        ref={ref}
        className={classes.strip}
        role="slider"
        tabIndex={0}
        aria-label={t('process.space.label', { count: mappings.length })}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={Math.max(1, mappings.length)}
        aria-valuenow={Math.max(1, turn + 1)}
        aria-valuetext={mappings[turn] && said(mappings[turn])}
        onPointerMove={(event) => setAt(under(event))}
        onPointerLeave={() => setAt(undefined)}
        onBlur={() => setAt(undefined)}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && setAt(turn)}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const mapping = mappings[under(event)];
          if (mapping) onOpen(mapping);
        }}
        style={{ height }}
      >
        <canvas ref={canvas} aria-hidden />
        {[...marked].map((place) => (
          <i
            key={place}
            className={classes.mark}
            data-pointed={place === at || undefined}
            style={{ left: (stretches.x[place] ?? 0) - 1, width: Math.max(3, (stretches.width[place] ?? 0) + 2) }}
          />
        ))}
      </div>
      <div className={classes.names} aria-hidden>
        {names.map(({ mapping, x, width: own }) => (
          <span key={mapping.start} style={{ left: x, width: own }}>
            {mapping.name === '' ? t(`process.kind.${mapping.kind}`) : lastPart(mapping.name)}
          </span>
        ))}
      </div>
    </div>
  );
});

/** The place of the mapping that begins at an address; -1 where there is none by now. */
function placeOf(start: string, mappings: readonly TargetMapping[]): number {
  const place = firstIndex(mappings.length, (at) => Number(mappings[at]?.start) >= Number(start));
  return mappings[place]?.start === start ? place : -1;
}

/** Where there is room for a name: of neighbours of the same thing, one. */
function namesOf({ mappings, x, width }: Stretches): readonly Named[] {
  const joined: Named[] = [];
  mappings.forEach((mapping, at) => {
    const [from, own] = [x[at] ?? 0, width[at] ?? 0];
    const { kind, name } = mapping;
    const last = joined.at(-1);
    const touches = last !== undefined && from - (last.x + last.width) < 1;
    if (last && touches && last.mapping.kind === kind && last.mapping.name === name) last.width = from + own - last.x;
    else joined.push({ mapping, x: from, width: own });
  });
  return joined.filter(({ width }) => width >= namedPx);
}

interface Named {
  readonly mapping: TargetMapping;
  readonly x: number;
  width: number;
}

function paint(
  context: CanvasRenderingContext2D,
  columns: readonly (Column | undefined)[],
  tall: number,
  palette: Palette,
): void {
  context.clearRect(0, 0, columns.length, tall);
  columns.forEach((column, x) => {
    if (!column) {
      context.fillStyle = palette.line.unmapped;
      context.fillRect(x, Math.round(tall / 2), 1, 1);
      return;
    }
    context.fillStyle = palette.fill.absent;
    context.fillRect(x, 0, 1, tall);
    let bottom = tall;
    for (const { state, share } of column) {
      const high = Math.max(1, share * tall);
      context.fillStyle = palette.fill[state];
      context.fillRect(x, Math.max(0, bottom - high), 1, high);
      bottom -= high;
    }
    context.fillStyle = palette.line.absent;
    context.fillRect(x, tall - 1, 1, 1);
  });
}
