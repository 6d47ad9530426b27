import { expect, it } from 'vitest';
import { claimAmount } from '../../protocol/claim-amount.ts';

it.each([
  [65_536, 'bytes', '64 KiB', '64 KiB'],
  [[1_314_371_174, 1_460_412_416], 'bytes', '1.22 GiB–1.36 GiB', '1.22 GiB–1.36 GiB'],
  [[1.5, null], 'times', 'at least 1.5×', '至少 1.5×'],
  [[0, 100_000], 'bytes', 'at most 97.7 KiB', '至多 97.7 KiB'],
  ['0', undefined, 'succeeded', '成功'],
  ['ENOMEM', undefined, 'ENOMEM', 'ENOMEM'],
] as const)('%j in %s is “%s”', (amount, unit, en, zh) => {
  const expected = typeof amount === 'object' ? ([...amount] as [number, number | null]) : amount;
  expect(claimAmount(expected, { unit }, 'en')).toBe(en);
  expect(claimAmount(expected, { unit }, 'zh')).toBe(zh);
});
