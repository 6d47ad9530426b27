import { expect, test } from 'vitest';
import { RULES } from '../../conformance/all-rules.ts';
import { runConformance } from '../../conformance/run.ts';
import { countCalls, countRows } from '../../conformance/summary.ts';
import { deadlyRules } from '../support/deadly-rules.ts';

const child = new URL('../support/deadly-child.ts', import.meta.url);

test('a rule that kills its process is one failure, and those after it are checked all the same', async () => {
  const rows = await runConformance({ child, rules: deadlyRules });
  expect(rows.map(({ rule, status }) => [rule.en, status])).toEqual([
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
  const reasons = rows.flatMap(({ reason }) => reason?.en ?? []);
  expect(reasons[0]).toMatch(/^Its process ended with SIGSEGV\./);
  expect(reasons[1]).toMatch(/^Its process ended with exit status 3\./);
  expect(reasons.slice(2)).toEqual([
    'one: expected 2, got 1.',
    'thrown',
    'There is none here.',
    'mincore: expected "EINVAL", got null.',
  ]);
  expect(rows.flatMap(({ reason }) => reason?.zh ?? [])).toEqual([
    expect.stringMatching(/^检查它的进程已结束：SIGSEGV。/),
    expect.stringMatching(/^检查它的进程已结束：退出状态 3。/),
    'one：应为 2，实测 1。',
    'thrown',
    '此处没有。',
    'mincore：应为 "EINVAL"，实测 null。',
  ]);
  expect(countRows(rows)).toEqual({ rows: 9, held: 3, failed: 5, skipped: 1 });
});

test('only the rules of the calls that were named are run', async () => {
  expect(await runConformance({ child, rules: deadlyRules, calls: ['none'] })).toEqual([]);
});

test('the rules are told apart by call, sentence and whom they hold for', () => {
  for (const language of ['en', 'zh'] as const) {
    const names = RULES.map(({ call, rule, as }) => `${call}: ${rule[language]}, as ${as}`);
    expect(new Set(names).size).toBe(names.length);
  }
  for (const { source, rule } of RULES) {
    expect(source.length, rule.en).toBeGreaterThan(0);
    expect(rule.en).not.toMatch(/\.$/);
    expect(rule.zh).not.toMatch(/。$/);
  }
});

test('the same words stand in no two languages: every sentence is Chinese in Chinese, English in English', () => {
  for (const { rule } of RULES) {
    expect(rule.zh).toMatch(/\p{Script=Han}/u);
    expect(rule.en).not.toMatch(/\p{Script=Han}/u);
  }
});

test('what a rule names by its own name is named in both languages: calls, flags, errnos, files', () => {
  const terms = /\b(?:E[A-Z]{3,}|[A-Z]+_[A-Z_]+|Vm[A-Z]\w+|\/proc\/\S+|\w+_\w+)/g;
  for (const { rule } of RULES) {
    const named = (text: string) => [...new Set(text.match(terms))].sort();
    expect(named(rule.zh), rule.en).toEqual(named(rule.en));
  }
});

test('rows are counted for each call, in order', () => {
  const row = { rule: { en: 'r', zh: '规' }, source: 's', as: 'user', status: 'held' } as const;
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
