import type { Text } from '../../../protocol/text.ts';
import type { Looped, Witnessed } from './messages.ts';
import type { Setting } from './settings.ts';

/** What one setting came to. */
export interface Column {
  readonly setting: Setting;
  /** Undefined where its process ended before it told. */
  readonly witnessed: Witnessed | undefined;
  /** The step that started it, and told that. */
  readonly step: number;
  /** Why it was not measured, or not to the end. */
  readonly why: Text | undefined;
  /** Each round with one thread, and with all of them (none where one is all). */
  readonly alone: readonly Looped[];
  readonly all: readonly Looped[];
}

export interface Found {
  readonly threads: number;
  readonly milliseconds: number;
  readonly columns: readonly Column[];
  /** Of measuring itself. */
  readonly keyStep: number;
}

/** The middle of some amounts; null of none, and where one is unknown. */
export function median(amounts: readonly number[]): number | null {
  const sorted = amounts.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined || amounts.some(Number.isNaN) ? null : middle;
}

/** Bytes that a thread keeps, of the thread that keeps most; null where other than glibc's malloc serves. */
export function hoardOf({ witnessed }: Column): number | null {
  return witnessed?.glibcServes ? Math.max(...witnessed.hoardBytes) : null;
}
