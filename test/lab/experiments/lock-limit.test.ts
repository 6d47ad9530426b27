import { describe, expect, it } from 'vitest';
import { memlockLimit } from '../../../lab/limits/environment.ts';
import { prlimit, RLIMIT } from '../../../native/calls/resource.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { problemOf } from '../../support/harness.ts';
import {
  expectSameInC,
  failuresOf,
  isolatingLab,
  pausedBefore,
  refusals,
  runAndProgram,
  statusKibibytes,
} from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users, whoMayLockNothing } from '../../support/users.ts';

const kibibyte = 1024;
const { hard } = memlockLimit();
/** No more than this process may set. */
const mayLimitTo = (limit: number) => hard === 'unlimited' || limit * kibibyte <= hard;

describe('lock-limit', () => {
  it('lets its default give way to a hard limit of 0, where EPERM is what there is to see', async () => {
    const report = await reportOf(whoMayLockNothing, 'lock-limit');
    expect(report.outcome).toBe('completed');
    expect(report.claims.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(report.claims.find(({ id }) => id === 'refused')).toMatchObject({ status: 'held', measured: 'EPERM' });
  });

  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'lock-limit');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(6);
  });

  it.for([0, 1, 4, 1001, 8192])('finds the most that %i KiB allow, in at most 40 steps', async (limit, context) => {
    if (!mayLimitTo(limit)) context.skip(`the hard limit of RLIMIT_MEMLOCK is ${hard} bytes`);
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'lock-limit', { limit });
    const pages = Math.floor((limit * kibibyte) / pageSize());
    const measured = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.measured]));
    expect(measured).toMatchObject({ largest: pages, refused: limit === 0 ? 'EPERM' : 'ENOMEM', 'limit-0': 'EPERM' });
    expect(notHeld(report).filter((claim) => !claim.startsWith('future-mmap skipped'))).toEqual([]);
    expect(notHeld(report)).toHaveLength(limit === 0 ? 1 : 0);
    expect(report.steps.length).toBeLessThanOrEqual(40);
  });

  it('explains each refusal with the numbers and a fix', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'lock-limit');
    const refused = report.steps.filter(({ errno }) => errno !== null);
    expect(refused.map(({ call, errno }) => `${call} ${errno}`).slice(-3)).toEqual([
      'mlock ENOMEM',
      'mlock EPERM',
      'mmap EAGAIN',
    ]);
    expect(refused.every(({ diagnosis }) => diagnosis?.fix)).toBe(true);
    const one = pageSize() / kibibyte;
    expect(refused.at(-3)?.diagnosis?.text).toContain(`VmLck 64 KiB + ${one} KiB > 64 KiB`);
    expect(refused.at(-1)?.diagnosis?.text).toContain(`VmLck 0 B + ${64 + one} KiB > 64 KiB`);
  });

  it('agrees with prlimit, smaps and VmLck as another process reads them', async () => {
    await using lab = isolatingLab();
    const { session, pid, region } = await pausedBefore(lab, 'lock-limit', /^Unlock it all/);
    expect(prlimit(pid, RLIMIT.MEMLOCK)).toMatchObject({ soft: 65_536n });
    const own = status(pid);
    expect(own.errno === null && own.effective.includes('CAP_IPC_LOCK')).toBe(false);
    expect(statusKibibytes('VmLck', pid)).toBe(64);
    const { flags, kibibytes } = witness(region('A'), pid);
    expect(flags.map((each) => each.includes('lo'))).toEqual([true, false]);
    expect(kibibytes('Locked')).toBe(64);
    expect(await failuresOf(lab, session)).toEqual([]);
    expect(statusKibibytes('VmLck', pid)).toBe(0);
    // The host's own limit is what it was.
    expect(memlockLimit().hard).toBe(hard);
  });

  it('sees it when somebody raises the limit meanwhile', async (context) => {
    if (!mayLimitTo(68)) context.skip(`the hard limit of RLIMIT_MEMLOCK is ${hard} bytes`);
    await using lab = isolatingLab();
    const { session, pid } = await pausedBefore(lab, 'lock-limit', /^Lock the first 16 pages/);
    const now = prlimit(pid, RLIMIT.MEMLOCK);
    if (now.errno !== null) throw new Error(`prlimit answered ${now.errno}`);
    prlimit(pid, RLIMIT.MEMLOCK, { soft: now.hard, hard: now.hard });
    expect(await failuresOf(lab, session)).toEqual(['largest', 'refused']);
  });

  it('refuses a limit above the hard limit, in a sentence with both', async () => {
    const [, ordinary] = users();
    if (!ordinary) throw new Error('there is no ordinary user');
    await expect(reportOf(ordinary, 'lock-limit', { limit: 8193 })).rejects.toThrow(
      /limit is 8193 KiB, and the hard limit of RLIMIT_MEMLOCK is 8192 KiB; choose at most that/,
    );
    if (hard === 'unlimited') return;
    await using lab = isolatingLab();
    const limit = Math.floor(hard / kibibyte) + 1;
    if (limit > 256 * kibibyte) return;
    const problem = await problemOf(lab.start({ experiment: 'lock-limit', parameters: { limit } }));
    expect(problem.kind).toBe('bad-input');
    expect(problem.text.zh).toContain(`limit 为 ${limit} KiB，而 RLIMIT_MEMLOCK 的硬上限为 ${limit - 1} KiB`);
  });

  it.for(users())('is a C program that has the same calls refused for $name', async ({ prefix }, context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    const { report } = await expectSameInC(lab, 'lock-limit', prefix);
    expect(refusals(report).at(-1)).toBe('mmap: Resource temporarily unavailable');
  });
});
