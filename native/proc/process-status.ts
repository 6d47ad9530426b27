/**
 * What /proc/PID/status (proc_pid_status(5)) tells everyone of any process, quickly: 2000 of them are read each second.
 * `proc-status.ts` reads the same file of one process, with its capabilities.
 */

/** Null is what the file doesn't tell: a kernel thread and a process that has ended have no memory. */
export type ProcessStatus = {
  /** As prctl(2) PR_SET_NAME or execve(2) left it: any bytes, at most 15 (a kernel thread's may be longer). */
  readonly name: string;
  /** `R`, `S`, `D`, `Z`, `X`… */
  readonly state: string;
  readonly effectiveUid: number | null;
  readonly threads: number | null;
  /** Resident, and what of it is anonymous, of files, of shared memory (Linux 4.5). */
  readonly rssBytes: number | null;
  readonly rssAnonBytes: number | null;
  readonly rssFileBytes: number | null;
  readonly rssShmemBytes: number | null;
  readonly swapBytes: number | null;
  /** Locked, as RLIMIT_MEMLOCK counts it: whole mappings, pages that aren't there too. */
  readonly vmLckBytes: number | null;
  /** Pinned for devices and io_uring; not in VmLck. */
  readonly vmPinBytes: number | null;
  readonly pageTableBytes: number | null;
  /** Whether CAP_IPC_LOCK is effective; in a user namespace other than the first the kernel doesn't heed it. */
  readonly ipcLock: boolean | null;
};

/** CAP_IPC_LOCK is capability 14: the third of the four bits of the fourth digit from the right. */
const IPC_LOCK_DIGIT = 4;
const IPC_LOCK_BIT = 4;

/** Parses the file's text, read as latin1. The lines come in the order in which they are looked for. */
export function parseProcessStatus(text: string): ProcessStatus {
  let from = 0;
  const value = (line: string): string | null => {
    const at = text.indexOf(line, from);
    if (at < 0) return null;
    const end = text.indexOf('\n', at + line.length);
    from = end < 0 ? text.length : end;
    return text.slice(at + line.length, from).trim();
  };
  const bytes = (line: string): number | null => {
    const found = value(line);
    return found === null ? null : Number.parseInt(found, 10) * 1024;
  };
  const nameEnd = text.indexOf('\n');
  const name = text.startsWith('Name:\t') ? text.slice(6, nameEnd < 0 ? text.length : nameEnd) : '';
  const state = value('\nState:')?.charAt(0) ?? '';
  const uid = value('\nUid:')?.split('\t')[1];
  const vmLckBytes = bytes('\nVmLck:');
  const vmPinBytes = bytes('\nVmPin:');
  const rssBytes = bytes('\nVmRSS:');
  const rssAnonBytes = bytes('\nRssAnon:');
  const rssFileBytes = bytes('\nRssFile:');
  const rssShmemBytes = bytes('\nRssShmem:');
  const pageTableBytes = bytes('\nVmPTE:');
  const swapBytes = bytes('\nVmSwap:');
  const threads = value('\nThreads:');
  const effective = value('\nCapEff:');
  return {
    name: nameOf(name),
    state,
    effectiveUid: uid === undefined ? null : Number(uid),
    threads: threads === null ? null : Number(threads),
    rssBytes,
    rssAnonBytes,
    rssFileBytes,
    rssShmemBytes,
    swapBytes,
    vmLckBytes,
    vmPinBytes,
    pageTableBytes,
    ipcLock:
      effective === null ? null : (Number.parseInt(effective.at(-IPC_LOCK_DIGIT) ?? '0', 16) & IPC_LOCK_BIT) !== 0,
  };
}

/** The kernel writes a newline and a backslash as `\n` and `\\`. Names are bytes, UTF-8 as a rule. */
function nameOf(printed: string): string {
  const bytes = printed.replaceAll(/\\([n\\])/g, (_, letter) => (letter === 'n' ? '\n' : letter));
  return /^[\x20-\x7e]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}
