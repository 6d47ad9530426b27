import { readText } from '../../native/proc/proc-file.ts';

/**
 * The processes that a process's main thread forked and that are still there. Empty where the kernel does not list them
 * (CONFIG_PROC_CHILDREN, which distributions set). proc_tid_children(5)
 */
export function childrenOf(pid: number): number[] {
  const list = readText(`/proc/${pid}/task/${pid}/children`);
  return list.errno === null ? list.text.split(' ').filter(Boolean).map(Number) : [];
}
