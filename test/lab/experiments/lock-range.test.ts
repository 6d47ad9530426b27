import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { pageState } from '../../../protocol/flags.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import {
  expectSameInC,
  failuresOf,
  pausedBefore,
  refusals,
  runAndProgram,
  skipWithoutRoomToLock,
  statusKibibytes,
} from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users, withMemlock } from '../../support/users.ts';

const size = pageSize();
const kibibytes = size / 1024;

describe('lock-range', () => {
  it('shows its hole as not mapped, in the report as in the frames', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const { report } = await runAndProgram(lab, 'lock-range', {});
    const [held, hole] = [report.regions.at(-1), report.snapshots.at(-1)];
    expect(hole?.counts).toMatchObject({ unmapped: 1, huge: 0, locked: 0, vmLocked: 4 });
    const states = (hole?.runs ?? []).flatMap(([, count, byte]) => Array(count).fill(pageState(byte)));
    expect(states).toHaveLength(held?.pages ?? 0);
    expect(states.slice(3, 6)).toEqual(['on-fault', 'unmapped', 'absent']);
  });

  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'lock-range');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(9);
  });

  it.for<[offset: number, length: number, first: number, last: number]>([
    [0, 1, 0, 0],
    [size - 1, 2, 0, 1],
    [size, size, 1, 1],
    [size + 1, size - 1, 1, 1],
    [2 * size - 1, size + 2, 1, 3],
    [4 * size - 1, 1, 3, 3],
    [0, 4 * size, 0, 3],
  ])('rounds byte %i and %i bytes out to pages %i to %i', async ([offset, length, first, last], context) => {
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const { report } = await runAndProgram(lab, 'lock-range', { pages: 4, offset, length });
    const text = first === last ? `${first}` : `${first}–${last}`;
    const measured = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.measured]));
    expect(measured).toMatchObject({ covers: text, smaps: text, 'vm-lck': (last - first + 1) * size });
    expect(notHeld(report)).toEqual([]);
  });

  it('agrees with smaps and VmLck as another process reads them', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const before = statusKibibytes('VmLck');
    const range = { offset: size + 1, length: 2 * size };
    const { session, region } = await pausedBefore(lab, 'lock-range', /^See which pages/, range);
    const locked = () => witness(region('A')).flags.map((flags) => flags.includes('lo'));
    expect(locked()).toEqual([false, true, false]);
    expect(witness(region('A')).kibibytes('Locked')).toBe(3 * kibibytes);
    expect(statusKibibytes('VmLck')).toBe(before + 3 * kibibytes);
    expect(await failuresOf(lab, session)).toEqual([]);
    expect(locked()).toEqual([false]);
    // B keeps what came before its hole, marked and not brought in.
    expect(witness(region('B')).flags.map((flags) => flags.includes('lo'))).toEqual([true, false]);
    expect(witness(region('B')).kibibytes('Rss')).toBe(0);
    expect(statusKibibytes('VmLck')).toBe(before + 4 * kibibytes);
    await lab.service.close({ session }, never);
    expect(statusKibibytes('VmLck')).toBe(before);
  });

  it('measures what its own calls lock, whatever another session of the process has locked', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const first = await pausedBefore(lab, 'lock-range', /^See which pages/, { pages: 5 });
    const second = await lab.start({ experiment: 'lock-range', parameters: { pages: 7 }, paused: true });
    expect(await failuresOf(lab, first.session)).toEqual([]);
    expect(await failuresOf(lab, second.session)).toEqual([]);
  });

  it('refuses a range that leaves the region, in a sentence with the numbers', async () => {
    await using lab = new TestLab();
    const parameters = { pages: 2, offset: size, length: size + 1 };
    expect(await problemOf(lab.start({ experiment: 'lock-range', parameters }))).toEqual({
      kind: 'bad-input',
      text: {
        en: `The range of ${size + 1} bytes from byte ${size} ends outside the region of 2 pages (${2 * size} bytes); choose less, or more pages.`,
        zh: `从第 ${size} 字节起的 ${size + 1} 字节超出了 2 页（${2 * size} 字节）的区域；请减小范围或增加页数。`,
      },
    });
    expect(lab.reader.events).toEqual([]);
  });

  it('skips what the limit does not let it measure, with the numbers', async () => {
    const report = await reportOf(withMemlock(4 * size), 'lock-range');
    expect(notHeld(report).map((claim) => claim.slice(0, claim.indexOf(':')))).toEqual([
      'hole skipped',
      'before-hole skipped',
      'not-brought skipped',
    ]);
    expect(notHeld(report)[0]).toContain(`VmLck 0 B + ${8 * kibibytes} KiB > ${4 * kibibytes} KiB`);
    const nothing = await reportOf(withMemlock(0), 'lock-range');
    expect(nothing.claims.map(({ status }) => status)).toEqual(Array(9).fill('skipped'));
    expect(nothing.claims.every(({ reason }) => reason?.includes('RLIMIT_MEMLOCK is 0'))).toBe(true);
  });

  it('is a C program that has the same calls refused and finds the same pages resident', async (context) => {
    skipWithoutCompiler(context);
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const { report } = await expectSameInC(lab, 'lock-range');
    expect(refusals(report)).toEqual(['mlock: Cannot allocate memory']);
  });
});
