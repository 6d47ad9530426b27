/** /proc/vmstat (proc_vmstat(5)): the kernel's counters of memory, of the whole machine since it started. */
import type { Failed } from '../libc/errno.ts';
import { readText } from './proc-file.ts';

export type Vmstat = {
  readonly returned: 0;
  readonly errno: null;
  /** By the kernel's names: `nr_mlock` in pages, `pgfault`, `pgmajfault`, `pswpout`, `thp_split_page` as counts… */
  readonly counters: ReadonlyMap<string, number>;
};

/**
 * Reads all of them: which there are depends on the kernel and its configuration. Errors: ENOENT, EACCES (no /proc).
 */
export function vmstat(): Vmstat | Failed {
  const read = readText('/proc/vmstat');
  if (read.errno !== null) return read;
  const counters = new Map<string, number>();
  for (const line of read.text.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) counters.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return { returned: 0, errno: null, counters };
}
