import { expect, test } from 'vitest';
import { Claims } from './claims.ts';
import { grows, trendOf } from './trend.ts';

const most = () => 4;
const rounds = Array.from({ length: 20 }, (_, round) => round);

test('what grows a little in each round grows, also where rounds are uneven', () => {
  const uneven = rounds.map((round) => 100 + round + (round % 3));
  expect(trendOf(uneven).slope).toBeCloseTo(1, 1);
  expect(grows(trendOf(uneven), most)).toBe(true);
});

test('neither what goes up and down grows, nor what grew less than it may', () => {
  expect(grows(trendOf(rounds.map((round) => 100 + 50 * (round % 2))), most)).toBe(false);
  expect(grows(trendOf(rounds.map((round) => 100 + round / 10)), most)).toBe(false);
  expect(grows(trendOf(rounds.map((round) => 100 - round)), most)).toBe(false);
  expect(grows(trendOf([7]), most)).toBe(false);
});

test('one descriptor more for good counts where none may be', () => {
  expect(grows(trendOf([25, 25, 25, 25, 26, 26, 26, 26]), () => 0)).toBe(true);
});

test('a claim that failed once is told, one that was skipped now and then apart, and one of the clock by itself', () => {
  const claims = new Claims();
  const claim = { id: 'one', text: { en: 'It is one', zh: '是一' }, expected: 2, measured: 2 };
  for (const status of ['held', 'failed', 'held'] as const) claims.add('a', { ...claim, status, measured: 4 });
  for (const status of ['held', 'skipped'] as const)
    claims.add('b', { ...claim, status, reason: { en: 'why', zh: '为何' } });
  claims.add('c', { ...claim, status: 'failed', unit: 'times' });
  expect(claims.failed).toEqual(['a/one failed 1 of 3 times: expected 2, measured 4']);
  expect(claims.cameAndWent).toEqual(['b/one was skipped 1 of 2 times: why']);
  expect(claims.failedByClock).toEqual(['c/one failed 1 of 1 times: expected 2, measured 2']);
});
