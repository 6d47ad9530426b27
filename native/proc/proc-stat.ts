/** /proc/PID/stat (proc_pid_stat(5)): whether a process is still the one that it was, and still runs. */
import type { Failed } from '../libc/errno.ts';
import { procFolder, readText } from './proc-file.ts';

export type Stat = {
  readonly returned: 0;
  readonly errno: null;
  /** `R`, `S`, `D`, …; `Z` for a process that has ended and was not waited for. */
  readonly state: string;
  /** When it began, in clock ticks since boot: with the pid it names a process for ever. */
  readonly startTicks: number;
};

/** Reads it. Errors: ENOENT (no such process), ESRCH (ended meanwhile). */
export function procStat(pid: number | 'self' = 'self'): Stat | Failed {
  const read = readText(`${procFolder(pid)}/stat`);
  if (read.errno !== null) return read;
  // The second field, the name in parentheses, may have spaces and parentheses of its own.
  const fields = read.text.slice(read.text.lastIndexOf(')') + 2).split(' ');
  return { returned: 0, errno: null, state: fields[0] ?? '', startTicks: Number(fields[19]) };
}

/** Whether a process has ended, also when nobody has waited for it yet (`Z`), or is about to be gone (`X`). */
export function hasEnded(pid: number): boolean {
  const stat = procStat(pid);
  return stat.errno !== null || stat.state === 'Z' || stat.state === 'X';
}
