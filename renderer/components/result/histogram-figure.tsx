import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './histogram-figure.module.css';

/** So many lower bounds stand below the columns at most: they are wider than a column. */
const mostBounds = 4;

/** How often which amount was measured: a column for each bucket, whose lower bound stands where it begins. */
export function HistogramFigure({ figure }: { figure: Extract<Figure, { kind: 'histogram' }> }) {
  const { format } = useWords();
  const { buckets, unit } = figure;
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  const every = Math.ceil(buckets.length / mostBounds);
  return (
    <div className={classes.columns}>
      {buckets.map(({ from, count }, at) => (
        <div key={from} className={classes.column}>
          <div className={classes.drawn}>
            {count > 0 && (
              <>
                {format.number(count)}
                <i style={{ height: `${(count / most) * 100}%` }} />
              </>
            )}
          </div>
          {at % every === 0 && <small className={classes.from}>{format.quantity(from, unit)}</small>}
        </div>
      ))}
    </div>
  );
}
