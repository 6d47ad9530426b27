import { meaning } from '../../native/errno-meanings/errno-meaning.ts';
import type { ErrnoName } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { diagnose, type RefusedArguments } from '../limits/diagnose.ts';
import type { Region } from '../regions/region.ts';
import type { Meter } from './meter.ts';

/** A call as it was made and what it did; a step is this with a title and an index. */
export type CallRecord = Omit<Step, 'index' | 'title'> & Measured;

/** What was measured of a step beside what it tells. */
export interface Measured {
  readonly minorFaults: number;
  /** By how much VmLck grew in this call, in bytes, less than 0 when it shrank; or why that is unknown. */
  readonly vmLckGrowthBytes: number | Text;
}

/** What a call came to, before it is written down. */
export type Outcome = Pick<Step, 'call' | 'arguments' | 'returned' | 'outcome'> & { readonly errno: ErrnoName | null };

/** Writes a call down with its cost and, when it was refused, what its errno means and why it was given here. */
export function recordOf(
  outcome: Outcome,
  region: Region | undefined,
  range: PageRange | undefined,
  meter: Meter,
  refused: RefusedArguments = {},
): CallRecord {
  const { call, errno } = outcome;
  const diagnosis = errno === null ? undefined : diagnose(call, errno, refused);
  return {
    ...outcome,
    ...(region ? { region: region.id } : {}),
    ...(range ? { range } : {}),
    ...(errno === null ? {} : { meaning: meaning(call, errno) }),
    ...(diagnosis ? { diagnosis } : {}),
    ...meter.reading,
  };
}
