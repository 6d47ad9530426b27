/**
 * Rules of mlockall(2) and munlockall(2). Each check takes everything back before it returns and does next to nothing in between: V8 aborts
 * when it gives back a page while all of them are locked. 600 rounds of lock, look, unlock on Node 24: none did.
 */
import { MCL, mlockall, munlockall } from '../mlock.ts';
import { MAP, mlock, mmap, munmap, PROT } from '../mman.ts';
import { meminfo } from '../proc-meminfo.ts';
import type { Limit } from '../resource.ts';
import { isLocked } from '../vma.ts';
import { bytes, gives, inCore, lockedPages, needsIpcLock, rules, same, skip, withMemlock, withPages } from './rule.ts';

/** What stood while everything was locked, of a mapping made before and one made after. */
type Seen = { readonly vmLck: number; readonly before: string; readonly after: string };

function state(address: bigint): string {
  return `${isLocked(address, bytes(4)).locked ? 'locked' : 'unlocked'}, ${inCore(address, 4)} of 4 in core`;
}

/** What bringing in all that Node has reserved may take. */
const NEEDED_BYTES = 2 * 2 ** 30;

/** Locks with `flags`, maps, looks, unlocks. */
function locking(flags: number): Seen {
  if ((flags & MCL.CURRENT) !== 0) needsIpcLock();
  const machine = meminfo();
  const all = (flags & MCL.CURRENT) !== 0 && (flags & MCL.ONFAULT) === 0;
  if (all && machine.errno === null && machine.memAvailableBytes < NEEDED_BYTES)
    skip('Bringing in all that this process has mapped may take 2 GiB, and there are fewer.');
  return withPages(4, (before) => {
    try {
      gives(mlockall(flags), null, 'mlockall');
      return withPages(4, (after) => ({ vmLck: lockedPages(), before: state(before), after: state(after) }));
    } finally {
      munlockall();
    }
  });
}

/** At a limit, what mlockall and then a mapping of 128 KiB answer. */
function atLimit(soft: Limit, flags: number): readonly [string | null, string | null] {
  let answers: readonly [string | null, string | null] = [null, null];
  withMemlock(soft, () => {
    try {
      const { errno } = mlockall(flags);
      const mapped = mmap(null, 131072, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
      if (mapped.errno === null) munmap(mapped.returned, 131072);
      answers = [errno, mapped.errno];
    } finally {
      munlockall();
    }
  });
  return answers;
}

export const mlockallRules = [
  ...rules('mlockall', [
    {
      rule: 'flags 0 are EINVAL',
      source: 'mlockall(2), Linux Test Project mlockall03',
      as: 'any',
      check: () => gives(mlockall(0), 'EINVAL', 'mlockall'),
    },
    {
      rule: 'unknown flags are EINVAL',
      source: 'mlockall(2), Linux Test Project mlockall03',
      as: 'any',
      check: () => {
        gives(mlockall(~(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT)), 'EINVAL', 'all unknown flags');
        gives(mlockall(MCL.CURRENT | 8), 'EINVAL', 'CURRENT and an unknown flag');
      },
    },
    {
      rule: 'ONFAULT alone is EINVAL',
      source: 'mlockall(2), Linux 4.4',
      as: 'any',
      check: () => gives(mlockall(MCL.ONFAULT), 'EINVAL', 'mlockall'),
    },
    {
      rule: 'CURRENT locks what is mapped and brings it in; what is mapped later is neither',
      source: 'mlockall(2)',
      as: 'root',
      check: () => {
        const { before, after } = locking(MCL.CURRENT);
        same(before, 'locked, 4 of 4 in core', 'mapped before');
        same(after, 'unlocked, 0 of 4 in core', 'mapped after');
      },
    },
    {
      rule: 'FUTURE leaves what is mapped alone; what is mapped later is locked and in core at birth',
      source: 'mlockall(2)',
      as: 'any',
      check: () => {
        const { before, after } = locking(MCL.FUTURE);
        same(before, 'unlocked, 0 of 4 in core', 'mapped before');
        same(after, 'locked, 4 of 4 in core', 'mapped after');
      },
    },
    {
      rule: 'CURRENT and FUTURE on fault lock both, and bring neither in',
      source: 'mlockall(2), Linux 4.4',
      as: 'root',
      check: () => {
        const { before, after } = locking(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT);
        same(before, 'locked, 0 of 4 in core', 'mapped before');
        same(after, 'locked, 0 of 4 in core', 'mapped after');
      },
    },
    {
      rule: 'CURRENT and FUTURE together lock both, and bring both in',
      source: 'mlockall(2)',
      as: 'root',
      check: () => {
        const { before, after } = locking(MCL.CURRENT | MCL.FUTURE);
        same([before, after], ['locked, 4 of 4 in core', 'locked, 4 of 4 in core'], 'mapped before, and after');
      },
    },
    {
      rule: 'CURRENT is ENOMEM when the address space is larger than the limit',
      source: 'mlockall(2), mm/mlock.c',
      as: 'user',
      check: () => same(atLimit(65536n, MCL.CURRENT), ['ENOMEM', null], 'mlockall, then mmap'),
    },
    {
      rule: 'FUTURE over the limit succeeds, and then mmap is EAGAIN',
      source: 'mlockall(2), mmap(2)',
      as: 'user',
      check: () => same(atLimit(65536n, MCL.FUTURE), [null, 'EAGAIN'], 'mlockall, then mmap'),
    },
    {
      rule: 'at limit 0 it is EPERM',
      source: 'mlockall(2)',
      as: 'user',
      check: () => {
        same(atLimit(0n, MCL.CURRENT), ['EPERM', null], 'CURRENT');
        same(atLimit(0n, MCL.FUTURE), ['EPERM', null], 'FUTURE');
      },
    },
    {
      rule: 'CAP_IPC_LOCK locks past the limit',
      source: 'mlockall(2), capabilities(7)',
      as: 'root',
      check: () => {
        needsIpcLock();
        same(atLimit(0n, MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT), [null, null], 'mlockall, then mmap');
      },
    },
  ]),
  ...rules('munlockall', [
    {
      rule: 'VmLck is 0, more while all is locked, and 0 again',
      source: 'munlockall(2), Linux Test Project munlockall01',
      as: 'root',
      check: () => {
        munlockall();
        same(lockedPages(), 0, 'VmLck before');
        const { vmLck } = locking(MCL.CURRENT | MCL.ONFAULT);
        same([vmLck > 1000, lockedPages()], [true, 0], 'over 1000 pages in VmLck while locked, and VmLck after');
      },
    },
    {
      rule: 'takes FUTURE back: what is mapped next is not locked',
      source: 'munlockall(2)',
      as: 'any',
      check: () => {
        locking(MCL.FUTURE);
        same(withPages(4, state), 'unlocked, 0 of 4 in core', 'mapped after munlockall');
      },
    },
    {
      rule: 'unlocks ranges that mlock locked',
      source: 'munlockall(2)',
      as: 'any',
      check: () =>
        withPages(4, (a) => {
          gives(mlock(a, bytes(4)), null, 'mlock');
          gives(munlockall(), null, 'munlockall');
          same(isLocked(a, bytes(4)).locked, false, 'locked');
        }),
    },
    {
      rule: 'needs no permission: works at limit 0, with nothing locked',
      source: 'munlockall(2)',
      as: 'user',
      check: () => withMemlock(0n, () => gives(munlockall(), null, 'munlockall')),
    },
  ]),
];
