import { describe, expect, it } from 'vitest';
import { figureRows } from '../../protocol/figure-rows.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { Figure } from '../../protocol/result.ts';
import { resultParts, resultText } from '../../protocol/result-parts.ts';

const text = (en: string) => ({ en, zh: `${en}。` });
const present = PageFlag.Resident | PageFlag.Present;

const figures: readonly [Figure, readonly string[]][] = [
  [
    {
      kind: 'bars',
      title: text('bars'),
      unit: 'ns',
      bars: [
        { label: text('a'), value: 1500, note: text('16 faults later') },
        { label: text('b'), value: null },
      ],
    },
    ['a: 1.5 µs, 16 faults later', 'b: unknown'],
  ],
  [
    { kind: 'histogram', title: text('h'), unit: 'ns', buckets: [{ from: 1000, to: 2000, count: 7 }] },
    ['1 µs – 2 µs: 7'],
  ],
  [
    {
      kind: 'percentiles',
      title: text('p'),
      unit: 'ns',
      series: [
        {
          label: text('hot'),
          count: 1000,
          points: [
            [50, 500],
            [99, 900],
            [100, 4000],
          ],
        },
      ],
    },
    ['hot: p50 500 ns, p90 900 ns, p99 900 ns, p99.9 4 µs, max 4 µs, n = 1,000'],
  ],
  [
    {
      kind: 'lines',
      title: text('l'),
      x: { label: text('step'), unit: 'plain' },
      y: { label: text('Rss'), unit: 'bytes' },
      series: [
        {
          label: text('Rss'),
          points: [
            [0, 4096],
            [1, null],
            [2, 1024],
          ],
        },
      ],
    },
    ['Rss: at most 4 KiB, at the end 1 KiB'],
  ],
  [
    {
      kind: 'strips',
      title: text('s'),
      unit: 'bytes',
      strips: [
        {
          label: text('mlock'),
          parts: [{ label: text('locked'), amount: 65_536, tone: 'locked' }],
          marks: [{ label: text('soft limit'), at: 65_536 }],
        },
      ],
    },
    ['mlock: locked 64 KiB, soft limit 64 KiB'],
  ],
  [
    {
      kind: 'pages',
      title: text('g'),
      grids: [
        {
          label: text('parent'),
          pages: 8,
          runs: [
            [0, 3, present],
            [3, 5, 0],
          ],
        },
      ],
    },
    ['parent: 3 / 8 pages resident'],
  ],
];

describe('a figure in words', () => {
  it.each(figures)('has every amount with its unit, of $kind', (figure, rows) => {
    expect(figureRows(figure, 'en').map(({ label, said }) => `${label}: ${said}`)).toEqual(rows);
    // The Chinese one has Chinese labels, and as many rows.
    const chinese = figureRows(figure, 'zh');
    expect(chinese).toHaveLength(rows.length);
    if (figure.kind !== 'histogram') expect(chinese.every(({ label }) => label.endsWith('。'))).toBe(true);
  });

  it('takes a page that nobody could tell for none in memory', () => {
    const grid = { label: text('a'), pages: 4, unknown: 255, runs: [[0, 4, 0] as [number, number, number]] };
    expect(figureRows({ kind: 'pages', title: text('g'), grids: [grid] }, 'en')[0]?.said).toMatch(/^0 \/ 4/);
  });
});

describe('the sentence of a result', () => {
  const result = {
    text: { en: '{pages} took {time}; {other}', zh: '{time}：{pages}' },
    values: { pages: { value: 64, unit: 'pages' }, time: { value: null, unit: 'ns', step: 3 } },
  } as const;

  it('has its numbers in their places, in the order of the language, and unknown ones as unknown', () => {
    expect(resultText(result, 'en')).toBe('64 pages took unknown; {other}');
    expect(resultText(result, 'zh')).toBe('未知：64 页');
  });

  it('keeps which step showed a number', () => {
    const numbers = resultParts(result, 'en').flatMap((part) => (typeof part === 'string' ? [] : [part.step]));
    expect(numbers).toEqual([undefined, 3]);
  });
});
