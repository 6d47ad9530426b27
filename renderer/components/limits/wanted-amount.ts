import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import type { Fix } from '../../../protocol/fixes/fix.ts';
import { fixesFor, proposedLimit } from '../../../protocol/fixes/fixes-for.ts';
import type { LimitsReport, LockVerdict } from '../../../protocol/limits.ts';
import { wouldLock } from '../../../protocol/would-lock.ts';

export const amountUnits = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
export type AmountUnit = keyof typeof amountUnits;

/** What is typed into the calculator; a field that is empty or half typed is a string. */
export interface Amount {
  readonly value: number | string;
  readonly unit: AmountUnit;
}

/**
 * Undefined for what isn’t a size: nothing, not a number, not above 0, not whole bytes, beyond what a number can count.
 */
export function bytesOf({ value, unit }: Amount): number | undefined {
  const number = typeof value === 'number' ? value : value.trim() === '' ? Number.NaN : Number(value);
  const bytes = number * amountUnits[unit];
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** The amount that the calculator opens with: what a limit leaves beside what is locked now. */
export function firstAmount({ vmLckBytes }: LimitsReport, limit: ByteLimit | undefined): Amount {
  const rest = typeof limit === 'number' ? limit - vmLckBytes : 0;
  return rest > 0 ? { value: Math.ceil(rest / 1024), unit: 'KiB' } : { value: 64, unit: 'MiB' };
}

export interface Answer {
  readonly verdict: LockVerdict | undefined;
  /** Written out for what is wanted when that needs a change, else for the engine's proposal. */
  readonly fixes: readonly Fix[];
  readonly writtenFor: ByteLimit;
}

/**
 * What the page says to an amount.
 *
 * @param limit what the fixes are to be written for, whatever the amount
 */
export function answerTo(report: LimitsReport, amount: Amount, limit?: ByteLimit): Answer {
  const bytes = bytesOf(amount);
  const verdict = bytes === undefined ? undefined : wouldLock(report, bytes);
  if (limit !== undefined) return { verdict, fixes: fixesFor(report, limit), writtenFor: limit };
  if (bytes === undefined || verdict?.works) return { verdict, fixes: report.fixes, writtenFor: proposedLimit(report) };
  const { pageSize, vmLckBytes } = report;
  const needed = vmLckBytes + Math.ceil(bytes / pageSize) * pageSize;
  return { verdict, fixes: fixesFor(report, needed), writtenFor: needed };
}
