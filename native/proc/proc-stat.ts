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
  /** A thread of the kernel's own, which has no memory: PF_KTHREAD of include/linux/sched.h. */
  readonly kernelThread: boolean;
  /** Faults served without I/O since it began; those of threads that ended are in it. */
  readonly minorFaults: number;
  readonly majorFaults: number;
};

const PF_KTHREAD = 0x0020_0000;

/** Reads it. Errors: ENOENT (no such process), ESRCH (ended meanwhile). */
export function procStat(pid: number | 'self' = 'self'): Stat | Failed {
  const read = readText(`${procFolder(pid)}/stat`);
  if (read.errno !== null) return read;
  return parseStat(read.text);
}

/** The same from the file's text. */
export function parseStat(text: string): Stat {
  // The second field, the name in parentheses, may have spaces and parentheses of its own.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    returned: 0,
    errno: null,
    state: fields[0] ?? '',
    startTicks: Number(fields[19]),
    kernelThread: (Number(fields[6]) & PF_KTHREAD) !== 0,
    minorFaults: Number(fields[7]),
    majorFaults: Number(fields[9]),
  };
}

/** Whether a process has ended, also when nobody has waited for it yet (`Z`), or is about to be gone (`X`). */
export function hasEnded(pid: number): boolean {
  const stat = procStat(pid);
  return stat.errno !== null || stat.state === 'Z' || stat.state === 'X';
}
