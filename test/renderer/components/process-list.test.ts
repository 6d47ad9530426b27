import { describe, expect, it } from 'vitest';
import { unknownRow } from '../../../lab/processes/process-row.ts';
import type { Processes, ProcessRow } from '../../../protocol/processes.ts';
import { found, grouped, sorted } from '../../../renderer/components/processes/process-list.ts';
import { withAnswer } from '../../../renderer/components/processes/use-processes.ts';

const row = (pid: number, facts: Partial<ProcessRow> = {}): ProcessRow => {
  const { reason: _, ...unknown } = unknownRow(pid, 0);
  return { ...unknown, kind: 'process', name: `p${pid}`, rssBytes: pid, ...facts };
};
const pids = (rows: readonly ProcessRow[]) => rows.map(({ pid }) => pid);

describe('the table of processes', () => {
  it('has what is unknown last, whichever way it is sorted', () => {
    const rows = [row(1, { vmLckBytes: null }), row(2, { vmLckBytes: 5 }), row(3, { vmLckBytes: 7 })];
    expect(pids(sorted(rows, { by: 'vmLck', descending: true }))).toEqual([3, 2, 1]);
    expect(pids(sorted(rows, { by: 'vmLck', descending: false }))).toEqual([2, 3, 1]);
    const named = [row(1, { name: null }), row(2, { name: 'b' }), row(3, { name: 'a' })];
    expect(pids(sorted(named, { by: 'name', descending: false }))).toEqual([3, 2, 1]);
    expect(pids(sorted(named, { by: 'name', descending: true }))).toEqual([2, 3, 1]);
  });

  it('finds by name, pid, user, unit and container', () => {
    const rows = [
      row(11, { name: 'Postgres', user: 'db', unit: 'pg.service' }),
      row(22, { name: 'b', container: 'docker 0123456789ab' }),
    ];
    for (const typed of ['postg', '11', 'DB', 'pg.serv']) expect(pids(found(rows, typed))).toEqual([11]);
    expect(pids(found(rows, ' docker '))).toEqual([22]);
    expect(found(rows, '')).toHaveLength(2);
  });

  it('sums groups, and is unknown in what is unknown of one of a group', () => {
    const lines = grouped(
      [
        row(1, { unit: 'a', swapBytes: 1 }),
        row(9, { unit: 'b', swapBytes: null }),
        row(2, { unit: 'a', swapBytes: 2 }),
        row(3, { unit: 'a', kind: 'zombie', rssBytes: null, swapBytes: null }),
      ],
      'where',
    );
    expect(lines.map((line) => (line.kind === 'group' ? line.name : line.row.pid))).toEqual(['b', 9, 'a', 1, 2, 3]);
    expect(lines.filter(({ kind }) => kind === 'group')).toMatchObject([
      { processes: 1, totals: { rssBytes: 9, swapBytes: null } },
      { processes: 3, totals: { rssBytes: 3, swapBytes: 3 } },
    ]);
  });

  it('keeps what an answer does not tell anew, drops who is gone, and begins again where all is told', () => {
    const answer = (rows: ProcessRow[], more: Partial<Processes> = {}): Processes => ({
      sequence: 1,
      whole: false,
      rows,
      gone: [],
      machine: { memTotalBytes: 1, mlockedBytes: 0, unevictableBytes: 0, maxMappings: 1 },
      hidden: null,
      cost: { cpuNs: 0, elapsedNs: 0 },
      nextMs: 0,
      ...more,
    });
    const first = withAnswer({ rows: new Map(), answer: undefined }, answer([row(1), row(2)], { whole: true }));
    const second = withAnswer(first, answer([row(2, { name: 'other' }), row(3)], { gone: [1] }));
    expect([...second.rows.values()].map(({ pid, name }) => [pid, name])).toEqual([
      [2, 'other'],
      [3, 'p3'],
    ]);
    expect(second.rows.get(3)).toBeDefined();
    expect([...withAnswer(second, answer([row(4)], { whole: true })).rows.keys()]).toEqual([4]);
  });
});
