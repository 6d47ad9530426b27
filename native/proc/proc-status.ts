/** /proc/PID/status (proc_pid_status(5)): what a process holds, and who it is. */
import { type Capability, capabilities } from '../calls/capabilities.ts';
import type { Failed } from '../libc/errno.ts';
import { procFolder, readText } from './proc-file.ts';

export type Status = {
  readonly returned: 0;
  readonly errno: null;
  readonly name: string;
  /** Address space mapped. */
  readonly vmSizeBytes: number;
  /** Locked, whole on-fault ranges included, as the limit counts it. */
  readonly vmLckBytes: number;
  /** Resident. The kernel batches the count per thread: it may lag by up to 64 pages per CPU (since 6.2). */
  readonly vmRssBytes: number;
  readonly rssAnonBytes: number;
  readonly vmSwapBytes: number;
  readonly effectiveUid: number;
  readonly threads: number;
  /** 0: no filter of calls, 1: strict, 2: a seccomp(2) filter; null where this kernel has none (CONFIG_SECCOMP). */
  readonly seccomp: number | null;
  readonly effective: readonly Capability[];
  readonly permitted: readonly Capability[];
  readonly bounding: readonly Capability[];
};

/** Reads it. Errors: ENOENT (no such process), ESRCH (ended meanwhile). Kernel threads have no Vm lines: 0. */
export function status(pid: number | 'self' = 'self'): Status | Failed {
  const read = readText(`${procFolder(pid)}/status`);
  return read.errno === null ? parseStatus(read.text) : read;
}

/** The same from the file's text. */
export function parseStatus(text: string): Status {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const bytes = (name: string) => Number.parseInt(lines.get(name) ?? '0', 10) * 1024;
  const seccomp = lines.get('Seccomp');
  const mask = (name: string) => capabilities(lines.get(name) ?? '0');
  return {
    returned: 0,
    errno: null,
    name: lines.get('Name') ?? '',
    vmSizeBytes: bytes('VmSize'),
    vmLckBytes: bytes('VmLck'),
    vmRssBytes: bytes('VmRSS'),
    rssAnonBytes: bytes('RssAnon'),
    vmSwapBytes: bytes('VmSwap'),
    effectiveUid: Number.parseInt(lines.get('Uid')?.split(/\s+/)[1] ?? '', 10),
    threads: Number.parseInt(lines.get('Threads') ?? '0', 10),
    seccomp: seccomp === undefined ? null : Number(seccomp),
    effective: mask('CapEff'),
    permitted: mask('CapPrm'),
    bounding: mask('CapBnd'),
  };
}
