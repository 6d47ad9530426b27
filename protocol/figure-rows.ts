import { pageState } from './flags.ts';
import type { Language } from './language.ts';
import { numbersIn } from './quantity.ts';
import type { Figure, ReportedFigure } from './result.ts';
import type { Text } from './text.ts';

/** A figure in words: what a screen reader reads, and what stands beside its drawing in a terminal. */
export interface FigureRow {
  readonly label: string;
  readonly said: string;
  /** What the row's bar is as long as; null where it is unknown, and left out where there is no such number. */
  readonly amount?: number | null;
}

/** The percentiles that are told in words. */
const toldPercentiles = [50, 90, 99, 99.9] as const;

const words = {
  en: { max: 'max', end: 'at the end', most: 'at most', resident: ' resident', separator: ', ' },
  zh: { max: '最大', end: '结束时', most: '最多', resident: '驻留', separator: '，' },
} as const;

/** The rows of a figure, in its order. */
export function figureRows(figure: Figure | ReportedFigure, language: Language): FigureRow[] {
  const { quantity, number } = numbersIn(language);
  const say = words[language];
  const pick = (text: string | Text) => (typeof text === 'string' ? text : text[language]);
  const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(say.separator);
  switch (figure.kind) {
    case 'bars':
      return figure.bars.map(({ label, value, note }) => ({
        label: pick(label),
        said: joined(quantity(value, figure.unit), note && pick(note)),
        amount: value,
      }));
    case 'histogram':
      return figure.buckets.map(({ from, to, count }) => ({
        label: `${quantity(from, figure.unit)} – ${quantity(to, figure.unit)}`,
        said: number(count),
        amount: count,
      }));
    case 'percentiles':
      return figure.series.map(({ label, points, count }) => ({
        label: pick(label),
        said: joined(
          ...toldPercentiles.map((told) => `p${told} ${quantity(atPercentile(points, told), figure.unit)}`),
          `${say.max} ${quantity(points.at(-1)?.[1] ?? null, figure.unit)}`,
          `n = ${number(count)}`,
        ),
      }));
    case 'lines':
      return figure.series.map(({ label, points }) => {
        const known = points.flatMap(([, amount]) => amount ?? []);
        const most = known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
        const [end, top] = [points.at(-1)?.[1] ?? null, most].map((amount) => quantity(amount, figure.y.unit));
        return { label: pick(label), said: `${say.most} ${top}${say.separator}${say.end} ${end}` };
      });
    case 'strips':
      return figure.strips.map(({ label, parts, marks = [] }) => ({
        label: pick(label),
        said: joined(
          ...parts.map((part) => `${pick(part.label)} ${quantity(part.amount, figure.unit)}`),
          ...marks.map((mark) => `${pick(mark.label)} ${quantity(mark.at, figure.unit)}`),
        ),
      }));
    case 'pages':
      return figure.grids.map(({ label, note, pages, runs, unknown = 0 }) => {
        const there = runs.reduce((sum, [, count, flags]) => (isThere(flags, unknown) ? sum + count : sum), 0);
        const said = `${number(there)} / ${quantity(pages, 'pages')}${say.resident}`;
        return { label: pick(label), said: joined(said, note && pick(note)) };
      });
  }
}

/** Whether a page of this state is in memory, by its flags. */
function isThere(flags: number, unknown: number): boolean {
  const state = pageState(flags, unknown);
  return state === 'resident' || state === 'locked' || state === 'huge' || state === 'zero';
}

/** The amount of the first point at or over a percentile; null where there is no point. */
function atPercentile(points: readonly (readonly [number, number])[], percentile: number): number | null {
  return (points.find(([at]) => at >= percentile) ?? points.at(-1))?.[1] ?? null;
}
