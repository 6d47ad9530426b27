import type { ErrnoName } from '../../native/libc/errno.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { diagnoseLock, type LockCause } from '../../native/probes/diagnose-lock.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { status } from '../../native/proc/proc-status.ts';
import { holesIn, wholePages, within } from '../../native/proc/stretch.ts';
import { maxMapCount } from '../../native/proc/vm-settings.ts';
import { isLocked, mappingCount, vmas } from '../../native/proc/vma.ts';
import type { Step } from '../../protocol/events.ts';
import type { FixId } from '../../protocol/fixes/fix-ids.ts';
import { exactBytes } from '../../protocol/size.ts';
import { smallestChange } from '../../protocol/would-lock.ts';
import { formatAddress } from '../base/format.ts';
import { memlockLimit } from './environment.ts';
import { filterSentence, lockSentence, noNumberFits, wouldSplit } from './lock-sentence.ts';
import { lockingFacts } from './locking-facts.ts';

/** Why a call was refused in this state, with the numbers, and the fix that helps. */
export type Diagnosis = NonNullable<Step['diagnosis']>;

/** What the refused call was about, as far as it had it. */
export interface RefusedArguments {
  readonly address?: bigint;
  /** Bytes of the range or mapping. */
  readonly lengthBytes?: number;
  /** What it is called where its kind says more than its function: `MADV_PAGEOUT`… */
  readonly name?: string;
  /** Locked memory refuses it with EINVAL. */
  readonly refusedByLocks?: boolean | undefined;
  /** `setrlimit`: the soft limit that was asked for, in bytes. */
  readonly softBytes?: number;
  /** `mmap`: its pages were to be from the machine's pool of huge pages. */
  readonly hugetlb?: boolean;
}

/**
 * Measures why `call` gave `errno`; undefined where no measurement explains it, and the errno's meaning has to do. Ask
 * right after the call, in the process that made it. Costs about a millisecond.
 */
export function diagnose(call: string, errno: ErrnoName, given: RefusedArguments): Diagnosis | undefined {
  switch (call) {
    case 'mlock':
    case 'mlock2':
    case 'mlockall':
      return refusedLock(call, errno, given);
    case 'mmap':
      return (given.hugetlb ? poolTooSmall(errno, given) : undefined) ?? refusedLock(call, errno, given);
    case 'madvise':
      return (errno === 'EINVAL' ? lockedRange(given) : undefined) ?? unmapped(errno, given);
    case 'munlock':
      return unmapped(errno, given) ?? tooManyMappings(errno) ?? filtered(call, errno);
    case 'munmap':
    case 'mprotect':
      return unmapped(errno, given) ?? tooManyMappings(errno);
    case 'mincore':
    case 'msync':
      return unmapped(errno, given) ?? filtered(call, errno);
    case 'setrlimit':
    case 'prlimit':
      return overHardLimit(errno, given);
    default:
      return filtered(call, errno);
  }
}

/** Calls about a process's own memory, to which the kernel itself answers neither EPERM nor EACCES. */
const neverForbidden: readonly string[] = [
  'munlock',
  'munlockall',
  'mincore',
  'msync',
  'process_vm_readv',
  'process_vm_writev',
  'memfd_secret',
  'getrandom',
];

function filtered(call: string, errno: ErrnoName): Diagnosis | undefined {
  if ((errno !== 'EPERM' && errno !== 'EACCES') || !neverForbidden.includes(call)) return undefined;
  const self = status();
  if (self.errno !== null || self.seccomp !== 2) return undefined;
  const never = {
    en: `the kernel itself does not answer ${errno} to a process that asks about itself`,
    zh: `对自身的调用，内核本身不会返回 ${errno}`,
  };
  return { text: filterSentence(call, never), fix: 'call-filter' };
}

function refusedLock(
  call: 'mlock' | 'mlock2' | 'mlockall' | 'mmap',
  errno: ErrnoName,
  { address, lengthBytes: length }: RefusedArguments,
): Diagnosis | undefined {
  const found = lockOf(call, errno, address, length);
  if (!found) return undefined;
  const { cause, measured } = found;
  const needed = call === 'mlockall' ? measured.vmSizeBytes : measured.vmLckBytes + measured.addedBytes;
  const fix = fixOf(cause, needed) ?? (measured.filter && cause === 'unknown' ? 'call-filter' : undefined);
  const limit = byLimit(cause) && { limit: noNumberFits(call, measured) ? ('unlimited' as const) : needed };
  return fix && { text: lockSentence(cause, call, measured), fix, ...limit };
}

function lockOf(call: string, errno: ErrnoName, address: bigint | undefined, length: number | undefined) {
  if (call === 'mlockall') return diagnoseLock({ call, errno });
  if (length === undefined) return null;
  // mmap says EAGAIN and EPERM for locks alone; its other errnos have other stories.
  if (call === 'mmap') return errno === 'EAGAIN' || errno === 'EPERM' ? diagnoseLock({ call, length, errno }) : null;
  if (address === undefined || (call !== 'mlock' && call !== 'mlock2')) return null;
  return diagnoseLock({ call, address, length, errno });
}

const byLimit = (cause: LockCause): boolean => cause === 'limit' || cause === 'no-permission';

function fixOf(cause: LockCause, neededBytes: number): FixId | undefined {
  if (byLimit(cause)) return smallestChange(lockingFacts(), neededBytes).fix;
  switch (cause) {
    case 'filter':
      return 'call-filter';
    case 'hole':
    case 'inaccessible':
      return 'mapped-range';
    case 'too-many-mappings':
      return 'max-map-count';
    default:
      return undefined;
  }
}

/** The range in whole pages, and what is mapped in it. */
function mappedIn({ address, lengthBytes }: RefusedArguments) {
  if (address === undefined || lengthBytes === undefined) return undefined;
  const range = wholePages(address, lengthBytes);
  const found = vmas(range.start, range.end);
  return found.errno === null ? { ...range, inside: found.vmas } : undefined;
}

/** madvise gives EINVAL for locked memory; what comes before it is done. madvise(2) */
function lockedRange(given: RefusedArguments): Diagnosis | undefined {
  const aligned = (given.address ?? 1n) % BigInt(pageSize()) === 0n;
  if (!aligned || !given.refusedByLocks) return undefined;
  const range = mappedIn(given);
  const locked = range?.inside.find((vma) => isLocked(vma.start, Number(vma.end - vma.start)).locked);
  if (!range || !locked) return undefined;
  const { start, end } = within(locked, range);
  const [from, to] = [formatAddress(start), formatAddress(end)];
  return {
    text: {
      en: `${from} to ${to} is locked, and ${given.name} leaves locked memory alone; what comes before it was advised.`,
      zh: `${from} 至 ${to} 已锁定，${given.name} 不处理已锁定的内存；其之前的部分已处理。`,
    },
    fix: 'unlock-first',
  };
}

function unmapped(errno: ErrnoName, given: RefusedArguments): Diagnosis | undefined {
  const range = errno === 'ENOMEM' ? mappedIn(given) : undefined;
  const [hole] = range ? holesIn(range, range.inside) : [];
  if (!hole) return undefined;
  const [from, to] = [formatAddress(hole.start), formatAddress(hole.end)];
  return {
    text: { en: `Nothing is mapped from ${from} to ${to}.`, zh: `${from} 至 ${to} 没有映射。` },
    fix: 'mapped-range',
  };
}

/** Changing a part of a mapping splits it in two or three. */
function tooManyMappings(errno: ErrnoName): Diagnosis | undefined {
  const max = maxMapCount();
  const counted = mappingCount();
  if (errno !== 'ENOMEM' || max.errno !== null || counted.errno !== null) return undefined;
  const count = counted.returned;
  if (count + 2 <= max.returned) return undefined;
  return {
    text: wouldSplit(count, max.returned, { en: 'changing', zh: '改变' }),
    fix: 'max-map-count',
  };
}

/** mmap takes all of a mapping's huge pages from the pool at once, touched or not. hugetlb_reserve.rst */
function poolTooSmall(errno: ErrnoName, { lengthBytes = 0 }: RefusedArguments): Diagnosis | undefined {
  const memory = meminfo();
  if (errno !== 'ENOMEM' || memory.errno !== null || memory.hugePageBytes === 0) return undefined;
  const { hugePageBytes, hugePagesTotal: total, hugePagesFree, hugePagesReserved: reserved } = memory;
  const [needed, free] = [Math.ceil(lengthBytes / hugePageBytes), hugePagesFree - reserved];
  if (needed <= free) return undefined;
  const size = exactBytes(hugePageBytes);
  const promised = {
    en: reserved > 0 ? `, and ${reserved} more promised to other mappings` : '',
    zh: reserved > 0 ? `，另有 ${reserved} 个已预留给其他映射` : '',
  };
  return {
    text: {
      en: `This needs ${needed} huge page${needed === 1 ? '' : 's'} of ${size}, and ${free} of ${total} are free${promised.en} (vm.nr_hugepages).`,
      zh: `需要 ${needed} 个 ${size} 的大页，而 ${total} 个中只有 ${free} 个空闲${promised.zh}（vm.nr_hugepages）。`,
    },
    fix: 'hugetlb-pool',
  };
}

function overHardLimit(errno: ErrnoName, { softBytes }: RefusedArguments): Diagnosis | undefined {
  const { hard } = memlockLimit();
  if (softBytes === undefined || hard === 'unlimited' || softBytes <= hard) return undefined;
  if (errno !== 'EINVAL' && errno !== 'EPERM') return undefined;
  const sum = `${exactBytes(softBytes)} > ${exactBytes(hard)}`;
  return {
    text: {
      en: `${sum}: the soft limit cannot go above the hard limit of RLIMIT_MEMLOCK.`,
      zh: `${sum}：软上限不能超过 RLIMIT_MEMLOCK 的硬上限。`,
    },
    fix: smallestChange(lockingFacts(), softBytes).fix,
  };
}
