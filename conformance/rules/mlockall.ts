/**
 * Rules of mlockall(2) and munlockall(2). V8 aborts when it gives back a page while all memory is locked, as it may do
 * on any of its threads: so what is mapped now is locked only in its own process, which has no such threads,
 * looks, and unlocks at once.
 */
import { MCL, mlock, mlockall, munlockall } from '../../native/calls/mlock.ts';
import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import type { Limit } from '../../native/calls/resource.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { isLocked } from '../../native/proc/vma.ts';
import { bytes, gives, needsIpcLock, rules, same, skip, withMemlock, withPages } from '../rule.ts';
import { withSecondProcess } from '../second-process.ts';
import { type Everything, lockEverything, lockState } from './lock-everything.ts';

/** What bringing in all that Node has reserved may take. */
const NEEDED_BYTES = 2 * 2 ** 30;

/** No thread but the main one gives memory back, and that one doesn't in the few milliseconds that this takes. */
const ALONE = ['--single-threaded', '--min-semi-space-size=16'];

/** Locks all that is mapped now in its own process, and tells what was seen there. */
async function locking(flags: number): Promise<Everything> {
  needsIpcLock();
  const machine = meminfo();
  const bringsIn = (flags & MCL.ONFAULT) === 0;
  if (bringsIn && machine.errno === null && machine.memAvailableBytes < NEEDED_BYTES)
    skip({
      en: 'Bringing in all that a process has mapped may take 2 GiB, and there are fewer.',
      zh: '调入一个进程的全部映射可能需要 2 GiB，而可用内存不足。',
    });
  const { told } = await withSecondProcess('lock-all', [String(flags)], () => {}, { node: ALONE });
  return JSON.parse(told);
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
      rule: { en: 'flags 0 are EINVAL', zh: '标志为 0 返回 EINVAL' },
      source: 'mlockall(2), Linux Test Project mlockall03',
      as: 'any',
      check: () => gives(mlockall(0), 'EINVAL', 'mlockall'),
    },
    {
      rule: { en: 'unknown flags are EINVAL', zh: '未知的标志返回 EINVAL' },
      source: 'mlockall(2), Linux Test Project mlockall03',
      as: 'any',
      check: () => {
        gives(mlockall(~(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT)), 'EINVAL', 'all unknown flags');
        gives(mlockall(MCL.CURRENT | 8), 'EINVAL', 'CURRENT and an unknown flag');
      },
    },
    {
      rule: { en: 'ONFAULT alone is EINVAL', zh: '单独的 ONFAULT 返回 EINVAL' },
      source: 'mlockall(2), Linux 4.4',
      as: 'any',
      check: () => gives(mlockall(MCL.ONFAULT), 'EINVAL', 'mlockall'),
    },
    {
      rule: {
        en: 'CURRENT locks what is mapped and brings it in; what is mapped later is neither',
        zh: 'CURRENT 锁定并调入现有的映射；此后的映射既不锁定也不调入',
      },
      source: 'mlockall(2)',
      as: 'root',
      check: async () => {
        const { before, after } = await locking(MCL.CURRENT);
        same(before, 'locked, 4 of 4 in core', 'mapped before');
        same(after, 'unlocked, 0 of 4 in core', 'mapped after');
      },
    },
    {
      rule: {
        en: 'FUTURE leaves what is mapped alone; what is mapped later is locked and in core as soon as it is mapped',
        zh: 'FUTURE 不影响现有的映射；此后的映射在映射时即被锁定并驻留',
      },
      source: 'mlockall(2)',
      as: 'any',
      check: () => {
        const { before, after } = lockEverything(MCL.FUTURE);
        same(before, 'unlocked, 0 of 4 in core', 'mapped before');
        same(after, 'locked, 4 of 4 in core', 'mapped after');
      },
    },
    {
      rule: {
        en: 'CURRENT and FUTURE on fault lock both, and bring neither in',
        zh: '缺页时锁定的 CURRENT 与 FUTURE 锁定两者，都不调入',
      },
      source: 'mlockall(2), Linux 4.4',
      as: 'root',
      check: async () => {
        const { before, after } = await locking(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT);
        same(before, 'locked, 0 of 4 in core', 'mapped before');
        same(after, 'locked, 0 of 4 in core', 'mapped after');
      },
    },
    {
      rule: {
        en: 'CURRENT and FUTURE together lock both, and bring both in',
        zh: 'CURRENT 与 FUTURE 合用，锁定两者并都调入',
      },
      source: 'mlockall(2)',
      as: 'root',
      check: async () => {
        const { before, after } = await locking(MCL.CURRENT | MCL.FUTURE);
        same([before, after], ['locked, 4 of 4 in core', 'locked, 4 of 4 in core'], 'mapped before, and after');
      },
    },
    {
      rule: {
        en: 'CURRENT is ENOMEM when the address space is larger than the limit',
        zh: '地址空间大于上限时，CURRENT 返回 ENOMEM',
      },
      source: 'mlockall(2), mm/mlock.c',
      as: 'user',
      check: () => same(atLimit(65536n, MCL.CURRENT), ['ENOMEM', null], 'mlockall, then mmap'),
    },
    {
      rule: {
        en: 'FUTURE over the limit succeeds, and then mmap is EAGAIN',
        zh: 'FUTURE 在超过上限时也成功，此后的 mmap 返回 EAGAIN',
      },
      source: 'mlockall(2), mmap(2)',
      as: 'user',
      check: () => same(atLimit(65536n, MCL.FUTURE), [null, 'EAGAIN'], 'mlockall, then mmap'),
    },
    {
      rule: { en: 'at limit 0 it is EPERM', zh: '上限为 0 时返回 EPERM' },
      source: 'mlockall(2)',
      as: 'user',
      check: () => {
        same(atLimit(0n, MCL.CURRENT), ['EPERM', null], 'CURRENT');
        same(atLimit(0n, MCL.FUTURE), ['EPERM', null], 'FUTURE');
      },
    },
    {
      rule: { en: 'CAP_IPC_LOCK locks past the limit', zh: '有 CAP_IPC_LOCK 时可以超过上限锁定' },
      source: 'mlockall(2), capabilities(7)',
      as: 'root',
      check: () => {
        needsIpcLock();
        same(atLimit(0n, MCL.FUTURE | MCL.ONFAULT), [null, null], 'mlockall, then mmap');
      },
    },
  ]),
  ...rules('munlockall', [
    {
      rule: {
        en: 'VmLck is 0, more while all is locked, and 0 again',
        zh: 'VmLck 起初为 0，全部锁定期间增大，之后又为 0',
      },
      source: 'munlockall(2), Linux Test Project munlockall01',
      as: 'root',
      check: async () => {
        const { vmLck } = await locking(MCL.CURRENT | MCL.ONFAULT);
        const [before, during, after] = vmLck;
        same([before, during > 1000, after], [0, true, 0], 'VmLck before, over 1000 pages while locked, and after');
      },
    },
    {
      rule: { en: 'takes FUTURE back: what is mapped next is not locked', zh: '撤销 FUTURE：此后的映射不锁定' },
      source: 'munlockall(2)',
      as: 'any',
      check: () => {
        lockEverything(MCL.FUTURE);
        same(withPages(4, lockState), 'unlocked, 0 of 4 in core', 'mapped after munlockall');
      },
    },
    {
      rule: { en: 'unlocks ranges that mlock locked', zh: 'mlock 锁定的范围也被解锁' },
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
      rule: {
        en: 'needs no permission: works at limit 0, with nothing locked',
        zh: '不需要权限：上限为 0、没有任何锁定时也能用',
      },
      source: 'munlockall(2)',
      as: 'user',
      check: () => withMemlock(0n, () => gives(munlockall(), null, 'munlockall')),
    },
  ]),
];
