import { procStat } from '../../native/proc/proc-stat.ts';

/** How long a process may stand still, as under a debugger that writes its core file, and still be waited for. */
const patienceMs = 3000;
const lookMs = 500;

/** Whether a process is stopped, by a signal or a debugger: state `T` or `t`. proc_pid_stat(5) */
function isStopped(pid: number): boolean {
  const stat = procStat(pid);
  return stat.errno === null && (stat.state === 'T' || stat.state === 't');
}

/**
 * The answer, or `'stopped'` when the process that owes it has been stopped for 3 s: it would never come. One that is
 * busy is waited for.
 */
export async function unlessStopped<T>(pid: number, answer: Promise<T>): Promise<T | 'stopped'> {
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<'stopped'>((resolve) => {
    timer = setInterval(() => {
      looks = isStopped(pid) ? looks + 1 : 0;
      if (looks * lookMs >= patienceMs) resolve('stopped');
    }, lookMs);
    timer.unref();
  });
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    clearInterval(timer);
  }
}
