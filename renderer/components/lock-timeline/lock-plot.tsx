import { memo, useId } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import { useWords } from '../../context/context.ts';
import { byteTicks } from '../byte-ticks.ts';
import { BarShape, Stripes } from './bar-shape.tsx';
import { bandTop, barRect, frame, type Geometry, xOf } from './geometry.ts';
import type { LockBar } from './lock-bars.ts';
import classes from './lock-timeline.module.css';
import type { LockedPoint, Refusal, Scale } from './locked-series.ts';
import { timeTicks } from './time-axis.ts';

interface Props {
  readonly width: number;
  readonly height: number;
  readonly geometry: Geometry;
  readonly bars: readonly LockBar[];
  readonly points: readonly LockedPoint[];
  readonly scale: Scale;
  readonly refused: readonly Refusal[];
}

const tick = { fill: 'var(--faint)', fontSize: 10.5 };
/** The marks of refused calls have a separate strip, where they cover neither bars nor area. */
const refusedStrip = 18;
/** An errno needs this much room beside its mark. */
const wordsPx = 62;

/**
 * The drawing: bars by region above, VmLck and the limit below, refused calls across both. It shows what it is given,
 * nothing moves.
 */
export default memo(function LockPlot({ width, height, geometry, bars, points, scale, refused }: Props) {
  const { format } = useWords();
  const { endNs, bandsHeight } = geometry;
  return (
    <ComposedChart
      width={width}
      height={height}
      data={[...points]}
      accessibilityLayer={false}
      margin={{ top: frame.top, right: frame.right, bottom: 0, left: 0 }}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="tNs"
        type="number"
        domain={[0, endNs]}
        allowDataOverflow
        ticks={timeTicks(endNs)}
        interval="preserveStart"
        tickFormatter={(ns: number) => (ns === 0 ? '0' : format.duration(ns))}
        tick={tick}
        tickLine={false}
        axisLine={{ stroke: 'var(--line-strong)' }}
        minTickGap={24}
        height={frame.bottom}
      />
      <YAxis
        domain={[0, scale.topBytes]}
        ticks={byteTicks(scale.topBytes)}
        tickFormatter={(bytes: number) => (bytes === 0 ? '0' : format.bytes(bytes))}
        tick={tick}
        tickLine={false}
        axisLine={false}
        width={frame.left}
        padding={{ top: bandsHeight + (refused.length > 0 ? refusedStrip : 8) }}
      />
      <Area
        dataKey="vmLck"
        type="stepAfter"
        stroke="var(--page-locked)"
        strokeWidth={1.75}
        fill="var(--page-locked)"
        fillOpacity={0.16}
        isAnimationActive={false}
        dot={false}
      />
      <Line
        dataKey={({ soft }: LockedPoint) => (soft !== null && soft <= scale.mostLimitBytes ? soft : null)}
        type="stepAfter"
        stroke="var(--text)"
        strokeWidth={1.25}
        strokeDasharray="5 3"
        isAnimationActive={false}
        dot={false}
      />
      <Bars geometry={geometry} bars={bars} />
      <Refusals geometry={geometry} refused={refused} />
    </ComposedChart>
  );
});

function Bars({ geometry, bars }: Pick<Props, 'geometry' | 'bars'>) {
  const stripes = useId();
  const { left, width, bandHeight, regions } = geometry;
  return (
    <g>
      <Stripes id={stripes} />
      {regions.map(({ id, label }, index) => (
        <g key={id}>
          <rect
            x={left}
            y={bandTop(index, geometry)}
            width={width}
            height={bandHeight}
            className={classes.band ?? ''}
          />
          <text x={left - 9} y={bandTop(index, geometry) + bandHeight / 2} className={classes.bandLabel ?? ''}>
            {label}
          </text>
        </g>
      ))}
      {bars.map((bar) => {
        const rect = barRect(bar, geometry);
        if (!rect) return undefined;
        const key = `${bar.region}:${bar.kind}:${bar.startNs}:${bar.firstPage}:${bar.lastPage}`;
        return <BarShape key={key} kind={bar.kind} rect={rect} stripes={stripes} />;
      })}
    </g>
  );
}

/** Each a line through the time of the call, a diamond on it, and the errno where there is room. */
function Refusals({ geometry, refused }: Pick<Props, 'geometry' | 'refused'>) {
  const { format } = useWords();
  const { top, height, bandsHeight, left, width } = geometry;
  const y = top + bandsHeight + 6;
  return (
    <g>
      {refused.map(({ tNs, errnos, count }, index) => {
        const x = xOf(tNs, geometry);
        const next = refused[index + 1];
        const room = (next ? xOf(next.tNs, geometry) : left + width) - x;
        const text = `${errnos.join(', ')}${count > 1 ? ` ×${format.number(count)}` : ''}`;
        return (
          <g key={tNs}>
            <line x1={x} x2={x} y1={top} y2={top + height} className={classes.refusedLine ?? ''} />
            <path d={`M${x} ${y - 5}l5 5l-5 5l-5 -5z`} className={classes.refusedMark ?? ''} />
            {room >= wordsPx && (
              <text x={x + 8} y={y} className={classes.refusedText ?? ''}>
                {text}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}
