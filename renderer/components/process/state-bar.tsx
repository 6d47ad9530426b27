import classes from './mappings.module.css';
import { barWidth, type Counted, heldPages, stateShares } from './state-shares.ts';

/**
 * The states of some pages as a bar: what takes memory or swap in its shares, and then what is only mapped. What it
 * says stands beside it as numbers.
 *
 * @param most the most pages that a bar beside it shows
 */
export function StateBar({ of, most }: { of: Counted; most: number }) {
  const shares = stateShares(of);
  const held = heldPages(of);
  const shown = barWidth(held, most);
  const whole = barWidth(of.pages, most);
  return (
    <span className={classes.bar} aria-hidden style={{ width: percent(whole) }} data-cut={of.pages > most || undefined}>
      {shares.map(({ state, pages }) => {
        const width =
          state === 'absent' || state === 'guard' || held === 0 ? undefined : (pages / held) * (shown / (whole || 1));
        return width === undefined && state !== 'unknown' ? undefined : (
          <i key={state} data-state={state} style={{ width: percent(width ?? 1) }} />
        );
      })}
    </span>
  );
}

const percent = (share: number): string => `${Math.round(share * 1e4) / 100}%`;
