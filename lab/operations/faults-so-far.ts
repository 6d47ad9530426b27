import { type Faults, getrusage, type RUSAGE } from '../../native/calls/resource.ts';
import { problem } from '../../protocol/problem.ts';

/**
 * The page faults of this process, or of its calling thread, since it began. Throws `cannot-run-here` when they cannot
 * be counted: then no step's can be either.
 */
export function faultsSoFar(who: (typeof RUSAGE)['SELF' | 'THREAD']): Faults {
  const used = getrusage(who);
  if (used.errno === null) return { minorFaults: used.minorFaults, majorFaults: used.majorFaults };
  throw problem(
    'cannot-run-here',
    `Page faults could not be counted: getrusage answered ${used.errno}, as in a sandbox that forbids the call; run Pagescope outside of it.`,
    `无法统计缺页：getrusage 返回 ${used.errno}，可能有沙箱禁止此调用；请在沙箱之外运行 Pagescope。`,
  );
}
