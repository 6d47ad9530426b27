/** One vitest test for each row of a call, checked against the running kernel in a child process. */
import { describe, expect, test } from 'vitest';
import { runConformance } from '../../conformance/run.ts';
import { countCalls } from '../../conformance/summary.ts';

const CHILD = new URL('../../conformance/child.ts', import.meta.url);

/** Runs the rows of these calls once, then gives each a test; a row that can't run here is skipped with its reason. */
export async function testRows(...calls: readonly string[]): Promise<void> {
  const rows = await runConformance({ child: CHILD, calls });
  const counts = countCalls(rows);
  for (const { call, rows: all, held, failed, skipped } of counts)
    console.log(`${call.padEnd(14)} ${all} rows: ${held} held, ${failed} failed, ${skipped} skipped`);
  for (const call of calls) {
    describe(call, () => {
      test('has rules', () => expect(rows.some((row) => row.call === call)).toBe(true));
      for (const row of rows.filter((each) => each.call === call)) {
        test(`${row.rule.en} (${row.source}), as ${row.as}`, (context) => {
          if (row.status === 'skipped') context.skip(row.reason?.en);
          expect(row.status, row.reason?.en).toBe('held');
        });
      }
    });
  }
}
