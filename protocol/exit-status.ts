import type { ProblemKind } from './problem.ts';

/** What the exit status of Pagescope's programs says. A signal that ends it is 128 + its number, as shells have it. */
export const ExitStatus = {
  Held: 0,
  ClaimFailed: 1,
  BadInput: 2,
  CannotRunHere: 3,
  Broke: 4,
  /** Every claim was skipped: nothing speaks against them, and nothing for them. */
  NothingMeasured: 5,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** The exit status for a problem. */
export function statusOf(kind: ProblemKind): ExitStatus {
  switch (kind) {
    case 'bad-input':
    case 'over-budget':
      return ExitStatus.BadInput;
    case 'cannot-run-here':
      return ExitStatus.CannotRunHere;
    default:
      return ExitStatus.Broke;
  }
}
