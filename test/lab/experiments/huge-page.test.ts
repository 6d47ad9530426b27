import { describe, expect, it, type TestContext } from 'vitest';
import { whyNoHugePages } from '../../../lab/limits/huge-pages.ts';
import { prctl } from '../../../native/calls/prctl.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { compileAndRun, looksIn, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

/** PR_SET_THP_DISABLE of prctl(2). */
const setThpDisable = 41;

/** The kernel may have no huge page to give; that is a result, and not the one that the test is about. */
function skipWithoutHugePages(context: TestContext, notHeldClaims: readonly string[] = []): void {
  const why = whyNoHugePages()?.en ?? notHeldClaims.find((claim) => claim.includes('huge pages to give'));
  if (why) context.skip(why);
}

describe('huge-page', () => {
  it.for(users())('holds every claim for $name', async (user, context) => {
    skipWithoutHugePages(context);
    const report = await reportOf(user, 'huge-page');
    skipWithoutHugePages(context, notHeld(report));
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(8);
    const { hugePageBytes } = report.measurements;
    expect(report.regions.map(({ length }) => length)).toEqual([hugePageBytes, hugePageBytes]);
    expect(report.regions.every(({ address }) => BigInt(address) % BigInt(hugePageBytes ?? 0) === 0n)).toBe(true);
  });

  it('takes only the huge page apart that the locked page lies in', async (context) => {
    skipWithoutHugePages(context);
    const [self] = users();
    if (!self) throw new Error('there is nobody to run it as');
    const report = await reportOf(self, 'huge-page', { hugePages: 3 });
    skipWithoutHugePages(context, notHeld(report));
    const each = (report.measurements.hugePageBytes ?? 0) / report.environment.pageSize;
    const measured = Object.fromEntries(report.claims.map((claim) => [claim.id, claim.measured]));
    expect(measured).toMatchObject({ 'huge-mapped': 3 * each, 'split-huge': 2 * each, 'split-stays': 3 * each });
  });

  it('agrees with smaps as another process reads it', async (context) => {
    skipWithoutHugePages(context);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'huge-page', paused: true });
    for (let steps = 1; steps <= 8; steps++) {
      await lab.service.control({ session, action: 'step' }, never);
      await lab.reader.pausedAfter(steps);
    }
    const regions = lab.reader.of('region').map(({ region }) => region);
    const [huge, small] = regions;
    if (!huge || !small) throw new Error('the regions were not told of');
    const seen = (line: string) => regions.map((region) => witness(region).kibibytes(line));
    const kibibytes = huge.length / 1024;
    if (seen('AnonHugePages')[0] === 0) context.skip('the kernel had no huge page to give');
    expect(seen('AnonHugePages')).toEqual([kibibytes, 0]);
    expect(seen('Rss')).toEqual([kibibytes, pageSize() / 1024]);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    expect(witness(huge).kibibytes('AnonHugePages')).toBe(0);
    expect(seen('Rss')).toEqual([kibibytes, pageSize() / 1024]);
    expect(witness(huge).flags.map((flags) => flags.includes('lo'))).toEqual([false, true, false]);
  });

  it('cannot run where this process gets no huge pages, and says why', async () => {
    prctl(setThpDisable, 1);
    try {
      await using lab = new TestLab();
      const problem = await problemOf(lab.start({ experiment: 'huge-page' }));
      expect(problem.kind).toBe('cannot-run-here');
      expect(problem.text.en).toMatch(/^huge-page cannot run here: .*(turned off|built without)/);
      const described = (await lab.service.experiments({}, never)).find(({ id }) => id === 'huge-page');
      expect(described).toMatchObject({ available: false });
    } finally {
      prctl(setThpDisable, 0);
    }
  });

  it('skips the claims about the huge page, with the reason, when the kernel gives none', async (context) => {
    skipWithoutHugePages(context);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'huge-page', paused: true });
    prctl(setThpDisable, 1);
    try {
      await lab.service.control({ session, action: 'resume' }, never);
      await lab.reader.state('completed');
    } finally {
      prctl(setThpDisable, 0);
    }
    const claims = notHeld(await lab.service.report({ session, language: 'en' }, never));
    expect(claims).toHaveLength(7);
    for (const claim of claims)
      expect(claim).toMatch(/skipped: transparent huge pages are turned off for this process/);
  });

  it('makes the same pages resident as a C program', async (context) => {
    skipWithoutCompiler(context);
    skipWithoutHugePages(context);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'huge-page' });
    await lab.reader.state('completed');
    const report = await lab.service.report({ session, language: 'en' }, never);
    skipWithoutHugePages(context, notHeld(report));
    const pages = report.regions[0]?.pages;
    expect(looksIn(compileAndRun(await lab.service.program({ session }, never)))).toEqual([
      `A: resident ${pages}/${pages} pages`,
      `B: resident 1/${pages} pages`,
      `A: resident ${pages}/${pages} pages`,
    ]);
  });
});
