/** Rules of mlock(2) and munlock(2). */
import { spawnSync } from 'node:child_process';
import { mlock, munlock } from '../../native/calls/mlock.ts';
import { munmap, PROT } from '../../native/calls/mman.ts';
import type { Text } from '../../native/errno-meanings/text.ts';
import { parseStatus, status } from '../../native/proc/proc-status.ts';
import { isLocked } from '../../native/proc/vma.ts';
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
  skipUnreadable,
  smapsOf,
  withFork,
  withHole,
  withMemlock,
  withPages,
} from '../rule.ts';
import { withSharedFile } from './shared-file.ts';

/** Locks a length, and compares how VmLck grew. */
function grows(length: number, said: Text): Omit<Rule, 'call'> {
  return {
    rule: {
      en: `locking ${said.en} adds its whole pages to VmLck, and unlocking takes them away`,
      zh: `锁定${said.zh}使 VmLck 增加其全部整页，解锁则减去`,
    },
    source: 'mlock(2), Linux Test Project mlock01',
    as: 'any',
    check: () => {
      const limit = lockable();
      if (limit !== 'unlimited' && limit < length)
        skip({ en: `RLIMIT_MEMLOCK is ${limit} bytes here.`, zh: `此处的 RLIMIT_MEMLOCK 为 ${limit} 字节。` });
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
  grows(1, { en: '1 byte', zh: ' 1 个字节' }),
  grows(KIB, { en: '1 KiB', zh: ' 1 KiB ' }),
  grows(KIB * KIB, { en: '1 MiB', zh: ' 1 MiB ' }),
  grows(10 * KIB * KIB, { en: '10 MiB', zh: ' 10 MiB ' }),
  {
    rule: { en: 'a range is rounded out to the pages it touches', zh: '范围向外取整到所触及的整页' },
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(at(a, 2) - 1n, 2), null, 'mlock of 2 bytes across a page boundary');
        same(locked(a, 4), '0110', 'locked pages');
      }),
  },
  {
    rule: { en: 'a range that is not mapped is ENOMEM', zh: '没有映射的范围返回 ENOMEM' },
    source: 'mlock(2)',
    as: 'any',
    check: () => withHole((hole) => gives(mlock(hole, bytes(1)), 'ENOMEM', 'mlock')),
  },
  {
    rule: { en: 'address and length that overflow are EINVAL', zh: '地址与长度之和溢出返回 EINVAL' },
    source: 'mlock(2)',
    as: 'root',
    check: () => gives(mlock(0xffff_ffff_ffff_f000n, bytes(2)), 'EINVAL', 'mlock'),
  },
  {
    rule: {
      en: 'over a hole: ENOMEM, what came before it is locked, what comes after is not',
      zh: '跨越空洞：返回 ENOMEM，空洞之前已锁定，之后没有',
    },
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
    rule: { en: 'PROT_NONE memory is ENOMEM, and locked all the same', zh: 'PROT_NONE 内存返回 ENOMEM，但仍被锁定' },
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
    rule: { en: 'locks do not nest: two locks, one unlock, not locked', zh: '锁不嵌套：锁定两次、解锁一次后即未锁定' },
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
    rule: { en: 'a page that is locked twice is charged once', zh: '锁定两次的页只计一次' },
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
    rule: {
      en: 'in smaps, Rss = Locked = Size of a locked mapping, and its flags have lo but not lf',
      zh: 'smaps 中已锁定映射的 Rss = Locked = Size，其标志有 lo 而没有 lf',
    },
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
    rule: { en: 'a shared file that may only be written can be locked', zh: '只可写的共享文件可以锁定' },
    source: 'Linux Test Project mlock04',
    as: 'any',
    check: () => withSharedFile(2, 2, PROT.WRITE, (a) => gives(mlock(a, bytes(2)), null, 'mlock')),
  },
  {
    rule: { en: 'a program that is started has no locks of its starter', zh: '新启动的程序不带启动者的锁' },
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        const child = spawnSync('cat', ['/proc/self/status'], { encoding: 'latin1' });
        if (child.error)
          skip({
            en: `cat could not be started: ${child.error.message}.`,
            zh: `无法启动 cat：${child.error.message}。`,
          });
        same(parseStatus(child.stdout).vmLckBytes, 0, 'VmLck of the started program');
      }),
  },
  {
    rule: { en: 'a fork has the pages and none of the locks', zh: 'fork 出的子进程有这些页，而没有锁' },
    source: 'mlock(2), fork(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        withFork((pid) => {
          const child = status(pid);
          if (child.errno !== null) skipUnreadable(`/proc/${pid}/status`, child.errno);
          same(child.vmLckBytes, 0, 'VmLck of the fork');
          const { rssBytes, locked: lo } = smapsOf(a, 4, pid);
          same([rssBytes, lo], [bytes(4), false], 'Rss and lo of the range in the fork');
        });
        same(locked(a, 4), '1111', 'locked pages of the parent');
      }),
  },
  {
    rule: { en: 'exactly the limit can be locked', zh: '恰好等于上限的量可以锁定' },
    source: 'mlock(2), getrlimit(2)',
    as: 'user',
    check: () => withMemlock(65536n, () => withPages(64, (a) => gives(mlock(a, 65536), null, 'mlock of 64 KiB'))),
  },
  {
    rule: { en: 'one byte over the limit is ENOMEM', zh: '超过上限一个字节返回 ENOMEM' },
    source: 'mlock(2), getrlimit(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () => withPages(64, (a) => gives(mlock(a, 65537), 'ENOMEM', 'mlock of 64 KiB + 1'))),
  },
  {
    rule: {
      en: 'a range that is locked already can be locked again at the limit',
      zh: '达到上限时，已锁定的范围仍可再次锁定',
    },
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
    rule: {
      en: 'at limit 0 every lock is EPERM, even of length 0',
      zh: '上限为 0 时任何锁定都返回 EPERM，长度为 0 也一样',
    },
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
    rule: { en: 'CAP_IPC_LOCK locks past the limit', zh: '有 CAP_IPC_LOCK 时可以超过上限锁定' },
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
    rule: { en: 'a range that is not mapped is ENOMEM', zh: '没有映射的范围返回 ENOMEM' },
    source: 'munlock(2)',
    as: 'any',
    check: () => withHole((hole) => gives(munlock(hole, bytes(1)), 'ENOMEM', 'munlock')),
  },
  {
    rule: { en: 'memory that is not locked can be unlocked', zh: '未锁定的内存也可以解锁' },
    source: 'munlock(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(munlock(a, bytes(1)), null, 'munlock')),
  },
  {
    rule: { en: 'unlocking one byte unlocks its page and no other', zh: '解锁一个字节只解锁它所在的页' },
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
    rule: { en: 'unmapping locked memory gives VmLck back', zh: '解除已锁定内存的映射会归还 VmLck' },
    source: 'mlock(2)',
    as: 'any',
    check: () => {
      const before = lockedPages();
      withPages(4, (a) => gives(mlock(a, bytes(4)), null, 'mlock'));
      same(lockedPages() - before, 0, 'pages left in VmLck');
    },
  },
  {
    rule: { en: 'needs no permission: works at limit 0', zh: '不需要权限：上限为 0 时也能用' },
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
