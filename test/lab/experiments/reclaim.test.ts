import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { compileAndRun, looksIn, skipWithoutCompiler } from '../../support/compile.ts';
import { never, TestLab } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';
import { stepUntil } from '../../support/step-until.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';
import { ZramSwap } from '../../support/zram.ts';

const pages = 6;
const half = 3;

/** Whether there is swap now: what MADV_PAGEOUT does with anonymous memory depends on it. */
function hasSwap(): boolean {
  return readFileSync('/proc/swaps', 'utf8').trim().split('\n').length > 1;
}

describe('reclaim', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'reclaim');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(12);
    const refused = report.steps.filter(({ errno }) => errno !== null).map(({ call, errno }) => `${call} ${errno}`);
    expect(refused).toEqual(Array(5).fill('madvise EINVAL'));
  });

  it.each(users().slice(1))('skips the locked halves, with the numbers, that $name may not lock', async (user) => {
    const report = await reportOf(user, 'reclaim', { pages: 1024 });
    const claims = notHeld(report);
    expect(claims.length).toBeGreaterThan(0);
    for (const claim of claims) expect(claim).toMatch(/-locked skipped: mlock answered ENOMEM: .*(64 KiB|8 MiB)/);
    const [failed] = report.steps.filter(({ call, errno }) => call === 'mlock' && errno !== null);
    expect(failed?.diagnosis?.text).toContain('VmLck');
  });

  it('swaps the unlocked half out where there is swap', async (context) => {
    using _swap = ZramSwap.on(context, 32 << 20);
    for (const user of users()) {
      const report = await reportOf(user, 'reclaim');
      expect(notHeld(report)).toEqual([]);
      const measured = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.measured]));
      expect(measured).toMatchObject({
        'pageout-swapped': half,
        'pageout-unlocked': 0,
        'pageout-locked': `EINVAL, ${half}`,
      });
    }
  });

  it('agrees with smaps as another process reads it, before and after', async (context) => {
    if (hasSwap()) context.skip('with swap, the anonymous half is out: the test above looks at that');
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'reclaim', parameters: { pages }, paused: true });
    const kibibytes = (line: string) => lab.reader.of('region').map(({ region }) => witness(region).kibibytes(line));
    const [full, rest] = [pages, pages - half].map((count) => (count * pageSize()) / 1024);
    await stepUntil(lab, session, /^A: MADV_COLD on the unlocked half/);
    expect(kibibytes('Rss')).toEqual([full, full, full, full, full]);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    // COLD, DONTNEED, FREE and reclaimed, PAGEOUT without swap, PAGEOUT of a file.
    expect(kibibytes('Rss')).toEqual([full, rest, rest, full, rest]);
    expect(kibibytes('Locked')).toEqual(Array(5).fill(rest));
    for (const { region } of lab.reader.of('region')) {
      expect(witness(region).flags.map((flags) => flags.includes('lo'))).toEqual([false, true]);
    }
  });

  it('keeps the file’s locked half in the page cache, as fincore sees it through the open descriptor', async () => {
    await using lab = new TestLab();
    await lab.start({ experiment: 'reclaim', parameters: { pages: 64 } });
    await lab.reader.state('completed');
    const fd = lab.reader.of('step').find(({ step }) => step.call === 'posix_fadvise')?.step.arguments.fd;
    const path = `/proc/${process.pid}/fd/${fd}`;
    const cached = execFileSync('fincore', ['--noheadings', '--output', 'PAGES', path], { encoding: 'utf8' });
    expect(Number(cached)).toBe(32);
  });

  it('is a C program that finds the same pages resident', async (context) => {
    skipWithoutCompiler(context);
    if (hasSwap()) context.skip('with swap, what is resident right after PAGEOUT depends on how fast it is written');
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'reclaim', parameters: { pages } });
    await lab.reader.state('completed');
    const report = await lab.service.report({ session, language: 'en' }, never);
    const looks = report.steps.filter(({ call }) => call === 'mincore');
    const seen = looks.map(({ outcome }) => outcome?.split(' ')[0]);
    const printed = looksIn(compileAndRun(await lab.service.program({ session }, never)));
    expect(printed.map((line) => /resident (\d+)/.exec(line)?.[1])).toEqual(seen);
  });
});
