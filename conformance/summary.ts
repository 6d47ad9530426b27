/** What came of a run, counted. */
import type { Row } from './run.ts';

/** Rows by their status. */
export type Counts = {
  readonly rows: number;
  readonly held: number;
  readonly failed: number;
  readonly skipped: number;
};

/** Counts rows by their status. */
export function countRows(rows: readonly Row[]): Counts {
  const of = (status: Row['status']) => rows.filter((row) => row.status === status).length;
  return { rows: rows.length, held: of('held'), failed: of('failed'), skipped: of('skipped') };
}

/** Counts for each call, in the order of its first row. */
export function countCalls(rows: readonly Row[]): readonly ({ readonly call: string } & Counts)[] {
  const calls = [...new Set(rows.map(({ call }) => call))];
  return calls.map((call) => ({ call, ...countRows(rows.filter((row) => row.call === call)) }));
}
