/**
 * A rule of the kernel, as data and a check against the running one. The rows of `pagescope conformance` and of
 * test/conformance/, which run the very same checks.
 */
import { isDeepStrictEqual } from 'node:util';
import { MAP, mmap, munmap, PROT } from '../mman.ts';
import { status } from '../proc-status.ts';
import { getrlimit, type Limit, prlimit, RLIMIT } from '../resource.ts';
import { pageSize } from '../sysconf.ts';
import { touchWrite } from '../touch.ts';

/** Whom a rule holds for: `user` has no capability; `any` holds for both, and runs as whoever asks. */
export type Who = 'root' | 'user' | 'any';

export type Rule = {
  readonly call: string;
  /** A sentence about behaviour. */
  readonly rule: string;
  /** The man page or kernel file that says so, with the first version when it isn't all. */
  readonly source: string;
  readonly as: Who;
  /** Throws `Broken` or `Skipped`; returns when the rule held. Leaves the process as it found it. */
  readonly check: () => void;
};

export type Outcome =
  | { readonly status: 'held' }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'skipped'; readonly reason: string };

class Broken extends Error {}
class Skipped extends Error {}

/** Runs one rule here. What it throws beyond its own two is a failure too, with its message. */
export function outcome(rule: Rule): Outcome {
  try {
    rule.check();
    return { status: 'held' };
  } catch (error) {
    if (error instanceof Skipped) return { status: 'skipped', reason: error.message };
    return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The rule can't be checked here; the reason is a sentence. */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `0x${inner.toString(16)}` : inner)) ?? 'undefined'
  );
}

/** What was measured must be what the rule says. */
export function same(measured: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(measured, expected))
    throw new Broken(`${what}: expected ${shown(expected)}, got ${shown(measured)}.`);
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
  if (mapped.errno !== null) throw new Broken(`A mapping of ${pages} pages could not be made: ${mapped.errno}.`);
  try {
    return use(mapped.returned);
  } finally {
    munmap(mapped.returned, bytes(pages));
  }
}

/** Gives `use` the address of an unmapped page, between two mapped ones so that no other thread's mapping comes to lie there. */
export function withHole(use: (hole: bigint) => void): void {
  withPages(3, (address) => {
    munmap(at(address, 1), bytes(1));
    use(at(address, 1));
  });
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
  if (self.errno !== null) skip(`/proc/self/status can't be read: ${self.errno}.`);
  return self.vmLckBytes / pageSize();
}

/** Sets the soft limit of MEMLOCK for the length of `use`. */
export function withMemlock(soft: Limit, use: () => void): void {
  const before = getrlimit(RLIMIT.MEMLOCK);
  if (before.errno !== null) throw new Broken(`getrlimit: ${before.errno}.`);
  const set = prlimit(0, RLIMIT.MEMLOCK, { soft, hard: before.hard });
  if (set.errno !== null)
    skip(`The soft limit of MEMLOCK can't be set to ${soft} here (hard limit ${before.hard}): ${set.errno}.`);
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
