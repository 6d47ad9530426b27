/** getrlimit(2), prlimit(2), getrusage(2): what a process may use and has used. */
import { checkInt } from '../libc/arguments.ts';
import { type Failed, failed, type Result, zero } from '../libc/errno.ts';
import { bind, type Pointer } from '../libc/libc.ts';

/** Resources of getrlimit(2); the numbers of asm-generic (x86-64, arm64, riscv64). */
export const RLIMIT = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  /** Bytes that a process without CAP_IPC_LOCK may lock. */
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
} as const;

/** Whose use `getrusage` reports. THREAD is Linux 2.6.26. */
export const RUSAGE = { SELF: 0, CHILDREN: -1, THREAD: 1 } as const;

/** A limit in the resource's unit (bytes for MEMLOCK). */
export type Limit = bigint | 'unlimited';
/** The soft limit is what the kernel enforces; the process itself may raise it to the hard one. */
export type Limits = { readonly soft: Limit; readonly hard: Limit };
/** The limits, or the errno of reading or setting them. */
export type LimitsResult = ({ readonly returned: 0; readonly errno: null } & Limits) | Failed;

const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

const libcGetrlimit = bind<(resource: number, limits: BigUint64Array) => number>('int getrlimit(int, void *)');
const libcSetrlimit = bind<(resource: number, limits: BigUint64Array) => number>('int setrlimit(int, void *)');
const libcPrlimit = bind<(pid: number, resource: number, newLimits: Pointer, oldLimits: Pointer) => number>(
  'int prlimit(int, int, void *, void *)',
);

function limit(value: bigint | undefined): Limit {
  return value === undefined || value === RLIM_INFINITY ? 'unlimited' : value;
}

function number(name: string, value: Limit): bigint {
  if (value === 'unlimited') return RLIM_INFINITY;
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint or 'unlimited', not ${typeof value}`);
  if (value < 0n || value > RLIM_INFINITY) throw new RangeError(`${name} must be from 0 to 2^64 − 1, not ${value}`);
  return value;
}

function limits(words: BigUint64Array): LimitsResult {
  return { returned: 0, errno: null, soft: limit(words[0]), hard: limit(words[1]) };
}

/** The calling process's soft and hard limit. Errors: EINVAL (no such resource). getrlimit(2) */
export function getrlimit(resource: number): LimitsResult {
  const words = new BigUint64Array(2);
  if (libcGetrlimit()(checkInt('resource', resource), words) !== 0) return failed();
  return limits(words);
}

/**
 * Sets the calling process's limits. Lowering the hard limit can't be undone without CAP_SYS_RESOURCE.
 * Errors: EINVAL (resource, soft over hard), EPERM (raising the hard limit). setrlimit(2)
 */
export function setrlimit(resource: number, { soft, hard }: Limits): Result {
  const wanted = new BigUint64Array([number('soft', soft), number('hard', hard)]);
  return zero(libcSetrlimit()(checkInt('resource', resource), wanted));
}

/**
 * Reads a process's limits and, with `newLimits`, sets them; `soft` and `hard` are those before the call. `pid` 0 is
 * the caller. Errors: EINVAL (resource, soft over hard), EPERM (raising the hard limit, another user's process), ESRCH.
 * prlimit(2)
 */
export function prlimit(pid: number, resource: number, newLimits?: Limits): LimitsResult {
  checkInt('pid', pid);
  checkInt('resource', resource);
  const wanted = newLimits
    ? new BigUint64Array([number('newLimits.soft', newLimits.soft), number('newLimits.hard', newLimits.hard)])
    : null;
  const before = new BigUint64Array(2);
  if (libcPrlimit()(pid, resource, wanted, before) !== 0) return failed();
  return limits(before);
}

const libcGetrusage = bind<(who: number, usage: Uint8Array) => number>('int getrusage(int, void *)');

/** struct rusage: two timevals, then 14 longs; 144 bytes on 64-bit Linux. */
const usage = new Uint8Array(144);
const words = new DataView(usage.buffer);

/** Counts since the process (or thread) began. */
export type Usage = {
  readonly returned: 0;
  readonly errno: null;
  readonly userTimeNs: number;
  readonly systemTimeNs: number;
  /** Largest resident set so far (of the process, also for THREAD). */
  readonly maxRssBytes: number;
  /** Faults served without I/O. */
  readonly minorFaults: number;
  /** Faults that needed I/O. */
  readonly majorFaults: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
};

function word(offset: number): number {
  return words.getUint32(offset, true) + words.getInt32(offset + 4, true) * 2 ** 32;
}

/** Time, memory and faults used by `who` (`RUSAGE`). Errors: EINVAL. getrusage(2) */
export function getrusage(who: number): Usage | Failed {
  if (libcGetrusage()(checkInt('who', who), usage) !== 0) return failed();
  return {
    returned: 0,
    errno: null,
    userTimeNs: word(0) * 1e9 + word(8) * 1e3,
    systemTimeNs: word(16) * 1e9 + word(24) * 1e3,
    maxRssBytes: word(32) * 1024,
    minorFaults: word(64),
    majorFaults: word(72),
    voluntarySwitches: word(128),
    involuntarySwitches: word(136),
  };
}

/** The page faults that one stretch of code took. */
export type Faults = { readonly minorFaults: number; readonly majorFaults: number };
