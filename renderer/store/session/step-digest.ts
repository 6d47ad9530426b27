import type { Step } from '../../../protocol/events.ts';
import { Log } from './append-only-list.ts';

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
  /** By region, the last step that unmapped pages of it. */
  readonly unmapped: ReadonlyMap<number, number>;
  /** The longest call, ns. */
  readonly longestNs: number;
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
  unmapped: new Map(),
  longestNs: 0,
  mapped: new Map(),
  diagnosed: undefined,
  ipcLockDropped: false,
};

/** As many steps of a session as are kept, with what was found out of them: more than a saved session may have. */
export const mostSteps = 120_000;

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
    unmapped: withUnmapped(digest.unmapped, steps),
    longestNs: steps.reduce((longest, { durationNs }) => Math.max(longest, durationNs), digest.longestNs),
    mapped: mapping.length > 0 ? withMapped(digest.mapped, mapping) : digest.mapped,
    diagnosed: steps.findLast(({ diagnosis }) => diagnosis) ?? digest.diagnosed,
    ipcLockDropped: digest.ipcLockDropped || steps.some(dropsIpcLock),
  };
}

function withUnmapped(unmapped: StepDigest['unmapped'], steps: readonly Step[]): StepDigest['unmapped'] {
  const unmapping = steps.filter(({ call, errno }) => call === 'munmap' && errno === null);
  if (unmapping.length === 0) return unmapped;
  const all = new Map(unmapped);
  for (const { region, index } of unmapping) if (region !== undefined) all.set(region, index);
  return all;
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
