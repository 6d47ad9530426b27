import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './result.module.css';

/** How often which amount was measured: a column for each bucket, whose lower bound stands below it. */
export function HistogramFigure({ figure }: { figure: Extract<Figure, { kind: 'histogram' }> }) {
  const { format } = useWords();
  const { buckets, unit } = figure;
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return (
    <div className={classes.columns}>
      {buckets.map(({ from, count }) => (
        <div key={from} className={classes.column}>
          <span>{format.number(count)}</span>
          <i style={{ height: `${(count / most) * 100}%` }} />
          <small>≥ {format.quantity(from, unit)}</small>
        </div>
      ))}
    </div>
  );
}
