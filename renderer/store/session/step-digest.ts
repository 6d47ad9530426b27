import type { Step } from '../../../protocol/events.ts';
import { Log } from './append-only-list.ts';
import { thinned } from './thinned.ts';

/** Faults that the calls took until the end of a step. */
export interface FaultPoint {
  readonly tNs: number;
  readonly minor: number;
  readonly major: number;
}

/**
 * What charts and notes want to know of all steps, brought up to date by each batch: a session of 100 000 steps must
 * not be read through whenever one is added.
 */
export interface StepDigest {
  /** Steps whose call was refused. */
  readonly refused: Log<Step>;
  /** Steps of saved actions that had a different result. */
  readonly differing: Log<Step>;
  /** Steps that are about locking, refused or not. */
  readonly locking: Log<Step>;
  /** Of these, the ones that locked or unlocked the whole process. */
  readonly wholeProcess: Log<Step>;
  /** Faults added up, thinned out where there are many steps. */
  readonly faults: readonly FaultPoint[];
  /** By region, the step that mapped it. */
  readonly mapped: ReadonlyMap<number, Step>;
  /** The last step that has a diagnosis. */
  readonly diagnosed: Step | undefined;
  /** Whether a step gave CAP_IPC_LOCK up. */
  readonly ipcLockDropped: boolean;
}

export const emptyDigest: StepDigest = {
  refused: Log.of(),
  differing: Log.of(),
  locking: Log.of(),
  wholeProcess: Log.of(),
  faults: [],
  mapped: new Map(),
  diagnosed: undefined,
  ipcLockDropped: false,
};

/** As many steps of a session as are kept, with what was found out of them: more than a saved session may have. */
export const mostSteps = 120_000;
const mostFaultPoints = 4096;

const wholeProcessCalls: ReadonlySet<string> = new Set(['mlockall', 'munlockall']);
const lockingCalls: ReadonlySet<string> = new Set(['mlock', 'mlock2', 'munlock', ...wholeProcessCalls]);

/** The digest with more steps. */
export function digested(digest: StepDigest, steps: readonly Step[]): StepDigest {
  if (steps.length === 0) return digest;
  const mapping = steps.filter(({ call, region }) => call === 'mmap' && region !== undefined);
  return {
    refused: digest.refused.append(
      steps.filter(({ errno }) => errno !== null),
      mostSteps,
    ),
    differing: digest.differing.append(
      steps.filter(({ differs }) => differs),
      mostSteps,
    ),
    locking: digest.locking.append(
      steps.filter(({ call }) => lockingCalls.has(call)),
      mostSteps,
    ),
    wholeProcess: digest.wholeProcess.append(
      steps.filter(({ call }) => wholeProcessCalls.has(call)),
      mostSteps,
    ),
    faults: thinned(digest.faults, faultsOf(steps, digest.faults.at(-1)), mostFaultPoints),
    mapped: mapping.length > 0 ? withMapped(digest.mapped, mapping) : digest.mapped,
    diagnosed: steps.findLast(({ diagnosis }) => diagnosis) ?? digest.diagnosed,
    ipcLockDropped: digest.ipcLockDropped || steps.some(dropsIpcLock),
  };
}

function faultsOf(steps: readonly Step[], last: FaultPoint | undefined): FaultPoint[] {
  let { minor, major } = last ?? { minor: 0, major: 0 };
  return steps.map(({ startedNs, durationNs, minorFaults = 0, majorFaults = 0 }) => {
    minor += minorFaults;
    major += majorFaults;
    return { tNs: startedNs + durationNs, minor, major };
  });
}

/** The first step says what a region is for. */
function withMapped(mapped: StepDigest['mapped'], steps: readonly Step[]): StepDigest['mapped'] {
  const all = new Map(mapped);
  for (const step of steps) {
    if (step.region !== undefined && !all.has(step.region)) all.set(step.region, step);
  }
  return all;
}

const dropsIpcLock = ({ call, errno, arguments: { drop } }: Step): boolean =>
  call === 'capset' && errno === null && drop === 'CAP_IPC_LOCK';
