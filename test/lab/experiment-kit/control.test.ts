import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { isMapped, never, problemOf, TestLab } from '../../support/harness.ts';
import { stepUntil } from '../../support/step-until.ts';
import { until } from '../../support/until.ts';

/** Prime, so that no other mapping of this process has the same length. */
const pages = 307;

function theRegion(lab: TestLab) {
  const region = lab.reader.of('region').at(-1)?.region;
  if (!region) throw new Error('No region was told of.');
  return region;
}

describe('controlling a session', () => {
  it('starts paused before the first step, takes one step at a time, then runs to the end', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 3 }, paused: true });
    await lab.reader.pausedAfter(0);
    expect(lab.reader.of('state').at(-1)?.next?.en).toBe('Map 3 pages');
    expect(lab.reader.of('region')).toEqual([]);
    await lab.service.control({ session, action: 'step' }, never);
    await lab.reader.pausedAfter(1);
    expect(lab.reader.of('step').map(({ step }) => step.call)).toEqual(['mmap']);
    await lab.service.control({ session, action: 'step' }, never);
    await lab.reader.pausedAfter(2);
    expect(lab.reader.of('step').at(-1)?.step.call).toBe('madvise');
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    expect(lab.reader.of('step')).toHaveLength(7);
  });

  it('pauses in the middle of a wait, and says what would have come', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 2 }, paceMs: 5000 });
    await until(() => expect(lab.reader.of('step')).toHaveLength(4));
    await lab.service.control({ session, action: 'pause' }, never);
    await lab.reader.pausedAfter(4);
    expect(lab.reader.of('state').at(-1)?.next?.zh).toBe('写第 1 页');
  });

  it('has no pace until a page was acted on: before that there is nothing to watch', async () => {
    await using lab = new TestLab();
    await lab.start({ experiment: 'first-touch', parameters: { pages: 60 }, paceMs: 5000 });
    await until(() => expect(lab.reader.of('step')).toHaveLength(4));
    expect(lab.reader.of('step').at(-1)?.step.call).toBe('process_vm_writev');
  });

  it('takes a new pace at once, in the middle of a wait', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 60 }, paceMs: 5000 });
    await lab.service.pace({ session, paceMs: 0 }, never);
    await lab.reader.state('completed');
  });

  it('gives the main loop a turn before every step, also without a pace', async () => {
    await using lab = new TestLab();
    await lab.start({ experiment: 'first-touch', parameters: { pages: 60 } });
    let turns = 0;
    while (lab.reader.of('state').length === 0) {
      await setImmediate();
      turns++;
    }
    expect(turns).toBeGreaterThanOrEqual(lab.reader.of('step').length);
  });

  it('releases the regions of a stopped experiment, and keeps what it showed', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages }, paused: true });
    for (let step = 1; step <= 4; step++) {
      await lab.service.control({ session, action: 'step' }, never);
      await lab.reader.pausedAfter(step);
    }
    await lab.service.control({ session, action: 'stop' }, never);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    const region = theRegion(lab);
    expect(isMapped(region)).toBe(false);
    const report = await lab.service.report({ session, language: 'en' }, never);
    expect([report.outcome, report.steps.length]).toEqual(['stopped', 4]);
    await lab.service.close({ session }, never);
    expect(lab.reader.of('released').map(({ region: id }) => id)).toEqual([region.id]);
  });

  it('runs again with other parameters, in a session of its own', async () => {
    await using lab = new TestLab();
    const first = await lab.start({ experiment: 'first-touch', parameters: { pages: 4 } });
    await lab.reader.state('completed');
    await lab.service.close({ session: first.session }, never);
    const second = await lab.start({ experiment: 'first-touch', parameters: { pages: 5, access: 'read' } });
    await lab.reader.state('completed', second.session);
    expect(second.session).not.toBe(first.session);
    const report = await lab.service.report({ session: second.session, language: 'en' }, never);
    expect(report.experiment.parameters).toMatchObject({ pages: 5, access: 'read' });
    expect(report.claims.map(({ status }) => status)).toEqual([
      'held',
      'held',
      'held',
      whyNoZeroPage() ? 'skipped' : 'held',
      'held',
    ]);
  });

  it('gives a session a number of its own, whatever number the request names', async () => {
    await using lab = new TestLab();
    const request = { experiment: 'first-touch', parameters: { pages: 1 }, paused: true, session: 7 };
    const sessions = [await lab.start(request), await lab.start(request)].map(({ session }) => session);
    expect(sessions).toEqual([1, 2]);
  });

  it('says that a closed session is gone', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 1 } });
    await lab.service.close({ session }, never);
    const problem = await problemOf(lab.service.control({ session, action: 'pause' }, never));
    expect(problem).toEqual({ kind: 'gone', text: { en: 'Session 1 is not open.', zh: '会话 1 未打开。' } });
  });

  it('opens no more sessions than one window can show, until one is closed', async () => {
    await using lab = new TestLab();
    const request = { experiment: 'first-touch', parameters: { pages: 1 }, paused: true };
    for (let session = 1; session <= 16; session++) await lab.start(request);
    const problem = await problemOf(lab.start(request));
    expect([problem.kind, problem.text.en]).toEqual([
      'bad-input',
      '16 sessions are open, which is the most for one window; close one first.',
    ]);
    await lab.service.close({ session: 3 }, never);
    await lab.start(request);
  });
});

describe('ending a long touch', () => {
  /** 64 MiB: 16 slices. */
  const pages = 16_384;

  /** The first long touch is under way. */
  async function touching(lab: TestLab): Promise<number> {
    const { session } = await lab.start({ experiment: 'prefault', parameters: { pages }, paused: true });
    await stepUntil(lab, session, /^A: write/);
    await lab.service.control({ session, action: 'step' }, never);
    await setImmediate();
    return session;
  }

  it('stops between two slices; step and C program agree on what was touched', async () => {
    await using lab = new TestLab();
    const session = await touching(lab);
    await lab.service.control({ session, action: 'stop' }, never);
    const step = lab.reader.of('step').at(-1)?.step;
    const touched = Number(step?.returned);
    expect(touched).toBeGreaterThan(0);
    expect(touched).toBeLessThan(pages);
    expect(step?.range).toEqual({ firstPage: 0, pageCount: touched });
    expect(step?.outcome?.en).toMatch(
      new RegExp(`; stopped before the other ${(pages - touched).toLocaleString('en')}$`),
    );
    expect(await lab.service.program({ session }, never)).toContain(`page < ${touched};`);
  });

  it('releases the region only when the touch has ended', async () => {
    await using lab = new TestLab();
    const session = await touching(lab);
    await lab.service.close({ session }, never);
    const kinds = lab.reader.events.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('step')).toBeLessThan(kinds.indexOf('released'));
    expect(Number(lab.reader.of('step').at(-1)?.step.returned)).toBeLessThan(pages);
    expect(isMapped(theRegion(lab))).toBe(false);
  });
});
