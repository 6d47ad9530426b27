import { figureRows } from '../protocol/figure-rows.ts';
import type { Language } from '../protocol/language.ts';
import type { ReportedFigure, Tone } from '../protocol/result.ts';
import type { Terminal } from './terminal.ts';

type Strips = Extract<ReportedFigure, { kind: 'strips' }>;
type Lines = Extract<ReportedFigure, { kind: 'lines' }>;

/** How long the longest bar is, in cells. */
const longest = 40;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Each tone has a shape of its own, so that colour is never alone. */
const shapes: Record<Tone, string> = {
  plain: '▓',
  absent: '·',
  resident: '■',
  zero: '░',
  locked: '▣',
  swapped: '▨',
  huge: '█',
  refused: '╳',
};

/** A figure in a terminal: bars, strips and small grids as far as letters can, and its numbers in words. */
export function printFigure(terminal: Terminal, figure: ReportedFigure, language: Language): void {
  terminal.line(terminal.style('gray', figure.title));
  const rows = figureRows(figure, language);
  const widest = Math.max(0, ...rows.map(({ label }) => cellsOf(label)));
  const most = Math.max(0, ...rows.map(({ amount }) => amount ?? 0));
  for (const [index, { label, said, amount }] of rows.entries()) {
    const name = `  ${label}${' '.repeat(widest - cellsOf(label))}  `;
    if (figure.kind === 'pages') {
      const grid = figure.grids[index];
      terminal.line(`${name}${said}`);
      if (grid) terminal.pageMap(grid.runs, grid.pages, language, grid.unknown);
    } else if (figure.kind === 'lines') {
      terminal.line(`${name}${terminal.style('cyan', spark(figure, index))}  ${said}`);
    } else if (figure.kind === 'strips') {
      terminal.line(`${name}${terminal.style('cyan', strip(figure, index))}`);
      terminal.line(`${' '.repeat(widest + 4)}${said}`);
    } else {
      const bar = amount === undefined ? '' : amount === null ? '?' : barOf(amount, most);
      terminal.line(`${name}${bar && `${terminal.style('cyan', bar)} `}${said}`);
    }
  }
}

function barOf(amount: number, most: number): string {
  const cells = most > 0 ? (Math.max(0, amount) / most) * longest : 0;
  return `${'█'.repeat(cells)}${eighths[Math.floor((cells % 1) * 8)] ?? ''}`;
}

/** The wholes share one scale, so that their lengths can be compared, but for those that each have their own. */
function strip({ strips, ownScales = false }: Strips, index: number): string {
  const whole = ({ parts }: Strips['strips'][number]) => parts.reduce((sum, { amount }) => sum + amount, 0);
  const compared = ownScales ? strips.slice(index, index + 1) : strips;
  const most = Math.max(1, ...compared.map(whole));
  const parts = strips[index]?.parts ?? [];
  // What is there has a cell, however little of the whole it is.
  const cells = (amount: number) => (amount > 0 ? Math.max(1, Math.round((amount / most) * longest)) : 0);
  return parts.map(({ amount, tone }) => shapes[tone].repeat(cells(amount))).join('');
}

/** A series in one line: its largest amount in each of the cells; a gap where nothing was measured. */
function spark({ series }: Lines, index: number): string {
  const all = series.flatMap(({ points }) => points);
  const most = Math.max(0, ...all.map(([, amount]) => amount ?? 0));
  const [from, to] = [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))];
  const cells = new Array<number | undefined>(longest).fill(undefined);
  for (const [x, amount] of series[index]?.points ?? []) {
    const cell = to > from ? Math.min(longest - 1, Math.floor(((x - from) / (to - from)) * longest)) : 0;
    if (amount !== null) cells[cell] = Math.max(cells[cell] ?? 0, amount);
  }
  let held: number | undefined;
  return cells
    .map((amount) => {
      held = amount ?? (series[index]?.stepped ? held : undefined);
      return held === undefined || most === 0 ? ' ' : (heights[Math.min(7, Math.floor((held / most) * 8))] ?? ' ');
    })
    .join('');
}

/** Terminal cells of a text: Chinese characters and full-width marks take two. */
function cellsOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (/[\u1100-\u115f\u2e80-\uffdc]/u.test(letter) ? 2 : 1), 0);
}
