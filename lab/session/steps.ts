import type { HeldFork } from '../../native/calls/fork.ts';
import type { Status } from '../../native/proc/proc-status.ts';
import type { Step } from '../../protocol/events.ts';
import type { Operation, ProcessOperation } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Clock } from '../base/clock.ts';
import type { CallRecord, Measured } from '../operations/call-record.ts';
import type { Look } from '../regions/look.ts';
import type { Mapping } from '../regions/mapping.ts';
import type { LentMemory, Region } from '../regions/region.ts';

/** A step as the experiment that took it sees it. */
export type TakenStep = Step & Measured;

/** What mapping memory came to: without a region the kernel refused, and the step says why. */
export interface Mapped {
  readonly step: TakenStep;
  readonly region?: Region;
}

/** What forking came to: without a child the kernel refused, and the step says why. */
export interface Forked {
  readonly step: TakenStep;
  readonly child?: HeldFork;
  /** The child's copy of the region that was asked for. */
  readonly copy?: Region;
}

/** The lines of C of such a call, of the label of the region that it lent. */
export type CLines = readonly string[] | ((lent: string) => readonly string[]);

/** What such a call came to: the step that tells of it, and what the experiment goes on with. */
export interface Called<T> {
  readonly record: CallRecord;
  readonly value: T;
  /** What the C program does for it, or its lines; a comment alone where both are left out. */
  readonly operation?: ProcessOperation;
  readonly c?: CLines;
  /** Memory that is looked at from now on, as a region. */
  readonly lends?: LentMemory;
}

/** Such a call as the experiment sees it that wants more of it than what it came to. */
export interface CalledStep<T> {
  readonly value: T;
  readonly step: TakenStep;
  /** What it lent. */
  readonly region?: Region;
}

/**
 * Long work under way. `signal` aborts when the session is stopped; its reason may then be thrown. `tell` says how much
 * of it is done, in bytes, as often as one likes; 0 where only the total is known.
 */
export interface Work {
  readonly signal: AbortSignal;
  readonly tell: (doneBytes: number, totalBytes: number) => void;
}

/** What such a call is made with. */
export interface CallSite extends Work {
  readonly clock: Clock;
}

/**
 * Steps that are taken in one turn of the main loop, because the process could not go on in between: nothing else runs,
 * nothing is told until all of them are done. Touches are not cut into slices.
 */
export interface Turn {
  /** @param expects the errno that is the subject here */
  map(title: Text, mapping: Mapping, expects?: string): Mapped;
  perform(title: Text, region: Region, operation: Operation): TakenStep;
  onProcess(title: Text, operation: ProcessOperation): TakenStep;
  look(title: Text, region: Region): Look;
  status(): Status;
}
