import { describe, expect, it } from 'vitest';
import { answerTo, bytesOf, firstAmount } from '../../../renderer/components/limits/wanted-amount.ts';
import { mib, smallLimit as report } from '../../support/limits-report.ts';

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

describe('the first amount', () => {
  it('is what a limit leaves beside what is locked, else one to begin with', () => {
    const locked = { ...report, vmLckBytes: 64 * 1024 };
    expect(firstAmount(locked, 68 * 1024)).toEqual({ value: 4, unit: 'KiB' });
    expect(firstAmount({ ...report, vmLckBytes: 0 }, 68 * 1024)).toEqual({ value: 68, unit: 'KiB' });
    for (const limit of [undefined, 'unlimited', 1024] as const)
      expect(firstAmount(locked, limit)).toEqual({ value: 64, unit: 'MiB' });
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

  it('that the address has no part in leaves fixes written for the limit of the address', () => {
    const limit = 68 * 1024;
    const answer = answerTo(report, { value: 1, unit: 'KiB' }, limit);
    expect(answer.writtenFor).toBe(limit);
    expect(answer.fixes[0]?.snippets[0]?.text).toContain(`memlock=${limit}:${limit}`);
  });

  it('that isn’t a size is undefined', () => {
    expect(answerTo(report, { value: '', unit: 'MiB' })).toMatchObject({ verdict: undefined, fixes: report.fixes });
  });
});
