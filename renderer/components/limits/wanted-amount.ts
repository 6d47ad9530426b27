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

export interface Answer {
  readonly verdict: LockVerdict | undefined;
  /** Written out for what is wanted when that needs a change, else for the engine's proposal. */
  readonly fixes: readonly Fix[];
  readonly writtenFor: ByteLimit;
}

/** What the page says to an amount. */
export function answerTo(report: LimitsReport, amount: Amount): Answer {
  const bytes = bytesOf(amount);
  const verdict = bytes === undefined ? undefined : wouldLock(report, bytes);
  if (bytes === undefined || verdict?.works) return { verdict, fixes: report.fixes, writtenFor: proposedLimit(report) };
  const { pageSize, vmLckBytes } = report;
  const needed = vmLckBytes + Math.ceil(bytes / pageSize) * pageSize;
  return { verdict, fixes: fixesFor(report, needed), writtenFor: needed };
}
