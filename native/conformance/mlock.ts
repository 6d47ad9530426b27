/** Rules of mlock(2) and munlock(2). */
import { spawnSync } from 'node:child_process';
import { mlock, munlock } from '../mlock.ts';
import { munmap, PROT } from '../mman.ts';
import { parseStatus, status } from '../proc-status.ts';
import { isLocked } from '../vma.ts';
import { withSharedFile } from './file.ts';
import {
  at,
  bytes,
  gives,
  lockable,
  lockedPages,
  needsIpcLock,
  type Rule,
  rules,
  same,
  skip,
  smapsOf,
  withFork,
  withHole,
  withMemlock,
  withPages,
} from './rule.ts';

/** Locks a length, and compares how VmLck grew. */
function grows(length: number, said: string): Omit<Rule, 'call'> {
  return {
    rule: `locking ${said} adds its whole pages to VmLck, and unlocking takes them away`,
    source: 'mlock(2), Linux Test Project mlock01',
    as: 'any',
    check: () => {
      const limit = lockable();
      if (limit !== 'unlimited' && limit < length) skip(`RLIMIT_MEMLOCK is ${limit} bytes here.`);
      const pages = Math.ceil(length / bytes(1));
      withPages(pages, (a) => {
        const before = lockedPages();
        gives(mlock(a, length), null, 'mlock');
        same(lockedPages() - before, pages, 'pages added to VmLck');
        gives(munlock(a, length), null, 'munlock');
        same(lockedPages() - before, 0, 'pages left in VmLck');
      });
    },
  };
}

/** Which of the pages are locked, as 0 and 1. */
function locked(address: bigint, pages: number): string {
  return Array.from({ length: pages }, (_, page) => (isLocked(at(address, page), bytes(1)).locked ? '1' : '0')).join(
    '',
  );
}

const KIB = 1024;

export const mlockRules = rules('mlock', [
  grows(1, '1 byte'),
  grows(KIB, '1 KiB'),
  grows(KIB * KIB, '1 MiB'),
  grows(10 * KIB * KIB, '10 MiB'),
  {
    rule: 'a range is rounded out to the pages it touches',
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(at(a, 2) - 1n, 2), null, 'mlock of 2 bytes across a page boundary');
        same(locked(a, 4), '0110', 'locked pages');
      }),
  },
  {
    rule: 'a range that is not mapped is ENOMEM',
    source: 'mlock(2)',
    as: 'any',
    check: () => withHole((hole) => gives(mlock(hole, bytes(1)), 'ENOMEM', 'mlock')),
  },
  {
    rule: 'address and length that overflow are EINVAL',
    source: 'mlock(2)',
    as: 'root',
    check: () => gives(mlock(0xffff_ffff_ffff_f000n, bytes(2)), 'EINVAL', 'mlock'),
  },
  {
    rule: 'over a hole: ENOMEM, what came before it is locked, what comes after is not',
    source: 'mlock(2), mm/mlock.c',
    as: 'any',
    check: () =>
      withPages(5, (a) => {
        munmap(at(a, 2), bytes(1));
        gives(mlock(a, bytes(5)), 'ENOMEM', 'mlock');
        same(locked(a, 2), '11', 'before the hole');
        same(locked(at(a, 3), 2), '00', 'after the hole');
      }),
  },
  {
    rule: 'PROT_NONE memory is ENOMEM, and locked all the same',
    source: 'mlock(2), mm/mlock.c',
    as: 'any',
    check: () =>
      withPages(
        1,
        (a) => {
          gives(mlock(a, bytes(1)), 'ENOMEM', 'mlock');
          same(locked(a, 1), '1', 'locked');
        },
        PROT.NONE,
      ),
  },
  {
    rule: 'locks do not nest: two locks, one unlock, not locked',
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(2, (a) => {
        gives(mlock(a, bytes(2)), null, 'first mlock');
        gives(mlock(a, bytes(2)), null, 'second mlock');
        gives(munlock(a, bytes(2)), null, 'munlock');
        same(locked(a, 2), '00', 'locked pages');
      }),
  },
  {
    rule: 'a page that is locked twice is charged once',
    source: 'mm/mlock.c',
    as: 'any',
    check: () =>
      withPages(2, (a) => {
        const before = lockedPages();
        mlock(a, bytes(2));
        mlock(a, bytes(2));
        same(lockedPages() - before, 2, 'pages added to VmLck');
      }),
  },
  {
    rule: 'in smaps, Rss = Locked = Size of a locked mapping, and its flags have lo but not lf',
    source: 'proc_pid_smaps(5)',
    as: 'any',
    check: () =>
      withPages(8, (a) => {
        gives(mlock(a, bytes(8)), null, 'mlock');
        const { sizeBytes, rssBytes, lockedBytes, locked, onFault } = smapsOf(a, 8);
        const size = bytes(8);
        same([sizeBytes, rssBytes, lockedBytes, locked, onFault], [size, size, size, true, false], 'smaps');
      }),
  },
  {
    rule: 'a shared file that may only be written can be locked',
    source: 'Linux Test Project mlock04',
    as: 'any',
    check: () => withSharedFile(2, 2, PROT.WRITE, (a) => gives(mlock(a, bytes(2)), null, 'mlock')),
  },
  {
    rule: 'a program that is started has no locks of its starter',
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        const child = spawnSync('cat', ['/proc/self/status'], { encoding: 'latin1' });
        if (child.error) skip(`cat could not be started: ${child.error.message}.`);
        same(parseStatus(child.stdout).vmLckBytes, 0, 'VmLck of the started program');
      }),
  },
  {
    rule: 'a fork has the pages and none of the locks',
    source: 'mlock(2), fork(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        withFork((pid) => {
          const child = status(pid);
          if (child.errno !== null) skip(`/proc/${pid}/status can't be read: ${child.errno}.`);
          same(child.vmLckBytes, 0, 'VmLck of the fork');
          const { rssBytes, locked: lo } = smapsOf(a, 4, pid);
          same([rssBytes, lo], [bytes(4), false], 'Rss and lo of the range in the fork');
        });
        same(locked(a, 4), '1111', 'locked pages of the parent');
      }),
  },
  {
    rule: 'exactly the limit can be locked',
    source: 'mlock(2), getrlimit(2)',
    as: 'user',
    check: () => withMemlock(65536n, () => withPages(64, (a) => gives(mlock(a, 65536), null, 'mlock of 64 KiB'))),
  },
  {
    rule: 'one byte over the limit is ENOMEM',
    source: 'mlock(2), getrlimit(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () => withPages(64, (a) => gives(mlock(a, 65537), 'ENOMEM', 'mlock of 64 KiB + 1'))),
  },
  {
    rule: 'a range that is locked already can be locked again at the limit',
    source: 'mm/mlock.c (count_mm_mlocked_page_nr)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () =>
        withPages(64, (a) => {
          gives(mlock(a, 65536), null, 'first mlock');
          gives(mlock(a, 65536), null, 'second mlock');
        }),
      ),
  },
  {
    rule: 'at limit 0 every lock is EPERM, even of length 0',
    source: 'mlock(2), mm/mlock.c (can_do_mlock)',
    as: 'user',
    check: () =>
      withPages(1, (a) =>
        withMemlock(0n, () => {
          gives(mlock(a, bytes(1)), 'EPERM', 'mlock of a page');
          gives(mlock(a, 0), 'EPERM', 'mlock of length 0');
        }),
      ),
  },
  {
    rule: 'CAP_IPC_LOCK locks past the limit',
    source: 'mlock(2), capabilities(7)',
    as: 'root',
    check: () => {
      needsIpcLock();
      withMemlock(0n, () => withPages(2, (a) => gives(mlock(a, bytes(2)), null, 'mlock at limit 0')));
    },
  },
]);

export const munlockRules = rules('munlock', [
  {
    rule: 'a range that is not mapped is ENOMEM',
    source: 'munlock(2)',
    as: 'any',
    check: () => withHole((hole) => gives(munlock(hole, bytes(1)), 'ENOMEM', 'munlock')),
  },
  {
    rule: 'memory that is not locked can be unlocked',
    source: 'munlock(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(munlock(a, bytes(1)), null, 'munlock')),
  },
  {
    rule: 'unlocking one byte unlocks its page and no other',
    source: 'munlock(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        gives(munlock(at(a, 1) + 5n, 1), null, 'munlock');
        same(locked(a, 4), '1011', 'locked pages');
      }),
  },
  {
    rule: 'unmapping locked memory gives VmLck back',
    source: 'mlock(2)',
    as: 'any',
    check: () => {
      const before = lockedPages();
      withPages(4, (a) => gives(mlock(a, bytes(4)), null, 'mlock'));
      same(lockedPages() - before, 0, 'pages left in VmLck');
    },
  },
  {
    rule: 'needs no permission: works at limit 0',
    source: 'mm/mlock.c',
    as: 'user',
    check: () =>
      withPages(1, (a) => {
        gives(mlock(a, bytes(1)), null, 'mlock');
        withMemlock(0n, () => gives(munlock(a, bytes(1)), null, 'munlock'));
        same(locked(a, 1), '0', 'locked');
      }),
  },
]);
