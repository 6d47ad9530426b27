/** Settings of the kernel that change what experiments see: transparent huge pages, overcommit, the map count. */
import type { Failed } from '../libc/errno.ts';
import { readText } from './proc-file.ts';

/** Where huge pages are made: everywhere, where MADV_HUGEPAGE asks, nowhere. */
export type ThpSetting = 'always' | 'madvise' | 'never';

export type TransparentHugepage = {
  readonly returned: 0;
  readonly errno: null;
  readonly enabled: ThpSetting;
  /**
   * How hard a fault tries to make one: `always`, `defer`, `defer+madvise`, `madvise`, `never`. Null where the file is
   * missing.
   */
  readonly defrag: string | null;
  /** For shared memory and memory files. */
  readonly shmem: string | null;
  /** Whether a read of an untouched huge page maps the huge zero page. */
  readonly zeroPage: boolean | null;
  /** Bytes of a huge page that a PMD maps (2 MiB on x86-64). */
  readonly sizeBytes: number | null;
};

const THP = '/sys/kernel/mm/transparent_hugepage';

/** The choice in brackets: `always [madvise] never`. */
function chosen(name: string): string | null {
  const read = readText(`${THP}/${name}`);
  return read.errno === null ? (/\[([^\]]+)\]/.exec(read.text)?.[1] ?? null) : null;
}

function wholeNumber(path: string): number | null {
  const read = readText(path);
  return read.errno === null ? Number(read.text) : null;
}

/** The settings in /sys/kernel/mm/transparent_hugepage. admin-guide/mm/transhuge.rst; ENOENT: not built in. */
export function transparentHugepage(): TransparentHugepage | Failed {
  const read = readText(`${THP}/enabled`);
  if (read.errno !== null) return read;
  const mode = chosen('enabled');
  const zeroPage = wholeNumber(`${THP}/use_zero_page`);
  return {
    returned: 0,
    errno: null,
    enabled: mode === 'always' || mode === 'madvise' ? mode : 'never',
    defrag: chosen('defrag'),
    shmem: chosen('shmem_enabled'),
    zeroPage: zeroPage === null ? null : zeroPage === 1,
    sizeBytes: wholeNumber(`${THP}/hpage_pmd_size`),
  };
}

export type Overcommit = {
  readonly returned: 0;
  readonly errno: null;
  readonly mode: 'heuristic' | 'always' | 'never';
  /** Percent of RAM that counts towards the commit limit in mode `never`, unless `limitBytes` is set. */
  readonly ratioPercent: number | null;
  /** vm.overcommit_kbytes; 0: the ratio counts. */
  readonly limitBytes: number | null;
};

/**
 * vm.overcommit_memory by name, with its two numbers. `CommitLimit` of meminfo is what comes of them. proc_sys_vm(5)
 */
export function overcommit(): Overcommit | Failed {
  const read = readText('/proc/sys/vm/overcommit_memory');
  if (read.errno !== null) return read;
  const kbytes = wholeNumber('/proc/sys/vm/overcommit_kbytes');
  return {
    returned: 0,
    errno: null,
    mode: (['heuristic', 'always', 'never'] as const)[Number(read.text)] ?? 'heuristic',
    ratioPercent: wholeNumber('/proc/sys/vm/overcommit_ratio'),
    limitBytes: kbytes === null ? null : kbytes * 1024,
  };
}

/**
 * /proc/sys/vm/max_map_count: how many VMAs a process may have; past it mmap, mlock and munmap give ENOMEM.
 * proc_sys_vm(5)
 */
export function maxMapCount(): { readonly returned: number; readonly errno: null } | Failed {
  const read = readText('/proc/sys/vm/max_map_count');
  return read.errno === null ? { returned: Number(read.text), errno: null } : read;
}
