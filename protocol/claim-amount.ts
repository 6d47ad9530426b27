import type { Claim } from './events.ts';
import type { Language } from './language.ts';
import { numbersIn } from './quantity.ts';

const succeeded = { en: 'succeeded', zh: '成功' } as const;

/** What a claim expected or measured, in its reader's units: `64 KiB`, `1.22–1.36 GiB`, `succeeded` for no errno. */
export function claimAmount(
  amount: Claim['expected'],
  { unit = 'plain' }: Pick<Claim, 'unit'>,
  language: Language,
): string {
  const { quantity } = numbersIn(language);
  if (Array.isArray(amount)) return amount.map((bound) => quantity(bound, unit)).join('–');
  return amount === '0' ? succeeded[language] : quantity(amount, unit);
}

/** Whether a run with these claims, which has ended, says nothing: there are some, and every one was skipped. */
export function nothingMeasured(claims: readonly Pick<Claim, 'status'>[]): boolean {
  return claims.length > 0 && claims.every(({ status }) => status === 'skipped');
}
