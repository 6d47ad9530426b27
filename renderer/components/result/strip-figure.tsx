import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './result.module.css';

/** Wholes and what they are made of, all on one scale; a mark is a line at its amount. */
export function StripFigure({ figure }: { figure: Extract<Figure, { kind: 'strips' }> }) {
  const { pick, format } = useWords();
  const { strips, unit } = figure;
  const most =
    Math.max(
      ...strips.map(({ parts, marks = [] }) =>
        Math.max(
          parts.reduce((sum, { amount }) => sum + amount, 0),
          ...marks.map(({ at }) => at),
        ),
      ),
    ) || 1;
  const share = (amount: number) => `${(amount / most) * 100}%`;
  return (
    <div className={classes.strips}>
      {strips.map(({ label, parts, marks = [] }) => (
        <div key={pick(label)} className={classes.stripRow}>
          <span className={classes.barLabel}>{pick(label)}</span>
          <span className={classes.strip}>
            {parts.map((part) => (
              <span
                key={pick(part.label)}
                className={classes.part}
                data-tone={part.tone}
                style={{ width: share(part.amount) }}
              />
            ))}
            {marks.map((mark) => (
              <span key={pick(mark.label)} className={classes.limit} style={{ left: share(mark.at) }} />
            ))}
          </span>
          <span className={classes.keys}>
            {parts.map((part) => (
              <span key={pick(part.label)}>
                <i data-tone={part.tone} />
                {pick(part.label)} {format.quantity(part.amount, unit)}
              </span>
            ))}
            {marks.map((mark) => (
              <span key={pick(mark.label)}>
                <i className={classes.markKey} />
                {pick(mark.label)} {format.quantity(mark.at, unit)}
              </span>
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}
