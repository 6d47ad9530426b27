/**
 * A rule of the kernel, as data and a check against the running one. The rows of `pagescope conformance` and of
 * test/conformance/, which run the very same checks.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Capability } from '../native/calls/capabilities.ts';
import { forkAndHold } from '../native/calls/fork.ts';
import { munlockall } from '../native/calls/mlock.ts';
import { MAP, mincore, mmap, munmap, PROT } from '../native/calls/mman.ts';
import { getrlimit, type Limit, prlimit, RLIMIT } from '../native/calls/resource.ts';
import { touchWrite } from '../native/calls/touch.ts';
import type { Text } from '../native/errno-meanings/text.ts';
import type { ErrnoName } from '../native/libc/errno.ts';
import { pageSize } from '../native/libc/sysconf.ts';
import { type CallFilter, callFilter } from '../native/probes/call-filter.ts';
import { status } from '../native/proc/proc-status.ts';
import { readSmaps, type SmapsEntry } from '../native/proc/smaps.ts';
import { userNamespace } from '../native/proc/user-namespace.ts';

/** Whom a rule holds for: `user` has no capability; `any` holds for both, and runs as the user who asks. */
export type Who = 'root' | 'user' | 'any';

/** What the kernel is said to do, and how that is checked. */
export type Rule = {
  readonly call: string;
  /** A sentence about behaviour, without its full stop. */
  readonly rule: Text;
  /** The man page or kernel file that says so, with the first version when it isn't all. */
  readonly source: string;
  readonly as: Who;
  /** Throws `Broken` or `Skipped`; returns when the rule held. Leaves the process as it found it. */
  readonly check: () => void | Promise<void>;
};

/** What came of a check. */
export type RuleOutcome =
  | { readonly status: 'held' }
  | { readonly status: 'failed'; readonly reason: Text }
  | { readonly status: 'skipped'; readonly reason: Text };

/** What ends a check before its end. */
class EarlyEnd extends Error {
  readonly reason: Text;

  constructor(reason: Text) {
    super(reason.en);
    this.reason = reason;
  }
}
class Broken extends EarlyEnd {
  /** What was found in place of what the rule says. */
  readonly measured: unknown;

  constructor(reason: Text, measured?: unknown) {
    super(reason);
    this.measured = measured;
  }
}
class Skipped extends EarlyEnd {}

/** What a rule about locked memory takes for granted: the smallest default that Linux has ever had. */
const LOCKABLE = 65536n;

/** Calls whose rules lock memory. */
const LOCKING = ['mmap', 'mincore', 'mlock', 'munlock', 'mlock2', 'mlockall', 'munlockall', 'madvise', 'memfd_secret'];

/**
 * Runs one rule here. What it throws beyond its own two is a failure too, with its message; but where hardly anything
 * may be locked, a rule about locking that does not hold says nothing of the kernel.
 */
export async function outcome(rule: Rule): Promise<RuleOutcome> {
  const limit = LOCKING.includes(rule.call) ? lockable() : 'unlimited';
  try {
    await rule.check();
    return { status: 'held' };
  } catch (error) {
    const reason = reasonOf(error);
    if (error instanceof Skipped || fromTheSystem(error)) return { status: 'skipped', reason };
    if (limit !== 'unlimited' && limit < LOCKABLE)
      return {
        status: 'skipped',
        reason: {
          en: `RLIMIT_MEMLOCK is ${limit} bytes here, too little to check this. ${reason.en}`,
          zh: `此处的 RLIMIT_MEMLOCK 只有 ${limit} 字节，不足以检查。${reason.zh}`,
        },
      };
    return forbidden(rule, error, reason) ?? { status: 'failed', reason };
  }
}

let filter: CallFilter | undefined;

/**
 * A filter (seccomp) that refuses a call says nothing of the kernel: what then does not hold is skipped, with the call
 * and its errno. Undefined where no filter has to do with it.
 */
function forbidden({ call }: Rule, error: unknown, reason: Text): RuleOutcome | undefined {
  filter ??= ownFilter();
  const measured = error instanceof Broken ? error.measured : undefined;
  const { refused, seccomp } = filter;
  const named =
    refused.find((each) => each.call === call) ?? refused.find(({ errno }) => errno === measured) ?? refused[0];
  // One that was not tried may be refused as well: by the same errno as a rule.
  if (!named && !(seccomp === 2 && measured === 'EPERM')) return undefined;
  const [what, errno] = named ? [named.call, named.errno] : [call, measured];
  return {
    status: 'skipped',
    reason: {
      en: `A filter (seccomp) forbids ${what} here: ${errno}. ${reason.en}`,
      zh: `过滤器（seccomp）在此禁止 ${what}：${errno}。${reason.zh}`,
    },
  };
}

/** What is refused here, munlockall(2) too: in a process that only checks rules it may be tried. */
function ownFilter(): CallFilter {
  const found = callFilter();
  const { errno } = munlockall();
  return errno === null ? found : { ...found, refused: [...found.refused, { call: 'munlockall', errno }] };
}

/** Whether Node made it of an errno: a folder that cannot be written to is no fault of the kernel's. */
function fromTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** Why a check ended: its own words, or those of an error that is not about the rule. */
function reasonOf(error: unknown): Text {
  if (error instanceof EarlyEnd) return error.reason;
  const message = error instanceof Error ? error.message : String(error);
  return { en: message, zh: message };
}

/**
 * Whether a capability is held where these calls ask for it: a container takes it away, or is root of its own namespace
 * only.
 */
export function holds(capability: Capability): boolean {
  const self = status();
  return self.errno === null && self.effective.includes(capability) && userNamespace().initial !== false;
}

/** Skips unless this process may lock past its limit. */
export function needsIpcLock(): void {
  if (!holds('CAP_IPC_LOCK'))
    skip({
      en: 'This root has no CAP_IPC_LOCK, or only in a user namespace, where it does not count.',
      zh: '此处的 root 没有 CAP_IPC_LOCK，或只在用户命名空间内持有，不起作用。',
    });
}

/** Bytes that this process may lock. */
export function lockable(): Limit {
  if (holds('CAP_IPC_LOCK')) return 'unlimited';
  const limits = getrlimit(RLIMIT.MEMLOCK);
  return limits.errno === null ? limits.soft : 'unlimited';
}

/** The rule can't be checked here; the reason is a sentence. */
export function skip(reason: Text): never {
  throw new Skipped(reason);
}

/** The rule can't be checked here, because a file can't be read. */
export function skipUnreadable(file: string, errno: ErrnoName): never {
  skip({ en: `${file} can't be read: ${errno}.`, zh: `${file} 无法读取：${errno}。` });
}

function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `0x${inner.toString(16)}` : inner)) ?? 'undefined'
  );
}

/** What was measured must be what the rule says. */
export function same(measured: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(measured, expected))
    throw new Broken(
      {
        en: `${what}: expected ${shown(expected)}, got ${shown(measured)}.`,
        zh: `${what}：应为 ${shown(expected)}，实测 ${shown(measured)}。`,
      },
      measured,
    );
}

/** A call's result must have this errno; null for success. */
export function gives(result: { readonly errno: string | null }, errno: string | null, what: string): void {
  same(result.errno, errno, what);
}

/** Bytes of `pages` pages. */
export function bytes(pages: number): number {
  return pages * pageSize();
}

/** The address of page `page` of a mapping. */
export function at(address: bigint, page: number): bigint {
  return address + BigInt(bytes(page));
}

/** Gives `use` a fresh private anonymous mapping, and unmaps it whatever happens. */
export function withPages<T>(
  pages: number,
  use: (address: bigint) => T,
  protection: number = PROT.READ | PROT.WRITE,
): T {
  const mapped = mmap(null, bytes(pages), protection, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null)
    throw new Broken({
      en: `A mapping of ${pages} pages could not be made: ${mapped.errno}.`,
      zh: `无法建立 ${pages} 页的映射：${mapped.errno}。`,
    });
  try {
    return use(mapped.returned);
  } finally {
    munmap(mapped.returned, bytes(pages));
  }
}

/**
 * Gives `use` the address of an unmapped page, between two mapped ones so that no other thread's mapping comes to lie
 * there.
 */
export function withHole(use: (hole: bigint) => void): void {
  withPages(3, (address) => {
    munmap(at(address, 1), bytes(1));
    use(at(address, 1));
  });
}

/** Gives `use` the pid of a fork that waits, and ends it. */
export function withFork(use: (pid: number) => void): void {
  const child = forkAndHold();
  if (child.errno !== null)
    skip({ en: `This process can't be forked: ${child.errno}.`, zh: `本进程无法 fork：${child.errno}。` });
  try {
    use(child.pid);
  } finally {
    child.release();
  }
}

/** The mapping at an address, as smaps has it. */
export function smapsOf(address: bigint, pages: number, pid: number | 'self' = 'self'): SmapsEntry {
  let found: SmapsEntry | undefined;
  const visit = (entry: SmapsEntry) => {
    found = entry;
    return false;
  };
  const read = readSmaps(pid, visit, address, at(address, pages));
  if (read.errno !== null) skipUnreadable(`/proc/${pid}/smaps`, read.errno);
  if (!found) {
    const there = `0x${address.toString(16)}`;
    throw new Broken({ en: `Nothing is mapped at ${there}.`, zh: `${there} 处没有映射。` });
  }
  return found;
}

/** How many of the pages are in core. */
export function inCore(address: bigint, pages: number): number {
  const vec = new Uint8Array(pages);
  gives(mincore(address, bytes(pages), vec), null, 'mincore');
  return vec.reduce((sum, byte) => sum + (byte & 1), 0);
}

/** Page numbers from `first` on. */
export function pageNumbers(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => first + index);
}

/** Writes to pages, which must succeed. */
export function write(address: bigint, first: number, count: number): void {
  gives(touchWrite(address, pageNumbers(first, count)), null, `writing to pages ${first} to ${first + count - 1}`);
}

/** VmLck of this process, in pages. */
export function lockedPages(): number {
  const self = status();
  if (self.errno !== null) skipUnreadable('/proc/self/status', self.errno);
  return self.vmLckBytes / pageSize();
}

/** Sets the soft limit of MEMLOCK for the length of `use`. */
export function withMemlock(soft: Limit, use: () => void): void {
  const before = getrlimit(RLIMIT.MEMLOCK);
  gives(before, null, 'getrlimit');
  if (before.errno !== null) return;
  const set = prlimit(0, RLIMIT.MEMLOCK, { soft, hard: before.hard });
  if (set.errno !== null)
    skip({
      en: `The soft limit of MEMLOCK can't be set to ${soft} here (hard limit ${before.hard}): ${set.errno}.`,
      zh: `此处无法把 MEMLOCK 的软上限设为 ${soft}（硬上限 ${before.hard}）：${set.errno}。`,
    });
  try {
    use();
  } finally {
    prlimit(0, RLIMIT.MEMLOCK, { soft: before.soft, hard: before.hard });
  }
}

/** Rules of one call, from rows without its name. */
export function rules(call: string, rows: readonly Omit<Rule, 'call'>[]): readonly Rule[] {
  return rows.map((row) => ({ call, ...row }));
}
