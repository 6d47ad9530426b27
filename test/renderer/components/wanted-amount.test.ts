import { describe, expect, it } from 'vitest';
import { answerTo, bytesOf } from '../../../renderer/components/limits/wanted-amount.ts';
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

  it('that isn’t a size is undefined', () => {
    expect(answerTo(report, { value: '', unit: 'MiB' })).toMatchObject({ verdict: undefined, fixes: report.fixes });
  });
});
