import type { ErrnoName } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { Diagnosis } from '../limits/diagnose.ts';

/** A call that the kernel refused. */
export interface RefusedCall {
  readonly shown: Pick<Step, 'call' | 'arguments'>;
  readonly errno: ErrnoName;
  readonly firstPage: number;
  readonly pageCount: number;
  /** Pages of it that were done before the refusal, where the call says so. */
  readonly pages: number | undefined;
  /** Measured right after it: the calls that follow change the numbers. */
  readonly diagnosis: Diagnosis | undefined;
}

/** Why an action ended before all of its calls were made. */
export type EndedEarly = 'interrupted' | 'no-room-to-split';

/** What an action came to so far. */
export interface Tally {
  made: number;
  refused: number;
  firstRefused: RefusedCall | undefined;
  /** Pages that were touched or wiped. */
  pages: number;
  /** Pages that a call was made for. */
  tried: number;
  /** The most pages of one call, where a run was cut for it. */
  cutTo: number | undefined;
  ended: EndedEarly | undefined;
}
