import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendRun, readTrend, trendTable } from '../../scripts/trend.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagescope-trend-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the trend of npm run bench', () => {
  test('has every run that was appended, in order, and none before the first', () => {
    const file = join(folder, 'trend');
    expect(readTrend(file)).toEqual([]);
    const runs = [1, 2].map((ratio) => ({ at: `2026-01-0${ratio}T00:00:00.000Z`, ratios: { look: ratio } }));
    for (const run of runs) appendRun(file, run);
    expect(readTrend(file)).toEqual(runs);
  });

  test('shows the last six runs, and a dash where a row was not measured', () => {
    const runs = Array.from({ length: 7 }, (_, day) => ({
      at: `2026-01-0${day + 1}T10:20:30.000Z`,
      ratios: day === 6 ? { look: 3.456, touch: 1 } : { look: day },
    }));
    const [head = '', look = '', touch = ''] = trendTable(runs).split('\n');
    expect(head.split(/ {2,}/)).toEqual(['ratio', ...runs.slice(1).map(({ at }) => at.slice(0, 16))]);
    expect(look.split(/ {2,}/)).toEqual(['look', '1.00', '2.00', '3.00', '4.00', '5.00', '3.46']);
    expect(touch.split(/ {2,}/)).toEqual(['touch', '-', '-', '-', '-', '-', '1.00']);
  });

  test('names the line of a file that is no run', async () => {
    const file = join(folder, 'notes');
    await writeFile(file, '{"at":"2026","ratios":{}}\nhello\n');
    expect(() => readTrend(file)).toThrow(`${file}:2 is not a run`);
  });
});
