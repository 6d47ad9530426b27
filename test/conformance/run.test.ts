import { expect, test } from 'vitest';
import { RULES } from '../../native/conformance/rules.ts';
import { runConformance } from '../../native/conformance/run.ts';
import { countCalls, countRows } from '../../native/conformance/summary.ts';
import { deadlyRules } from './deadly-rules.ts';

const child = new URL('deadly-child.ts', import.meta.url);

test('a rule that kills its process is one failure, and those after it are checked all the same', async () => {
  const rows = await runConformance({ child, rules: deadlyRules });
  expect(rows.map(({ rule, status }) => [rule, status])).toEqual([
    ['holds before', 'held'],
    ['stores into memory that may not be written', 'failed'],
    ['holds between', 'held'],
    ['leaves', 'failed'],
    ['is broken', 'failed'],
    ['throws', 'failed'],
    ['cannot be checked', 'skipped'],
    ['is about a call that answers otherwise', 'failed'],
    ['holds after', 'held'],
  ]);
  const reasons = rows.flatMap(({ reason }) => reason ?? []);
  expect(reasons[0]).toMatch(/^Its process ended with SIGSEGV\./);
  expect(reasons[1]).toMatch(/^Its process ended with exit status 3\./);
  expect(reasons.slice(2)).toEqual([
    'one: expected 2, got 1.',
    'thrown',
    'There is none here.',
    'mincore: expected "EINVAL", got null.',
  ]);
  expect(countRows(rows)).toEqual({ rows: 9, held: 3, failed: 5, skipped: 1 });
});

test('only the rules of the calls that were named are run', async () => {
  expect(await runConformance({ child, rules: deadlyRules, calls: ['none'] })).toEqual([]);
});

test('the rules are told apart by call, sentence and whom they hold for', () => {
  const names = RULES.map(({ call, rule, as }) => `${call}: ${rule}, as ${as}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { source, rule } of RULES) {
    expect(source.length, rule).toBeGreaterThan(0);
    expect(rule, rule).not.toMatch(/\.$/);
  }
});

test('rows are counted for each call, in order', () => {
  const row = { rule: 'r', source: 's', as: 'user', status: 'held' } as const;
  expect(
    countCalls([
      { call: 'b', ...row },
      { call: 'a', ...row, status: 'skipped' },
      { call: 'b', ...row, status: 'failed' },
    ]),
  ).toEqual([
    { call: 'b', rows: 2, held: 1, failed: 1, skipped: 0 },
    { call: 'a', rows: 1, held: 0, failed: 0, skipped: 1 },
  ]);
});
