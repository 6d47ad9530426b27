import { useId, useLayoutEffect, useRef } from 'react';
import { useWords } from '../../context/context.ts';
import { type Instant, sampleOf, stepsAt } from '../../store/session/instant.ts';
import { BarShape, Stripes } from './bar-shape.tsx';
import { type LockBar, lockedAt } from './lock-bars.ts';
import type { LockKind } from './lock-kind.ts';
import classes from './lock-timeline.module.css';
import { mostTold, useLockWords } from './moment-text.ts';
import type { LockModel } from './use-lock-model.ts';

interface Props {
  readonly model: LockModel;
  readonly instant: Instant;
  /** The bar under the pointer: the tooltip shows only this one, with its beginning and end. */
  readonly hovered: LockBar | undefined;
  readonly x: number;
}

/** CSS pixels between the tooltip and the edges of the window. */
const edge = 6;

/** What was locked at the instant, what the process was charged for it, and what was refused. */
export function LockTooltip({ model, instant, hovered, x }: Props) {
  const { t, format } = useWords();
  const words = useLockWords();
  const { session, bars } = model;
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const plot = ref.current?.parentElement?.getBoundingClientRect();
    if (ref.current && plot) place(ref.current, plot, x);
  });
  const sample = sampleOf(session, instant);
  const locked = hovered ? [hovered] : lockedAt(bars, instant.toNs);
  const told = locked.slice(0, locked.length > mostTold + 1 ? mostTold : mostTold + 1);
  const refused = refusedAt(model, instant);
  return (
    <div ref={ref} className={classes.tooltip}>
      <p className={classes.when}>
        <b>{format.duration(instant.toNs)}</b>
        {sample && (
          <span>
            {t('locks.charged', { used: format.bytes(sample.vmLck) })}
            {sample.memlockSoft !== undefined && ` ${t('locks.of', { limit: words.limit(sample.memlockSoft) })}`}
          </span>
        )}
      </p>
      {told.map((bar) => (
        <p key={`${bar.region}:${bar.kind}:${bar.startNs}:${bar.firstPage}`} className={classes.told}>
          <LockSwatch kind={bar.kind} />
          <span>
            {words.kind(bar)} <span className={classes.dim}>{words.extent(model, bar)}</span>
            {hovered && <span className={classes.lasting}>{words.span(bar)}</span>}
          </span>
        </p>
      ))}
      {locked.length > told.length && (
        <p className={classes.dim}>{t('locks.more', { count: locked.length - told.length })}</p>
      )}
      {refused.slice(0, 2).map(({ index, call, errno }) => (
        <p key={index} className={classes.refusedRow}>
          {t('locks.refusedStep', { index: index + 1, call, errno: errno ?? '' })}
        </p>
      ))}
      {refused.length > 2 && (
        <p className={classes.refusedRow}>{t('locks.moreRefused', { count: refused.length - 2 })}</p>
      )}
    </div>
  );
}

/** The refused steps of the instant, and those whose marks are so near that one means them. */
function refusedAt({ session, endNs }: LockModel, { fromNs, toNs }: Instant) {
  const near = endNs / 150;
  const span = stepsAt(session.steps, { fromNs: fromNs - near, toNs: toNs + near });
  if (!span) return [];
  const steps = session.steps.slice(span.first, span.end);
  return steps.filter(({ errno, startedNs }) => errno !== null && Math.abs(startedNs - toNs) <= near + (toNs - fromNs));
}

/** Beside the pointer where there is room, and within the window: a panel at its lower edge has little. */
function place(tooltip: HTMLElement, plot: DOMRect, x: number): void {
  const { offsetWidth, offsetHeight } = tooltip;
  const right = plot.left + x + 12;
  const left = right + offsetWidth > window.innerWidth - edge ? plot.left + x - 12 - offsetWidth : right;
  const top = Math.min(plot.top + 2, window.innerHeight - edge - offsetHeight);
  tooltip.style.transform = `translate(${Math.round(Math.max(edge, left))}px, ${Math.round(top)}px)`;
}

/** A kind as the bars have it. */
export function LockSwatch({ kind }: { kind: LockKind }) {
  const stripes = useId();
  return (
    <svg className={classes.swatch} width="16" height="10" aria-hidden="true">
      <Stripes id={stripes} />
      <BarShape kind={kind} rect={{ x: 0, y: 0, width: 16, height: 10 }} stripes={stripes} />
    </svg>
  );
}
