import { describe, expect, it } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { compileAndRun, looksIn, skipWithoutCompiler } from '../../support/compile.ts';
import { never, TestLab } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

const pages = 16;

/** Where a read of new memory maps no zero page, the two claims about it are skipped. */
const why = whyNoZeroPage();
const skipped = why ? ['read-zero-pages', 'later-writes'].map((id) => `${id} skipped: ${why.en}`) : [];

describe('prefault', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'prefault');
    expect(notHeld(report)).toEqual(skipped);
    expect(report.claims).toHaveLength(9);
    expect(Object.keys(report.measurements)).toEqual([
      'touchLoopPerPageNs',
      'mapPopulatePerPageNs',
      'populateWritePerPageNs',
      'populateReadPerPageNs',
      'mlockPerPageNs',
    ]);
    expect(Object.values(report.measurements).every((perPageNs) => perPageNs > 0)).toBe(true);
  });

  it.each(users().slice(1))('says with the numbers why mlock is skipped for $name', async (user) => {
    const report = await reportOf(user, 'prefault', { pages: 2049 });
    const refused = /^mlock skipped: mlock answered ENOMEM: .*(64 KiB|8 MiB)/;
    expect(notHeld(report)).toEqual([...skipped, expect.stringMatching(refused)]);
    expect(report.measurements).not.toHaveProperty('mlockPerPageNs');
  });

  it('agrees with smaps as another process reads it: only a page of its own is memory of the process', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'prefault', parameters: { pages }, paused: true });
    const rss = () => lab.reader.of('region').map(({ region }) => [region.label, witness(region).kibibytes('Rss')]);
    const afterPopulateRead = () =>
      lab.reader.of('step').findIndex(({ step }) => step.arguments.advice === 'MADV_POPULATE_READ');
    for (let steps = 1; afterPopulateRead() < 0; steps++) {
      await lab.service.control({ session, action: 'step' }, never);
      await lab.reader.pausedAfter(steps);
    }
    const full = (pages * pageSize()) / 1024;
    expect(rss()).toEqual([...['A', 'B', 'C'].map((label) => [label, full]), ['D', why ? full : 0]]);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    expect(rss()).toEqual(['A', 'B', 'C', 'D', 'E'].map((label) => [label, full]));
  });

  it('makes the same pages resident as a C program', async (context) => {
    skipWithoutCompiler(context);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'prefault', parameters: { pages } });
    await lab.reader.state('completed');
    const program = await lab.service.program({ session }, never);
    const expected = ['A', 'B', 'C', 'D', 'E'].map((label) => `${label}: resident ${pages}/${pages} pages`);
    expect(looksIn(compileAndRun(program))).toEqual(expected);
    expect(program).toContain('MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE');
  });
});
