import type { Claim } from './events.ts';
import type { Language } from './language.ts';
import { numbersIn } from './quantity.ts';

const succeeded = { en: 'succeeded', zh: '成功' } as const;
const atLeast = { en: 'at least ', zh: '至少 ' } as const;
const atMost = { en: 'at most ', zh: '至多 ' } as const;

/**
 * What a claim expected or measured, in its reader's units: `64 KiB`, `1.22 GiB–1.36 GiB`, `at least 3×`, `at most 3×`
 * (nothing is below 0), `succeeded` for no errno.
 */
export function claimAmount(
  amount: Claim['expected'],
  { unit = 'plain' }: Pick<Claim, 'unit'>,
  language: Language,
): string {
  const { quantity } = numbersIn(language);
  if (Array.isArray(amount)) {
    const [least, most] = amount;
    if (most === null) return atLeast[language] + quantity(least, unit);
    if (least === 0) return atMost[language] + quantity(most, unit);
    return `${quantity(least, unit)}–${quantity(most, unit)}`;
  }
  return amount === '0' ? succeeded[language] : quantity(amount, unit);
}

/** Whether a run with these claims, which has ended, says nothing: there are some, and every one was skipped. */
export function nothingMeasured(claims: readonly Pick<Claim, 'status'>[]): boolean {
  return claims.length > 0 && claims.every(({ status }) => status === 'skipped');
}
