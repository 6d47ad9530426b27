import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { comparisonSchema } from '../../../protocol/comparison.ts';
import { decodeFrame } from '../../../protocol/frame.ts';
import { reportSchema } from '../../../protocol/report.ts';
import { entryOf } from '../../support/entries.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import { recordedLab, recordingPath } from '../../support/recorded.ts';

const entry = entryOf('isolated-entry');

/** A recording of an experiment, what its reader was told, and its report. */
async function recorded(experiment: string, parameters = {}) {
  const file = recordingPath();
  await using lab = recordedLab(file);
  const { session } = await lab.start({ experiment, parameters });
  await lab.reader.state('completed');
  const report = reportSchema.parse(await lab.service.report({ session, language: 'en' }, never));
  return { file, report, told: lab.reader };
}

describe.each(['inline', 'isolated'] as const)('a recording that is opened again, %s', (placement) => {
  const fresh = () => new TestLab(placement === 'isolated' ? () => forkIsolated(entry) : undefined);

  it('tells all that its session told, in frames for each step, and gives its report and program', async () => {
    const { file, report, told } = await recorded('first-touch', { pages: 40 });
    await using lab = fresh();
    const steps: number[] = [];
    const keep = lab.reader.frame.bind(lab.reader);
    lab.reader.frame = (bytes) => {
      const { step } = decodeFrame(bytes);
      if (step >= 0) steps.push(step);
      keep(bytes);
    };
    const opened = await lab.service.reopen({ file }, never);
    expect(opened.experiment).toMatchObject({ id: 'first-touch', parameters: { pages: 40 } });
    await lab.reader.state('completed', opened.session);
    expect(steps).toEqual(report.steps.map(({ index }) => index));
    for (const kind of ['region', 'step', 'claim', 'result', 'measurement'] as const) {
      const without = lab.reader.of(kind).map((event) => ({ ...event, session: 0 }));
      expect(without).toEqual(told.of(kind).map((event) => ({ ...event, session: 0 })));
    }
    const looks = (reader: typeof told) =>
      reader.of('sample').map(({ sample, looked }) => [Math.round(sample.tNs), looked ?? []]);
    // Its process may have been sampled once more while the recording ended.
    expect(looks(lab.reader)).toEqual(looks(told).slice(0, looks(lab.reader).length));
    expect(looks(lab.reader).flatMap(([, looked]) => looked)).toContain(1);
    // Each claim comes after the step that settled it.
    const order = (reader: typeof told) =>
      reader.events.flatMap((event) =>
        event.kind === 'claim' ? [event.claim.id] : event.kind === 'step' ? [`${event.step.index}`] : [],
      );
    expect(order(lab.reader)).toEqual(order(told));
    expect(lab.reader.states.get(1)?.flags).toEqual(told.states.get(1)?.flags);
    const again = await lab.service.report({ session: opened.session, language: 'en' }, never);
    expect(again).toMatchObject({ claims: report.claims, result: report.result, measurements: report.measurements });
    expect(await lab.service.program({ session: opened.session }, never)).toContain('int main');
    expect((await problemOf(lab.service.save({ session: opened.session }, never))).text.en).toMatch(
      /^This is the recording of an experiment, not of a workbench/,
    );
    const csv = await lab.service.export(
      { session: opened.session, format: 'csv', table: 'steps', language: 'en' },
      never,
    );
    expect(csv.split('\r\n')).toHaveLength(report.steps.length + 2);
  });

  it('is compared with another: pages, numbers and claims', async () => {
    const { file } = await recorded('first-touch', { pages: 8 });
    const { file: other } = await recorded('first-touch', { pages: 8, access: 'read' });
    await using lab = fresh();
    const { session: a } = await lab.service.reopen({ file }, never);
    const { session: b } = await lab.service.reopen({ file: other }, never);
    const compared = comparisonSchema.parse(await lab.service.compare({ a, b, language: 'en' }, never));
    expect(compared).toMatchObject({ same: false, pages: [{ region: 'A', pagesA: 8, pagesB: 8 }], environment: [] });
    expect(compared.claims.find(({ id }) => id === 'none-before')).toMatchObject({
      a: { status: 'held' },
      b: { status: 'held' },
    });
    const itself = await lab.service.compare({ a, b: a, language: 'en' }, never);
    expect(itself).toMatchObject({ same: true, pages: [{ differ: 0 }] });
  });

  it('takes no orders', async () => {
    const { file } = await recorded('first-touch', { pages: 2 });
    await using lab = fresh();
    const { session } = await lab.service.reopen({ file }, never);
    expect((await problemOf(lab.service.control({ session, action: 'resume' }, never))).text.en).toBe(
      'This session is a recording, so it can’t do ‘control’.',
    );
    await lab.service.close({ session }, never);
    expect((await problemOf(lab.service.report({ session, language: 'en' }, never))).kind).toBe('gone');
  });

  it('is closed while it is still told to a reader that acknowledges nothing', async () => {
    const { file } = await recorded('first-touch', { pages: 64 });
    await using lab = fresh();
    lab.reader.acknowledge = undefined;
    const { session } = await lab.service.reopen({ file }, never);
    await lab.service.close({ session }, never);
    expect((await problemOf(lab.service.program({ session }, never))).kind).toBe('gone');
  });

  it('is refused with a sentence where it is none', async () => {
    const file = recordingPath();
    writeFileSync(file, 'mine');
    await using lab = fresh();
    expect(await problemOf(lab.service.reopen({ file }, never))).toMatchObject({
      kind: 'bad-input',
      text: { en: `${file} cannot be opened: it is not a recording of Pagescope.` },
    });
  });
});

describe('a session whose process has died', () => {
  it('still gives its C program, from its recording', async () => {
    const file = recordingPath();
    await using lab = recordedLab(file);
    const started = await lab.start({ experiment: 'first-touch', parameters: { pages: 5 }, placement: 'isolated' });
    await lab.reader.state('completed');
    const { session } = started;
    const before = await lab.service.program({ session }, never);
    process.kill(started.pid, 'SIGKILL');
    await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed', 'it has failed');
    expect(await lab.service.program({ session }, never)).toBe(before);
    const html = await lab.service.export({ session, format: 'html', language: 'en' }, never);
    expect(html).toContain('int main(void)');
    expect(html).toContain('SIGKILL');
  });
});
