import { pageState } from '../../../protocol/flags.ts';
import type { Figure } from '../../../protocol/result.ts';
import { useWords } from '../../context/context.ts';
import { useSize } from '../shared/use-size.ts';
import classes from './joined-pages.module.css';

type Grid = Extract<Figure, { kind: 'pages' }>['grids'][number];

/** With more pages there is no room for a line each. */
export const mostJoined = 32;

/** CSS pixels. */
const line = 16;
const gap = 2;
/** How far a page that its process has alone is away from its row. */
const apart = 6;

/** The pages of parent and child, one column each: both on one frame, or each on its own, set apart. */
export function JoinedPages({ parent, child }: { parent: Grid; child: Grid }) {
  const { pick } = useWords();
  const { ref, width, height } = useSize();
  const { pages } = parent;
  const each = width / pages;
  const cell = Math.max(8, Math.min(each, (height - 2 * line) / 4));
  const rows = [
    { grid: parent, top: line, away: -1, said: line - 5 },
    { grid: child, top: height - line - cell, away: 1, said: height - 4 },
  ] as const;
  const middle = height / 2;
  return (
    <div ref={ref} className={classes.joined}>
      <svg aria-hidden>
        {rows.map(({ grid: { label, note, runs, unknown = 0, alone = [] }, top, away, said }) => (
          <g key={away}>
            <text x={0} y={said}>
              {[label, note].flatMap((text) => (text ? [pick(text)] : [])).join(': ')}
            </text>
            {Array.from({ length: pages }, (_, page) => {
              const [, , flags = 0] = runs.find(([first, count]) => page >= first && page < first + count) ?? [];
              const own = alone.includes(page);
              const center = (page + 0.5) * each;
              const y = top + (own ? -away * apart : 0);
              const edge = away < 0 ? y + cell : y;
              const frame = middle + (own ? away * apart * 1.5 : 0);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a page is its number
                <g key={page}>
                  <line x1={center} x2={center} y1={edge} y2={frame} />
                  <rect
                    data-state={pageState(flags, unknown)}
                    data-alone={own || undefined}
                    x={page * each}
                    y={y}
                    width={Math.max(1, each - gap)}
                    height={cell}
                  />
                  {(own || away > 0) && (
                    <rect
                      className={classes.frame}
                      data-alone={own || undefined}
                      x={center - 3.5}
                      y={frame - 3.5}
                      width={7}
                      height={7}
                    />
                  )}
                </g>
              );
            })}
          </g>
        ))}
      </svg>
    </div>
  );
}
