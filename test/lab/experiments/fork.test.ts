import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { isRunning, never, problemOf } from '../../support/harness.ts';
import {
  expectSameInC,
  failuresOf,
  isolatingLab,
  pausedBefore,
  runAndProgram,
  skipWithoutRoomToLock,
  statusKibibytes,
} from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users, withMemlock } from '../../support/users.ts';

const size = pageSize();
const kibibytes = size / 1024;

/** The child of a run that has forked. */
function childOf(lab: ReturnType<typeof isolatingLab>, session: number): number {
  const forked = lab.reader.of('step').find((event) => event.session === session && event.step.call === 'clone');
  return Number(forked?.step.returned);
}

describe('fork', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'fork');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(7);
  });

  it.each([
    [1, 0],
    [2, 1],
    [600, 599],
  ])('with %i pages copies page %i and no other', async (pages, page) => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'fork', { pages, page });
    const measured = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.measured]));
    expect(measured).toMatchObject({ 'shared-before': pages, copied: `${page}`, 'child-keeps': `${page}` });
    expect(measured['shared-after']).toBe(pages - 1);
  });

  it('agrees with smaps and VmLck of both as another process reads them', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = isolatingLab();
    const { session, pid, region } = await pausedBefore(lab, 'fork', /^The parent writes/);
    const child = childOf(lab, session);
    const seen = (of: number) => {
      const { flags, kibibytes: sum } = witness(region('A'), of);
      const shared = sum('Shared_Dirty') + sum('Shared_Clean');
      return [flags.some((each) => each.includes('lo')), shared, sum('Private_Dirty') + sum('Private_Clean')];
    };
    expect([seen(pid), seen(child)]).toEqual([
      [true, 8 * kibibytes, 0],
      [false, 8 * kibibytes, 0],
    ]);
    expect([statusKibibytes('VmLck', pid), statusKibibytes('VmLck', child)]).toEqual([8 * kibibytes, 0]);
    await lab.service.control({ session, action: 'step' }, never);
    await lab.reader.until(
      () => lab.reader.of('state').at(-1)?.next?.en.startsWith('Look at the parent’s pages') ?? false,
    );
    expect([seen(pid), seen(child)]).toEqual([
      [true, 7 * kibibytes, kibibytes],
      [false, 7 * kibibytes, kibibytes],
    ]);
    expect(await failuresOf(lab, session)).toEqual([]);
    expect(isRunning(child)).toBe(false);
  });

  it('shows the child’s copy as a region of its own, which it has not locked, until the child ends', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'fork');
    const [own, copy] = report.regions;
    const child = Number(report.steps.find(({ call }) => call === 'clone')?.returned);
    expect(copy).toMatchObject({ label: 'B', address: own?.address, pages: own?.pages, pid: child });
    const last = (id: number | undefined) => report.snapshots.findLast(({ region }) => region === id)?.counts;
    expect(last(own?.id)).toMatchObject({ resident: 8, locked: 8 });
    expect(last(copy?.id)).toMatchObject({ resident: 8, locked: 0 });
    expect(report.snapshots.findLast(({ region }) => region === copy?.id)?.unknown).toBe(PageFlag.Zero | PageFlag.Huge);
    expect(lab.reader.of('released').map(({ region }) => region)).toContain(copy?.id);
  });

  it.each(['stop', 'close'])('leaves no child when it is ended half-way: %s', async (how) => {
    await using lab = isolatingLab();
    const { session } = await pausedBefore(lab, 'fork', /^The parent writes/);
    const child = childOf(lab, session);
    expect(isRunning(child)).toBe(true);
    if (how === 'stop') await lab.service.control({ session, action: 'stop' }, never);
    else await lab.service.close({ session }, never);
    expect(isRunning(child)).toBe(false);
  });

  it('measures the copying also where the limit does not let it lock, and says what it skips', async () => {
    const report = await reportOf(withMemlock(4 * size), 'fork');
    expect(notHeld(report)).toHaveLength(3);
    expect(notHeld(report)[0]).toContain(`VmLck 0 B + ${8 * kibibytes} KiB > ${4 * kibibytes} KiB`);
  });

  it('refuses a page outside the region, in a sentence with the numbers', async () => {
    await using lab = isolatingLab();
    const parameters = { pages: 3, page: 3 };
    expect(await problemOf(lab.start({ experiment: 'fork', parameters }))).toEqual({
      kind: 'bad-input',
      text: {
        en: 'page is 3, outside the region of 3 pages (0 to 2); choose a smaller one, or more pages.',
        zh: 'page 为 3，超出了 3 页（0 到 2）的区域；请选更小的值或增加页数。',
      },
    });
  });

  it('is a C program that forks, writes and ends its child', async (context) => {
    skipWithoutCompiler(context);
    skipWithoutRoomToLock(context);
    await using lab = isolatingLab();
    const { program } = await expectSameInC(lab, 'fork');
    expect(program).toContain('pid_t child_1 = fork();');
  });
});
