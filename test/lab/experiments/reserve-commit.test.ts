import { describe, expect, it } from 'vitest';
import { countPresent } from '../../../native/pages/page-table.ts';
import { feature } from '../../../native/probes/features.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { problemOf } from '../../support/harness.ts';
import { expectSameInC, isolatingLab, pausedBefore, statusKibibytes } from '../../support/locking.ts';
import { notHeld, reportOf, users, whoMayLockNothing } from '../../support/users.ts';

const gibibyte = 1024 ** 3;
const kibibytesOf = (bytes: number) => bytes / 1024;

describe('reserve-commit', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'reserve-commit');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(11);
    expect(report.outcome).toBe('completed');
  });

  it('reserves far more than the machine has, as another process reads it, and gives it all back', async () => {
    await using lab = isolatingLab();
    const { session, pid } = await pausedBefore(lab, 'reserve-commit', /^Map 4096 GiB/, { reserve: 4096 });
    const before = statusKibibytes('VmSize', pid);
    await lab.service.control({ session, action: 'step' }, new AbortController().signal);
    await lab.reader.pausedAfter(1);
    const reserved = statusKibibytes('VmSize', pid) - before;
    expect(Math.abs(reserved - kibibytesOf(4096 * gibibyte))).toBeLessThan(64 * 1024);
    await lab.service.control({ session, action: 'stop' }, new AbortController().signal);
    await lab.reader.state('stopped');
    expect(statusKibibytes('VmSize', pid) - before).toBeLessThan(64 * 1024);
  });

  it('refuses chunks that do not fit into what is reserved, in a sentence with both', async () => {
    await using lab = isolatingLab();
    const parameters = { reserve: 1, chunks: 8, chunk: 64 };
    const problem = await problemOf(lab.start({ experiment: 'reserve-commit', parameters }));
    expect(problem.kind).toBe('bad-input');
    expect(problem.text.en).toMatch(/^8 chunks of 64 MiB, .* are 1024 MiB, and reserve is 1 GiB; choose fewer/);
    expect(problem.text.zh).toMatch(/8 块、每块 64 MiB/);
  });

  it('is a C program that does the same', async (context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    await expectSameInC(lab, 'reserve-commit');
  });
});

describe('a count of present pages in 16 million', () => {
  it('is of what is there, without a byte for each page', async (context) => {
    if (feature('pagemap-scan').status !== 'available') context.skip('this kernel has no PAGEMAP_SCAN');
    const report = await reportOf(whoMayLockNothing, 'reserve-commit', { chunks: 4 });
    const [region] = report.regions;
    const scans = report.steps.filter(({ call }) => call === 'ioctl');
    expect(scans.map(({ outcome }) => outcome)).toEqual([
      '0 of 16,777,216 pages are there',
      '1024 of 16,777,216 pages are there',
    ]);
    expect(region?.pages).toBe(2048);
    // Of memory that is not mapped there is nothing to count.
    expect(countPresent(0x10000n, 1)).toMatchObject({ pages: 0 });
  });
});
