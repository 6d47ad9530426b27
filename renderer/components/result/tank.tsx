import type { Unit } from '../../../protocol/quantity.ts';
import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import classes from './result.module.css';

type Strip = Extract<Figure, { kind: 'strips' }>['strips'][number];

/** Up to so many pieces are drawn one by one. */
const mostSlabs = 32;

/** What fits under a limit: the limit is the rim, and the piece that was refused lies above it. */
export function Tank({ strip: { parts, marks = [] }, unit }: { strip: Strip; unit: Unit }) {
  const { pick, format } = useWords();
  const [rim] = marks;
  const refused = parts.find(({ tone }) => tone === 'refused');
  const inside = parts.filter((part) => part !== refused);
  const depth = Math.max(rim?.at ?? 0, ...inside.map(({ amount }) => amount)) || 1;
  const slabs = (amount: number) => (refused ? Math.round(amount / refused.amount) : 1);
  return (
    <div className={classes.tank}>
      {refused && (
        <>
          <span className={classes.over} data-tone="refused" />
          <span className={classes.overWords}>
            <b>◆ {pick(refused.label)}</b>
            {format.quantity(refused.amount, unit)}
          </span>
        </>
      )}
      <span className={classes.tankSide}>
        {rim && (
          <span>
            <b>{format.quantity(rim.at, unit)}</b>
            {pick(rim.label)}
          </span>
        )}
        {inside.map((part) => (
          <span key={pick(part.label)}>
            <b>{format.quantity(part.amount, unit)}</b>
            {pick(part.label)}
          </span>
        ))}
      </span>
      <span className={classes.tankBody}>
        {inside.map(({ label, amount, tone }) => {
          const count = slabs(amount);
          const apart = count <= mostSlabs;
          return (
            <span
              key={pick(label)}
              className={classes.slabs}
              data-apart={apart || undefined}
              style={{ height: `${(amount / depth) * 100}%` }}
            >
              {Array.from({ length: apart ? count : 1 }, (_, slab) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: slabs have no other name
                <span key={slab} data-tone={tone} />
              ))}
            </span>
          );
        })}
      </span>
    </div>
  );
}
