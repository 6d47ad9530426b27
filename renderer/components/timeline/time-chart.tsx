import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { useActions, useWords } from '../../context/context.ts';
import { timeTicks } from './time-axis.ts';
import classes from './timeline.module.css';

export interface ChartLine {
  readonly key: string;
  readonly name: string;
  /** A summary in words: for everyone, and the only part of the chart that a screen reader reads. */
  readonly label: string;
  readonly colour: string;
  readonly filled?: boolean;
  readonly dashed?: boolean;
}

interface Props {
  readonly title: string;
  /** Where the axis ends, ns: charts side by side share it. */
  readonly endNs: number;
  readonly points: readonly { readonly tNs: number }[];
  readonly lines: readonly ChartLine[];
}

const tick = { fill: 'var(--faint)', fontSize: 10.5 };

/** Counts over the time of a session. All charts of the timeline share one crosshair. */
export function TimeChart({ title, endNs, points, lines }: Props) {
  const { format } = useWords();
  const { pointAt } = useActions();
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.name}>{title}</span>
        {lines.map(({ key, label, colour, dashed }) => (
          <span key={key} className={classes.key}>
            {lines.length > 1 && <i style={{ borderTop: `2px ${dashed ? 'dashed' : 'solid'} ${colour}` }} />}
            {label}
          </span>
        ))}
      </figcaption>
      <div className={classes.plot} aria-hidden>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 300, height: 100 }}>
          <AreaChart
            data={[...points]}
            syncId="pagescope"
            syncMethod="value"
            accessibilityLayer={false}
            margin={{ top: 6, right: 20, bottom: 0, left: 0 }}
            onMouseMove={({ activeLabel }) => {
              const tNs = Number(activeLabel);
              pointAt(Number.isFinite(tNs) ? { fromNs: tNs, toNs: tNs } : undefined);
            }}
            onMouseLeave={() => pointAt(undefined)}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="tNs"
              type="number"
              domain={[0, Math.max(1, endNs)]}
              ticks={timeTicks(endNs)}
              interval="preserveStart"
              tickFormatter={(ns: number) => (ns === 0 ? '0' : format.duration(ns))}
              tick={tick}
              tickLine={false}
              axisLine={{ stroke: 'var(--line-strong)' }}
              minTickGap={24}
              height={20}
            />
            <YAxis
              tickFormatter={format.compact}
              tick={tick}
              tickLine={false}
              axisLine={false}
              width={44}
              allowDecimals={false}
              tickCount={4}
            />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={(label) => (typeof label === 'number' ? format.duration(label) : '')}
              formatter={(value) => (typeof value === 'number' ? format.number(value) : value)}
              contentStyle={{
                background: 'var(--raised)',
                border: '1px solid var(--line-strong)',
                borderRadius: 6,
                fontSize: 12,
                padding: '4px 9px',
              }}
              itemStyle={{ color: 'var(--text)', padding: 0 }}
              labelStyle={{ color: 'var(--dim)' }}
            />
            {lines.map(({ key, name, colour, filled, dashed }) => (
              <Area
                key={key}
                dataKey={key}
                name={name}
                type="stepAfter"
                stroke={colour}
                strokeWidth={1.75}
                strokeDasharray={dashed ? '4 3' : '0'}
                fill={filled ? colour : 'none'}
                fillOpacity={0.16}
                isAnimationActive={false}
                dot={false}
              />
            ))}
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}
