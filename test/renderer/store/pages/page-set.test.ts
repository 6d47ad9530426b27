import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageFlag } from '../../../../protocol/flags.ts';
import { pageRunsSchema } from '../../../../protocol/workbench.ts';
import {
  allPages,
  difference,
  hasPage,
  inverted,
  noPages,
  oneInEvery,
  type PageSet,
  pagesBetween,
  pagesWhere,
  runFrom,
  union,
} from '../../../../renderer/store/pages/page-set.ts';
import { rangesText } from '../../../support/ranges-text.ts';

const size = 40;

/** The same set the slow way. */
const members = (set: PageSet): number[] => {
  const pages: number[] = [];
  for (let at = 0; at < set.runs.length; at += 2) {
    const first = set.runs[at] ?? 0;
    for (let page = first; page < first + (set.runs[at + 1] ?? 0); page++) pages.push(page);
  }
  return pages;
};
const fromMembers = (pages: Iterable<number>): PageSet =>
  [...pages].map((page) => pagesBetween(page, page)).reduce(union, noPages);
const sets = fc.uniqueArray(fc.integer({ min: 0, max: size - 1 })).map(fromMembers);

describe('sets of pages', () => {
  it('join, part and invert as sets do, and stay runs that a call takes', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const every = members(allPages(size));
        const has = (set: PageSet) => (page: number) => members(set).includes(page);
        const [inA, inB] = [has(a), has(b)];
        const results: [PageSet, number[]][] = [
          [union(a, b), every.filter((page) => inA(page) || inB(page))],
          [difference(a, b), every.filter((page) => inA(page) && !inB(page))],
          [inverted(a, size), every.filter((page) => !inA(page))],
        ];
        for (const [set, expected] of results) {
          expect(members(set)).toEqual(expected);
          expect(set.count).toBe(members(set).length);
          if (set.count > 0) expect(pageRunsSchema.safeParse(set.runs).success).toBe(true);
        }
      }),
    );
  });

  it('know their pages, and the run at or after a page', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 0, max: size - 1 }), (set, page) => {
        expect(hasPage(set, page)).toBe(members(set).includes(page));
        const first = set.runs[runFrom(set, page)];
        const next = members(set).find((member) => member >= page);
        if (next === undefined) expect(first).toBeUndefined();
        else expect(first).toBeLessThanOrEqual(next);
      }),
    );
  });

  it('come from states, and from one in every n', () => {
    const flags = Uint8Array.from({ length: 12 }, (_, page) => (page % 4 === 1 || page > 9 ? PageFlag.Resident : 0));
    expect(members(pagesWhere(flags, (byte) => (byte & PageFlag.Resident) !== 0))).toEqual([1, 5, 9, 10, 11]);
    expect(members(oneInEvery(allPages(12), 5))).toEqual([0, 5, 10]);
    expect(members(oneInEvery(allPages(12), 5, 3))).toEqual([3, 8]);
    expect(oneInEvery(allPages(12), 1)).toEqual(allPages(12));
  });

  it('are written as they would be typed', () => {
    expect(rangesText(fromMembers([0, 1, 2, 7]), 8)).toBe('0-2,7');
    expect(rangesText(oneInEvery(allPages(40), 2), 8)).toBeUndefined();
    expect(rangesText(noPages, 8)).toBe('');
  });
});
