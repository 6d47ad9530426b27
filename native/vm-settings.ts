/** Settings of the kernel that change what experiments see: transparent huge pages, overcommit, the map count. */
import type { Failed } from './errno.ts';
import { readText } from './proc-file.ts';

export type ThpSetting = 'always' | 'madvise' | 'never';

/** The choice in brackets in /sys/kernel/mm/transparent_hugepage/enabled. admin-guide/mm/transhuge.rst; ENOENT: not built in. */
export function transparentHugepage():
  | { readonly returned: 0; readonly errno: null; readonly enabled: ThpSetting }
  | Failed {
  const read = readText('/sys/kernel/mm/transparent_hugepage/enabled');
  if (read.errno !== null) return read;
  const chosen = /\[(\w+)\]/.exec(read.text)?.[1];
  const enabled = chosen === 'always' || chosen === 'madvise' ? chosen : 'never';
  return { returned: 0, errno: null, enabled };
}

export type Overcommit = 'heuristic' | 'always' | 'never';

/** /proc/sys/vm/overcommit_memory by name. proc_sys_vm(5) */
export function overcommit(): { readonly returned: 0; readonly errno: null; readonly mode: Overcommit } | Failed {
  const read = readText('/proc/sys/vm/overcommit_memory');
  if (read.errno !== null) return read;
  const mode = (['heuristic', 'always', 'never'] as const)[Number(read.text)] ?? 'heuristic';
  return { returned: 0, errno: null, mode };
}

/** /proc/sys/vm/max_map_count: how many VMAs a process may have; past it mmap, mlock and munmap give ENOMEM. proc_sys_vm(5) */
export function maxMapCount(): { readonly returned: number; readonly errno: null } | Failed {
  const read = readText('/proc/sys/vm/max_map_count');
  return read.errno === null ? { returned: Number(read.text), errno: null } : read;
}
