import { describe, expect, it } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { Budget } from '../../../lab/service/budget.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld } from '../../support/users.ts';

async function runFirstTouch(parameters: Record<string, string | number>) {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment: 'first-touch', parameters });
  await lab.reader.state('completed');
  return lab.service.report({ session, language: 'en' }, never);
}

describe('first-touch', () => {
  it('shows 0 of 4, then 4 of 4, with four minor faults', async () => {
    const report = await runFirstTouch({ pages: 4 });
    expect(report.claims.map(({ id, measured, status }) => [id, measured, status])).toEqual([
      ['none-before', 0, 'held'],
      ['all-after', 4, 'held'],
      ['fault-each', 4, 'held'],
      ['zero-pages', 0, 'held'],
      ['rss', 4 * report.environment.pageSize, 'held'],
    ]);
    expect(report.snapshots.map(({ counts }) => counts.resident)).toEqual([0, 0, 0, 1, 2, 3, 4, 4]);
    expect(report.outcome).toBe('completed');
  });

  it('maps only the zero page when it reads, or says that this kernel gives each page memory of its own', async () => {
    const why = whyNoZeroPage();
    const report = await runFirstTouch({ pages: 16, access: 'read' });
    expect(report.claims).toHaveLength(5);
    expect(notHeld(report)).toEqual(why ? [`zero-pages skipped: ${why.en}`] : []);
    expect(report.claims.at(-1)?.measured).toBe(why ? 16 * report.environment.pageSize : 0);
    expect(report.snapshots.at(-1)?.counts).toMatchObject({ resident: 16, zero: why ? 0 : 16 });
  });

  it('asks the budget for what a read costs on this kernel', async () => {
    await using lab = new TestLab(undefined, new Budget(64 * pageSize()));
    const start = lab.start({ experiment: 'first-touch', parameters: { pages: 65, access: 'read' }, paused: true });
    if (whyNoZeroPage()) expect((await problemOf(start)).kind).toBe('over-budget');
    else expect((await start).placement).toBe('inline');
  });

  it.each(['sequential', 'random', 'stride'])('touches every page once in %s order', async (order) => {
    const report = await runFirstTouch({ pages: 1000, order, stride: 7 });
    expect(report.claims.map(({ status }) => status)).toEqual(['held', 'held', 'held', 'held', 'held']);
  });

  it.each(['write', 'read'])('agrees with smaps as another process reads it: access=%s', async (access) => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 12, access } });
    await lab.reader.state('completed');
    const seen = lab.reader.of('region').map(({ region }) => witness(region));
    const { claims } = await lab.service.report({ session, language: 'en' }, never);
    expect(seen.map((region) => region.kibibytes('Size') * 1024)).toEqual([12 * pageSize()]);
    expect(seen.map((region) => region.kibibytes('Rss') * 1024)).toEqual([claims.at(-1)?.measured]);
  });
});
