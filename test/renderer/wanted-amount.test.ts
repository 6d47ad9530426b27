import { describe, expect, it } from 'vitest';
import { fixesFor } from '../../protocol/fixes/fixes-for.ts';
import type { LimitsReport } from '../../protocol/limits.ts';
import { answerTo, bytesOf } from '../../renderer/components/limits/wanted-amount.ts';

const mib = 1024 ** 2;
const facts: Omit<LimitsReport, 'fixes'> = {
  pid: 1,
  pageSize: 4096,
  memlock: { soft: 8 * mib, hard: 8 * mib },
  vmLckBytes: mib,
  capabilities: { effective: [], permitted: [], bounding: [] },
  ipcLock: { effective: false, permitted: false, bounding: false, counts: false },
  userNamespace: { initial: true, uidMap: [] },
  surroundings: { kind: 'docker', evidence: [] },
  cgroup: null,
  memory: { totalBytes: 0, availableBytes: 0, mlockedBytes: 0 },
  swap: { totalBytes: 0, usedBytes: 0, areas: [] },
  overcommit: { mode: 'heuristic', commitLimitBytes: 0, committedBytes: 0 },
  thp: 'madvise',
  mappings: { count: 1, max: 65530 },
  features: {},
};
const report: LimitsReport = { ...facts, fixes: fixesFor(facts) };

describe('an amount', () => {
  it.each([
    [64, 'MiB', 64 * mib],
    ['1.5', 'KiB', 1536],
    ['', 'MiB', undefined],
    ['-', 'MiB', undefined],
    [0, 'GiB', undefined],
    [-1, 'GiB', undefined],
    ['0.3', 'KiB', undefined],
    [1e12, 'GiB', undefined],
  ] as const)('of %s %s is %s bytes', (value, unit, bytes) => {
    expect(bytesOf({ value, unit })).toBe(bytes);
  });
});

describe('the answer to an amount', () => {
  it('that fits leaves the fixes as the engine proposed them', () => {
    const answer = answerTo(report, { value: 7, unit: 'MiB' });
    expect(answer.verdict).toMatchObject({ works: true, errno: null });
    expect(answer.fixes).toBe(report.fixes);
  });

  it('that does not fit has the fixes written out for it and what is locked already', () => {
    const answer = answerTo(report, { value: 9, unit: 'MiB' });
    expect(answer.verdict).toMatchObject({ works: false, errno: 'ENOMEM', fix: 'docker' });
    expect(answer.writtenFor).toBe(10 * mib);
    expect(answer.fixes[0]?.snippets[0]?.text).toContain(`memlock=${10 * mib}:${10 * mib}`);
  });

  it('that is no size is none', () => {
    expect(answerTo(report, { value: '', unit: 'MiB' })).toMatchObject({ verdict: undefined, fixes: report.fixes });
  });
});
