import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Report } from '../../../protocol/report.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { compileAndRun, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf } from '../../support/harness.ts';
import { isolatingLab, runAndProgram } from '../../support/locking.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

/** Bursts of 2 MiB, most of which malloc gives back each time, and few faults. */
const small = { requests: 1024, size: 32 };
const blockPages = Math.ceil((small.size * 1024) / pageSize());
const slotBytes = blockPages * pageSize();

/** How long the requests took, and what the kernel did for them, in the order of the steps. */
const served = ({ steps }: Report) => steps.filter(({ outcome }) => outcome?.startsWith('p50 '));

/** Claims that the machine keeps from being told, and that say so. */
const excused =
  /^(?:\w+-slower skipped: (?:too noisy|in this run malloc)|cold-first skipped: the hot pool’s own first burst)/;

describe('pool', () => {
  it.each(users())('holds every claim for $name, or says why the pool is not locked', byTheClock, async (user) => {
    const report = await reportOf(user, 'pool', small);
    const notLocked = /^hot-locked skipped: mlock answered ENOMEM: .*RLIMIT_MEMLOCK/;
    expect(notHeld(report).filter((claim) => !notLocked.test(claim) && !excused.test(claim))).toEqual([]);
    expect(report.claims).toHaveLength(10);
    const locked = report.claims.find(({ id }) => id === 'hot-locked')?.status === 'held';
    const figure = report.result?.figure;
    if (figure?.kind !== 'percentiles') throw new Error('it draws no percentiles');
    const hot = locked ? 'hot pool, locked' : 'hot pool, not locked';
    expect(figure.series.map(({ label, count }) => [label, count])).toEqual(
      ['mmap, munmap', 'malloc, free', 'cold pool', hot].map((label) => [label, small.requests]),
    );
    for (const { points } of figure.series) {
      expect(points.map(([at]) => at)).toEqual(expect.arrayContaining([50, 90, 99, 99.9, 100]));
      expect(points.every(([, amount], index) => amount >= (points[index - 1]?.[1] ?? 1))).toBe(true);
    }
  });

  it('shows the cold pool with one slot in memory beside the hot one with all', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'pool', small);
    const key = report.snapshots.filter(({ step }) => step === report.result?.keyStep);
    expect(key.map(({ counts }) => counts.resident)).toEqual([blockPages, 64 * blockPages]);
    const { values } = report.result ?? {};
    expect([values?.used?.value, values?.idle?.value]).toEqual([64 * slotBytes, 63 * slotBytes]);
    const { idleOneBytes, idleBurstBytes, prefaultNs } = report.measurements;
    expect([idleOneBytes, idleBurstBytes, prefaultNs]).toEqual([63 * slotBytes, 0, values?.took?.value]);
  });

  it('tells each system call: two for a block that is mapped, and those that move malloc’s heap', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'pool', small);
    const calls = Object.entries(report.measurements).filter(([name]) => name.endsWith('SystemCalls'));
    const { mallocOneSystemCalls, mallocBurstSystemCalls, ...others } = Object.fromEntries(calls);
    expect(others).toEqual({
      ...{ mmapOneSystemCalls: 2048, mmapBurstSystemCalls: 2048 },
      ...{ coldOneSystemCalls: 0, coldBurstSystemCalls: 0, hotOneSystemCalls: 0, hotBurstSystemCalls: 0 },
    });
    // The engine's own calls may move it as well, now and then.
    expect(mallocOneSystemCalls).toBeLessThan(20);
    // Each of 16 bursts makes the heap grow, over and over, and shrink.
    expect(mallocBurstSystemCalls).toBeGreaterThanOrEqual(32);
    expect(report.measurements.emptyCallNs).toBeGreaterThan(0);
    expect(report.measurements.clockReadNs).toBeGreaterThan(0);
  });

  it('counts the pages of blocks that end amid one, and of slots that no burst reaches', byTheClock, async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'pool', { requests: 2000, size: 5, slots: 300, burst: 100 });
    const slotPages = Math.ceil(5120 / pageSize());
    const skipped = ['malloc-slower skipped: a burst of less than 1 MiB: malloc may keep all of it'];
    expect(notHeld(report).filter((claim) => !excused.test(claim))).toEqual(skipped);
    const expected = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.expected]));
    expect(expected).toMatchObject({
      ...{ 'mmap-faults': 4000 * slotPages, 'cold-faults': 100 * slotPages },
      ...{ 'used-by-one': slotPages, 'used-by-bursts': 100 * slotPages, 'hot-locked': 300 * slotPages },
    });
    expect(report.result?.values.used?.value).toBe(100 * slotPages * pageSize());
  });

  it('says what is too few to tell', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'pool', { requests: 100, slots: 8, burst: 8 });
    expect(notHeld(report)).toEqual([
      'mmap-slower skipped: too few to tell: 100 requests, and it takes at least 1000',
      'malloc-slower skipped: too few to tell: 100 requests, and it takes at least 1000',
      'cold-first skipped: too few to tell: 8 blocks in the first burst, and it takes more than 16',
    ]);
  });

  it('refuses a burst that no pool holds, and blocks that malloc would map', async () => {
    await using lab = isolatingLab();
    const refused = async (parameters: Record<string, number>) => {
      const { kind, text } = await problemOf(lab.start({ experiment: 'pool', parameters }));
      return [kind, text.en];
    };
    expect(await refused({ slots: 10, burst: 11 })).toEqual([
      'bad-input',
      'A burst holds 11 blocks, and a pool has 10 slots; choose a smaller burst, or more slots.',
    ]);
    expect(await refused({ size: 128 })).toEqual(['bad-input', expect.stringMatching(/size .*96/)]);
    expect(lab.reader.events).toEqual([]);
  });

  it('stops amid the requests, and unmaps both pools', async () => {
    await using lab = isolatingLab();
    const parameters = { requests: 200_000, size: 96, burst: 256, slots: 256 };
    const { session } = await lab.start({ experiment: 'pool', parameters });
    await lab.reader.until(() => lab.reader.of('progress').length > 0, 'requests are served');
    await lab.service.control({ session, action: 'stop' }, never);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    expect(served(await lab.service.report({ session, language: 'en' }, never))).toEqual([]);
    expect(lab.reader.of('released').map(({ region }) => region)).toEqual([1, 2]);
  });

  it('is a C program that serves the same requests with the same faults', async (context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    const { report, program } = await runAndProgram(lab, 'pool', small);
    const printed = [...compileAndRun(program).matchAll(/^(.+): 1024 requests, (\d+) at once, (\d+) faults; p50/gm)];
    const [mapped, once, rest] = [1024 * blockPages, blockPages, 63 * blockPages];
    const names = ['mmap, munmap', 'malloc, free', 'cold pool', printed.at(-1)?.[1]];
    expect(printed.map(([, name, live]) => [name, live])).toEqual(
      ['1', '64'].flatMap((live) => names.map((name) => [name, live])),
    );
    const expected = [mapped, 0, once, 0, mapped, report.measurements.mallocBurstFaults ?? 0, rest, 0];
    for (const [index, [, name, live, faults]] of printed.entries()) {
      // How much of a burst malloc keeps differs: its heap has other blocks here, and where one lies above a burst the
      // engine has fewer faults than the program. All else is the program's own.
      const own = name === 'malloc, free' ? mapped / 4 : 16;
      const least = expected[index] ?? Number.NaN;
      const most = name === 'malloc, free' && live === '64' ? mapped : least;
      expect(Number(faults), name).toBeGreaterThanOrEqual(least - own);
      expect(Number(faults), name).toBeLessThanOrEqual(most + own);
    }
  });
});
