/**
 * Rules of getrlimit(2) and prlimit(2), and the setting of limits. Rows that lower a hard limit use LOCKS, which
 * nothing obeys.
 */
import { spawnSync } from 'node:child_process';
import { getrlimit, type Limit, prlimit, RLIMIT, setrlimit } from '../../native/calls/resource.ts';
import { procLimits } from '../../native/proc/proc-limits.ts';
import { gives, holds, rules, same, skip, skipUnreadable } from '../rule.ts';

function limitsOf(resource: number): { readonly soft: Limit; readonly hard: Limit } {
  const got = getrlimit(resource);
  if (got.errno !== null) skip({ en: `getrlimit answered ${got.errno}.`, zh: `getrlimit 返回 ${got.errno}。` });
  return { soft: got.soft, hard: got.hard };
}

/** The same from /proc/self/limits. */
function fromProc(): { readonly soft: Limit; readonly hard: Limit } {
  const read = procLimits();
  if (read.errno !== null) skipUnreadable('/proc/self/limits', read.errno);
  return (
    read.limits.MEMLOCK ??
    skip({ en: '/proc/self/limits does not name MEMLOCK.', zh: '/proc/self/limits 中没有 MEMLOCK。' })
  );
}

/** MEMLOCK where it can be lowered to 8 KiB. */
function memlockToLower(): { readonly soft: Limit; readonly hard: Limit } {
  const limits = limitsOf(RLIMIT.MEMLOCK);
  if (limits.soft !== 'unlimited' && limits.soft < 8192n)
    skip({ en: `RLIMIT_MEMLOCK is ${limits.soft} bytes here.`, zh: `此处的 RLIMIT_MEMLOCK 为 ${limits.soft} 字节。` });
  return limits;
}

export const limitRules = [
  ...rules('getrlimit', [
    {
      rule: {
        en: 'MEMLOCK reads the same through getrlimit, prlimit and /proc/self/limits',
        zh: '通过 getrlimit、prlimit 和 /proc/self/limits 读到的 MEMLOCK 相同',
      },
      source: 'getrlimit(2), proc_pid_limits(5)',
      as: 'any',
      check: () => {
        const first = limitsOf(RLIMIT.MEMLOCK);
        const second = prlimit(0, RLIMIT.MEMLOCK);
        same(second, { returned: 0, errno: null, ...first }, 'prlimit');
        same(fromProc(), first, '/proc/self/limits');
      },
    },
    {
      rule: { en: 'an unknown resource is EINVAL', zh: '未知的资源返回 EINVAL' },
      source: 'getrlimit(2)',
      as: 'any',
      check: () => gives(getrlimit(999), 'EINVAL', 'getrlimit'),
    },
  ]),
  ...rules('setrlimit', [
    {
      rule: { en: 'an unknown resource is EINVAL', zh: '未知的资源返回 EINVAL' },
      source: 'setrlimit(2)',
      as: 'any',
      check: () => gives(setrlimit(999, { soft: 1n, hard: 1n }), 'EINVAL', 'setrlimit'),
    },
    {
      rule: { en: 'a soft limit over the hard one is EINVAL', zh: '软上限超过硬上限返回 EINVAL' },
      source: 'setrlimit(2)',
      as: 'any',
      check: () => gives(setrlimit(RLIMIT.LOCKS, { soft: 2n, hard: 1n }), 'EINVAL', 'setrlimit'),
    },
    {
      rule: { en: 'what was set is what getrlimit and prlimit read', zh: 'getrlimit 与 prlimit 读到的就是所设置的' },
      source: 'setrlimit(2)',
      as: 'any',
      check: () => {
        const before = memlockToLower();
        gives(setrlimit(RLIMIT.MEMLOCK, { soft: 8192n, hard: before.hard }), null, 'setrlimit');
        const seen = [limitsOf(RLIMIT.MEMLOCK).soft, fromProc().soft];
        gives(setrlimit(RLIMIT.MEMLOCK, before), null, 'setting it back');
        same(seen, [8192n, 8192n], 'the soft limit');
      },
    },
    {
      rule: {
        en: 'raising the hard limit without CAP_SYS_RESOURCE is EPERM',
        zh: '没有 CAP_SYS_RESOURCE 时提高硬上限返回 EPERM',
      },
      source: 'setrlimit(2), Linux Test Project setrlimit02',
      as: 'user',
      check: () => {
        gives(setrlimit(RLIMIT.LOCKS, { soft: 110n, hard: 110n }), null, 'lowering');
        gives(setrlimit(RLIMIT.LOCKS, { soft: 110n, hard: 111n }), 'EPERM', 'raising by one');
      },
    },
  ]),
  ...rules('prlimit', [
    {
      rule: { en: 'an unknown resource is EINVAL', zh: '未知的资源返回 EINVAL' },
      source: 'prlimit(2)',
      as: 'any',
      check: () => gives(prlimit(0, 999), 'EINVAL', 'prlimit'),
    },
    {
      rule: {
        en: 'a soft limit can be lowered, and raised again to the hard one',
        zh: '软上限可以降低，并能重新提高到硬上限',
      },
      source: 'setrlimit(2)',
      as: 'any',
      check: () => {
        const before = memlockToLower();
        const lowered = { soft: 4096n, hard: before.hard };
        gives(prlimit(0, RLIMIT.MEMLOCK, lowered), null, 'lowering');
        const seen = limitsOf(RLIMIT.MEMLOCK);
        gives(prlimit(0, RLIMIT.MEMLOCK, before), null, 'raising');
        same(seen, lowered, 'after lowering');
        same(limitsOf(RLIMIT.MEMLOCK), before, 'after raising');
      },
    },
    {
      rule: { en: 'setting answers with the limits from before', zh: '设置时返回此前的上限' },
      source: 'prlimit(2)',
      as: 'any',
      check: () => {
        const before = limitsOf(RLIMIT.CORE);
        const set = prlimit(0, RLIMIT.CORE, before);
        same(set, { returned: 0, errno: null, ...before }, 'prlimit');
      },
    },
    {
      rule: { en: 'a soft limit over the hard one is EINVAL', zh: '软上限超过硬上限返回 EINVAL' },
      source: 'setrlimit(2)',
      as: 'any',
      check: () => gives(prlimit(0, RLIMIT.LOCKS, { soft: 2n, hard: 1n }), 'EINVAL', 'prlimit'),
    },
    {
      rule: {
        en: 'raising the hard limit without CAP_SYS_RESOURCE is EPERM',
        zh: '没有 CAP_SYS_RESOURCE 时提高硬上限返回 EPERM',
      },
      source: 'setrlimit(2), capabilities(7)',
      as: 'user',
      check: () => {
        gives(prlimit(0, RLIMIT.LOCKS, { soft: 100n, hard: 100n }), null, 'lowering');
        gives(prlimit(0, RLIMIT.LOCKS, { soft: 100n, hard: 101n }), 'EPERM', 'raising by one');
      },
    },
    {
      rule: {
        en: 'raising the hard limit takes CAP_SYS_RESOURCE, not user 0',
        zh: '提高硬上限需要的是 CAP_SYS_RESOURCE，而不是用户 0',
      },
      source: 'setrlimit(2), capabilities(7)',
      as: 'root',
      check: () => {
        const may = holds('CAP_SYS_RESOURCE');
        gives(prlimit(0, RLIMIT.LOCKS, { soft: 100n, hard: 100n }), null, 'lowering');
        gives(prlimit(0, RLIMIT.LOCKS, { soft: 100n, hard: 101n }), may ? null : 'EPERM', 'raising by one');
      },
    },
    {
      rule: {
        en: 'another process of the same user has its own limits, which can be read',
        zh: '同一用户的另一个进程有自己的上限，并且可以读取',
      },
      source: 'prlimit(2)',
      as: 'any',
      check: () => {
        memlockToLower();
        // The child waits for its parent's answer no longer than its own output takes: `prlimit` is asked from inside
        // it.
        const script = 'ulimit -S -l 4; exec cat /proc/self/limits';
        const child = spawnSync('sh', ['-c', script], { encoding: 'latin1' });
        if (child.error || child.status !== 0)
          skip({ en: 'A shell that lowers its limit could not be run.', zh: '无法运行降低自身上限的 shell。' });
        same(/^Max locked memory\s+(\S+)/m.exec(child.stdout)?.[1], '4096', "the child's soft limit");
        const parent = prlimit(process.ppid, RLIMIT.NOFILE);
        if (parent.errno === 'EPERM')
          skip({ en: 'The parent process belongs to another user.', zh: '父进程属于其他用户。' });
        gives(parent, null, 'prlimit of the parent process');
      },
    },
    {
      rule: { en: 'a process that does not exist is ESRCH', zh: '不存在的进程返回 ESRCH' },
      source: 'prlimit(2)',
      as: 'any',
      check: () => gives(prlimit(2 ** 30, RLIMIT.MEMLOCK), 'ESRCH', 'prlimit'),
    },
    {
      rule: { en: "another user's process is EPERM", zh: '其他用户的进程返回 EPERM' },
      source: 'prlimit(2)',
      as: 'user',
      check: () => gives(prlimit(1, RLIMIT.MEMLOCK), 'EPERM', 'prlimit of process 1'),
    },
  ]),
];
