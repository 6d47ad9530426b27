import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './result.module.css';
import { Tank } from './tank.tsx';

type Strips = Extract<Figure, { kind: 'strips' }>;

/** What a strip has to be long enough for. */
function reach({ parts, marks = [] }: Strips['strips'][number]): number {
  const whole = parts.reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(whole, ...marks.map(({ at }) => at)) || 1;
}

/** Wholes and what they are made of, on one scale or each on its own; a mark is a line at its amount. */
export function StripFigure({ figure }: { figure: Strips }) {
  const { pick, format } = useWords();
  const { strips, unit, ownScales = false, upright } = figure;
  const most = Math.max(...strips.map(reach));
  const [only] = strips;
  if (upright && only) return <Tank strip={only} unit={unit} />;
  return (
    <div className={classes.strips}>
      {strips.map((strip) => {
        const { label, parts, marks = [] } = strip;
        const share = (amount: number) => `${(amount / (ownScales ? reach(strip) : most)) * 100}%`;
        return (
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
        );
      })}
    </div>
  );
}
