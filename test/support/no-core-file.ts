import { prlimit, RLIMIT } from '../../native/calls/resource.ts';

/** For a process that a test ends by a signal: half a gigabyte in the working directory is no part of the test. */
export function forbidCoreFile(pid: number): void {
  const limits = prlimit(pid, RLIMIT.CORE);
  if (limits.errno !== null) throw new Error(`prlimit answered ${limits.errno}`);
  prlimit(pid, RLIMIT.CORE, { soft: 0n, hard: limits.hard });
}
