import { describe, expect, it } from 'vitest';
import { mostGroups, processGroups } from '../../../lab/exporter/process-groups.ts';
import { unknownRow } from '../../../lab/processes/process-row.ts';
import type { ProcessRow } from '../../../protocol/processes.ts';

const machine = { memTotalBytes: 1e9, mlockedBytes: 0, unevictableBytes: 0, maxMappings: 1000 };

const row = (pid: number, facts: Partial<ProcessRow>): ProcessRow => {
  const { reason: _, ...unknown } = unknownRow(pid, 0);
  const known = { rssBytes: 4096, vmLckBytes: 0, swapBytes: 0, mappings: 10, ipcLock: false };
  return { ...unknown, kind: 'process', name: `program-${pid}`, ...known, ...facts };
};

describe('groups of processes', () => {
  it('are units, else containers, else names, and a process is in one', () => {
    const groups = processGroups(
      [
        row(1, { unit: 'a.service', container: 'docker 0123456789ab', rssBytes: 100 }),
        row(2, { unit: 'a.service', name: 'other', rssBytes: 200 }),
        row(3, { container: 'docker 0123456789ab' }),
        row(4, { name: 'a.service' }),
      ],
      machine,
    );
    expect(groups.map(({ kind, name, processes }) => [kind, name, processes]).toSorted()).toEqual([
      ['container', 'docker 0123456789ab', 1],
      ['name', 'a.service', 1],
      ['unit', 'a.service', 2],
    ]);
    expect(groups.find(({ kind }) => kind === 'unit')).toMatchObject({ residentBytes: 300, mappingsShare: 0.01 });
  });

  it('are unknown in what is unknown of one of theirs', () => {
    const name = 'one';
    const [group] = processGroups([row(1, { name }), row(2, { name, vmLckBytes: null, mappings: null })], machine);
    expect(group).toMatchObject({ residentBytes: 8192, lockedBytes: null, mappingsShare: null });
  });

  it('are as near to a limit as the nearest of theirs to whom the limit applies', () => {
    const name = 'one';
    const limited = (pid: number, lockShare: number, ipcLock = false) =>
      row(pid, { name, lockShare, ipcLock, lockLimitBytes: 4096 });
    const share = (...rows: ProcessRow[]) => processGroups(rows, machine)[0]?.lockShare;
    expect(share(limited(1, 0.2), limited(2, 0.9), limited(3, 5, true))).toBe(0.9);
    expect(share(limited(1, 5, true), row(2, { name, lockLimitBytes: 'unlimited' }))).toBeUndefined();
    expect(share(limited(1, 0.2), row(2, { name, lockLimitBytes: null }))).toBeNull();
  });

  it('leave out threads of the kernel, zombies and what may not be read', () => {
    const kinds = ['kernel', 'zombie', 'unknown'] as const;
    expect(
      processGroups(
        kinds.map((kind, pid) => row(pid + 1, { kind })),
        machine,
      ),
    ).toEqual([]);
  });

  it('are never more than so many: the smallest are one', () => {
    const rows = Array.from({ length: mostGroups + 50 }, (_, at) => row(at + 1, { rssBytes: 1000 - at }));
    const groups = processGroups(rows, machine);
    expect(groups).toHaveLength(mostGroups);
    expect(groups.at(-1)).toMatchObject({ kind: 'other', processes: 51 });
    expect(groups.reduce((sum, { residentBytes }) => sum + (residentBytes ?? 0), 0)).toBe(
      rows.reduce((sum, { rssBytes }) => sum + (rssBytes ?? 0), 0),
    );
  });
});
