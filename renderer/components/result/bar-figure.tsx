import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './result.module.css';

/** Amounts beside each other, on one scale that begins at 0; a limit is a line across all of them. */
export function BarFigure({ figure }: { figure: Extract<Figure, { kind: 'bars' }> }) {
  const { pick, format } = useWords();
  const { bars, unit, limit } = figure;
  const most = Math.max(limit?.value ?? 0, ...bars.map(({ value }) => value ?? 0)) || 1;
  const share = (value: number) => `${(Math.max(0, value) / most) * 100}%`;
  return (
    <div className={classes.bars}>
      {bars.map(({ label, value, note, tone = 'plain' }) => (
        <div key={pick(label)} className={classes.barRow}>
          <span className={classes.barLabel}>{pick(label)}</span>
          <span className={classes.track}>
            {value === null ? (
              <span className={classes.hatched} />
            ) : (
              <span className={classes.bar} data-tone={tone} style={{ width: share(value) }} />
            )}
            {limit && <span className={classes.limit} style={{ left: share(limit.value) }} />}
          </span>
          <span className={classes.amount}>
            {format.quantity(value, unit)}
            {note && <small>{pick(note)}</small>}
          </span>
        </div>
      ))}
      {limit && (
        <p className={classes.limitWords}>
          {pick(limit.label)} {format.quantity(limit.value, unit)}
        </p>
      )}
    </div>
  );
}
