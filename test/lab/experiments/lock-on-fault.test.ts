import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { TestLab } from '../../support/harness.ts';
import {
  expectSameInC,
  failuresOf,
  looks,
  pausedBefore,
  skipWithoutRoomToLock,
  statusKibibytes,
} from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users, withMemlock } from '../../support/users.ts';

const size = pageSize();
const kibibytes = size / 1024;

describe('lock-on-fault', () => {
  it.each(users())('holds every claim for $name, and measures both ways', async (user) => {
    const report = await reportOf(user, 'lock-on-fault');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(7);
    expect(Object.keys(report.measurements)).toEqual(['mlockNs', 'mlock2OnFaultNs', 'firstTouchNs']);
    const onFault = report.snapshots.filter(({ region }) => region === 2).map(({ counts }) => counts.onFault);
    expect(onFault.at(-1)).toBe(8);
  });

  it('agrees with smaps and VmLck as another process reads them', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const before = statusKibibytes('VmLck');
    const { session, region } = await pausedBefore(lab, 'lock-on-fault', /^Write page/);
    const seen = (label: string) => {
      const { flags, kibibytes: of } = witness(region(label));
      const [only = []] = flags;
      return [flags.length, only.includes('lo'), only.includes('lf'), of('Rss'), of('Locked')];
    };
    expect(seen('A')).toEqual([1, true, false, 8 * kibibytes, 8 * kibibytes]);
    expect(seen('B')).toEqual([1, true, true, 0, 0]);
    expect(statusKibibytes('VmLck')).toBe(before + 16 * kibibytes);
    expect(await failuresOf(lab, session)).toEqual([]);
    expect(seen('B')).toEqual([1, true, true, kibibytes, kibibytes]);
  });

  it('skips what the limit does not let it measure, with the numbers', async () => {
    const report = await reportOf(withMemlock(10 * size), 'lock-on-fault');
    expect(report.claims.filter(({ status }) => status === 'held').map(({ id }) => id)).toEqual([
      'resident-now',
      'vm-lck-now',
    ]);
    expect(notHeld(report)).toHaveLength(5);
    const numbers = `mlock2 answered ENOMEM: VmLck ${8 * kibibytes} KiB + ${8 * kibibytes} KiB > ${10 * kibibytes} KiB`;
    expect(notHeld(report).every((claim) => claim.includes(numbers))).toBe(true);
  });

  it('is a C program that finds the same pages resident', async (context) => {
    skipWithoutCompiler(context);
    skipWithoutRoomToLock(context);
    await using lab = new TestLab();
    const { report } = await expectSameInC(lab, 'lock-on-fault');
    expect(looks(report)).toEqual(['8/8', '0/8', '1/8'].map((of, at) => `${at ? 'B' : 'A'}: resident ${of} pages`));
  });
});
