import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Unit } from '../../../protocol/quantity.ts';
import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import { byteTicks } from '../byte-ticks.ts';
import classes from './result.module.css';

type Drawn = Extract<Figure, { kind: 'lines' | 'percentiles' }>;

interface Axis {
  readonly unit: Unit;
  readonly log: boolean;
  readonly say?: (value: number) => string;
}

interface Series {
  readonly label: string;
  readonly stepped: boolean;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

/** Ink: hues are those of page states. Series differ in lightness and dash, and each is named at its key. */
const colours = ['var(--text)', 'var(--dim)', 'var(--faint)', 'var(--line-strong)', 'var(--text)'] as const;
const dashes = ['0', '6 3', '2 3', '8 3 2 3', '1 4'] as const;
const tick = { fill: 'var(--faint)', fontSize: 10.5 };

/** Curves over an axis: amounts over amounts, or the share of all that is at most an amount. */
export default function LineFigure({ figure }: { figure: Drawn }) {
  const { pick, format } = useWords();
  const { x, y, series } = plotOf(figure, pick);
  const said = ({ unit, say }: Axis) => say ?? ((value: number) => format.quantity(value, unit));
  return (
    <div className={classes.lines}>
      {series.length > 1 && (
        <div className={classes.keys}>
          {series.map(({ label }, index) => (
            <span key={label}>
              <svg width="22" height="8" aria-hidden>
                <path d="M0 4h22" stroke={colourOf(index)} strokeWidth="2" strokeDasharray={dashOf(index)} />
              </svg>
              {label}
            </span>
          ))}
        </div>
      )}
      <div className={classes.plot}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 300, height: 120 }}>
          <LineChart accessibilityLayer={false} margin={{ top: 6, right: 20, bottom: 0, left: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="x"
              type="number"
              scale={x.log ? 'log' : 'linear'}
              domain={['dataMin', 'dataMax']}
              tickFormatter={said(x)}
              tick={tick}
              tickLine={false}
              axisLine={{ stroke: 'var(--line-strong)' }}
              minTickGap={28}
              height={20}
              allowDuplicatedCategory={false}
            />
            <YAxis
              scale={y.log ? 'log' : 'linear'}
              domain={y.log ? ['auto', 'auto'] : [0, 'auto']}
              tickFormatter={said(y)}
              tick={tick}
              tickLine={false}
              axisLine={false}
              width={64}
              tickCount={4}
              {...(y.unit === 'bytes' && !y.log && { ticks: byteTicks(highest(series)) })}
            />
            <Tooltip
              isAnimationActive={false}
              labelFormatter={(label) => (typeof label === 'number' ? said(x)(label) : '')}
              formatter={(value) => (typeof value === 'number' ? said(y)(value) : value)}
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
            {figure.kind === 'lines' && figure.slack && (
              <ReferenceLine segment={diagonal(series)} stroke="var(--faint)" strokeDasharray="3 3" />
            )}
            {series.map(({ label, stepped, points }, index) => (
              <Line
                key={label}
                data={[...points]}
                dataKey="y"
                name={label}
                type={stepped ? 'stepAfter' : 'linear'}
                stroke={colourOf(index)}
                strokeWidth={1.75}
                strokeDasharray={dashOf(index)}
                dot={false}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

const colourOf = (index: number) => colours[index % colours.length] ?? colours[0];
const dashOf = (index: number) => dashes[index % dashes.length] ?? dashes[0];

const highest = (series: readonly Series[]) =>
  Math.max(0, ...series.flatMap(({ points }) => points.map(({ y }) => y ?? 0)));

/** Where a capacity would be all used. */
function diagonal(series: readonly Series[]): [{ x: number; y: number }, { x: number; y: number }] {
  const end = Math.max(0, ...series.flatMap(({ points }) => points.map(({ x }) => x)));
  return [
    { x: 0, y: 0 },
    { x: end, y: end },
  ];
}

function plotOf(figure: Drawn, pick: ReturnType<typeof useWords>['pick']): { x: Axis; y: Axis; series: Series[] } {
  switch (figure.kind) {
    case 'lines':
      return {
        x: { unit: figure.x.unit, log: false },
        y: { unit: figure.y.unit, log: false },
        series: figure.series.map(({ label, stepped = false, points }) => ({
          label: pick(label),
          stepped,
          points: points.map(([x, y]) => ({ x, y })),
        })),
      };
    case 'percentiles': {
      // p90, p99, p99.9 are as far apart as each leaves out a tenth of what the one before did.
      const place = (percentile: number) => 100 / Math.max(0.001, 100 - percentile);
      return {
        x: { unit: 'plain', log: true, say: (x) => `p${Number((100 - 100 / x).toFixed(3))}` },
        y: { unit: figure.unit, log: true },
        series: figure.series.map(({ label, points }) => ({
          label: pick(label),
          stepped: true,
          points: points.map(([percentile, y]) => ({ x: place(percentile), y: Math.max(y, 1e-9) })),
        })),
      };
    }
  }
}
