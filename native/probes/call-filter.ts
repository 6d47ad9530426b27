/**
 * Which calls something between us and the kernel refuses: the seccomp filter of a container or a unit. Found by trying
 * each on a page or a descriptor of our own, in a way that the kernel itself never refuses.
 */
import { closeSync } from 'node:fs';
import { memfdCreate, memfdSecret } from '../calls/memfd.ts';
import { MLOCK, mlock, mlock2, mlockall, munlock } from '../calls/mlock.ts';
import { MADV, MAP, MS, madvise, mincore, mmap, msync, munmap, PROT } from '../calls/mman.ts';
import { cachestat } from '../calls/page-cache.ts';
import { pidfdOpen } from '../calls/pidfd.ts';
import { processVmReadv, zero } from '../calls/process-vm.ts';
import { getrlimit, RLIMIT } from '../calls/resource.ts';
import type { ErrnoName, Result } from '../libc/errno.ts';
import { MissingSymbol } from '../libc/libc.ts';
import { pageSize } from '../libc/sysconf.ts';
import { PAGE_IS, pagemapScan } from '../pages/pagemap-scan.ts';
import { selfDescriptor } from '../proc/proc-file.ts';
import { status } from '../proc/proc-status.ts';
import { userNamespace } from '../proc/user-namespace.ts';

/** What was found by trying. */
export type CallFilter = {
  /** `Seccomp` of /proc/self/status: 0 no filter, 1 strict, 2 a filter; null where it cannot be read. */
  readonly seccomp: number | null;
  readonly refused: readonly { readonly call: string; readonly errno: ErrnoName }[];
  /** Not told: the kernel's own refusal would look the same, or it cannot be tried without harm. */
  readonly untold: readonly string[];
};

/** A call that can be tried, and what the kernel itself may answer to it. */
type Trial = {
  readonly call: string;
  readonly own: readonly ErrnoName[];
  readonly make: (page: bigint) => ErrnoName | null;
};

const FULL = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'] as const;

const trials: readonly Trial[] = [
  { call: 'mlock', own: ['ENOMEM', 'EAGAIN'], make: (page) => mlock(page, pageSize()).errno },
  { call: 'munlock', own: [], make: (page) => munlock(page, pageSize()).errno },
  // A flag that does not exist, and no flag at all: EINVAL, before the limit is asked for. mm/mlock.c
  { call: 'mlock2', own: ['EINVAL'], make: (page) => mlock2(page, pageSize(), MLOCK.ONFAULT << 6).errno },
  { call: 'mlockall', own: ['EINVAL'], make: () => mlockall(0).errno },
  { call: 'mincore', own: ['EAGAIN'], make: (page) => mincore(page, pageSize(), new Uint8Array(128)).errno },
  { call: 'msync', own: ['EBUSY'], make: (page) => msync(page, pageSize(), MS.ASYNC | MS.INVALIDATE).errno },
  { call: 'madvise', own: ['EAGAIN'], make: (page) => madvise(page, pageSize(), MADV.NORMAL).errno },
  {
    call: 'process_vm_readv',
    own: ['ENOSYS', 'ENOMEM'],
    make: (page) => processVmReadv(process.pid, page, 1, new Uint8Array(128)).errno,
  },
  { call: 'process_vm_writev', own: ['ENOSYS', 'ENOMEM'], make: (page) => zero(page, 1).errno },
  { call: 'memfd_create', own: FULL, make: () => closed(memfdCreate('pagescope-tried')) },
  { call: 'memfd_secret', own: [...FULL, 'ENOSYS'], make: () => closed(memfdSecret()) },
  { call: 'pidfd_open', own: [...FULL, 'ENOSYS'], make: () => closed(pidfdOpen(process.pid)) },
  { call: 'cachestat', own: ['ENOSYS', 'EBADF'], make: () => cachestat(-1, 0, 0).errno },
  { call: 'PAGEMAP_SCAN', own: ['ENOTTY', 'EINVAL', 'ENOMEM'], make: scanned },
];

function closed(opened: Result<number>): ErrnoName | null {
  if (opened.errno === null) closeSync(opened.returned);
  return opened.errno;
}

function scanned(page: bigint): ErrnoName | null {
  const fd = selfDescriptor('pagemap');
  // That the file cannot be opened is no refusal of the call.
  if (fd.errno !== null) return null;
  const query = { inverted: 0, all: 0, any: PAGE_IS.PRESENT, report: PAGE_IS.PRESENT };
  return pagemapScan(fd.returned, page, pageSize(), query, () => {}).errno;
}

/** munlockall(2) takes no arguments that it could refuse: tried, it would unlock everything. */
const harmful = ['munlockall'];

/** All calls that are asked about, those that can't be tried too. */
export const askedCalls = (): readonly string[] => [...trials.map(({ call }) => call), ...harmful];

/**
 * Tries these calls, or all: some 0.1 ms. A page is locked and unlocked meanwhile. A filter, once set, stays, but at
 * another limit more can be told.
 */
export function callFilter(only?: readonly string[]): CallFilter {
  const self = status();
  const seccomp = self.errno === null ? self.seccomp : null;
  const size = pageSize();
  const page = mmap(null, size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (page.errno !== null) return { seccomp, refused: [], untold: [...trials.map(({ call }) => call), ...harmful] };
  try {
    const refused: { call: string; errno: ErrnoName }[] = [];
    const untold = only ? [] : [...harmful];
    for (const { call, own, make } of trials) {
      if (only && !only.includes(call)) continue;
      const errno = tried(() => make(page.returned));
      if (errno === null || own.includes(errno)) continue;
      if (call === 'mlock' && errno === 'EPERM' && mayLockNothing()) untold.push(call);
      else refused.push({ call, errno });
    }
    return { seccomp, refused, untold };
  } finally {
    munmap(page.returned, size);
  }
}

/** A C library without the function refuses nothing. */
function tried(make: () => ErrnoName | null): ErrnoName | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof MissingSymbol) return null;
    throw error;
  }
}

/** Whether the kernel itself answers EPERM to every lock: can_do_mlock, mm/mlock.c. */
export function mayLockNothing(): boolean {
  const limits = getrlimit(RLIMIT.MEMLOCK);
  const self = status();
  const counts = self.errno === null && self.effective.includes('CAP_IPC_LOCK') && userNamespace().initial !== false;
  return !counts && (limits.errno !== null || limits.soft === 0n);
}
