import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordingFile } from '../../../lab/recordings/recording-file.ts';
import { copyOut, getrandom } from '../../../native/calls/bytes.ts';
import { languages } from '../../../protocol/language.ts';
import { reportSchema } from '../../../protocol/report.ts';
import { contract } from '../../../protocol/service.ts';
import { never } from '../../support/harness.ts';
import { recordedLab, recordingPath } from '../../support/recorded.ts';

describe.each(['inline', 'isolated'] as const)('the recording of a session, %s', (placement) => {
  it.each([
    ['first-touch', { pages: 20, order: 'random' }],
    ['lock-range', {}],
    ['prefault', { pages: 64 }],
    ['reclaim', {}],
    ['huge-page', {}],
  ])('gives the report and the C program of %s that the session gave', async (experiment, parameters) => {
    const file = recordingPath();
    const lab = recordedLab(file);
    const { session } = await lab.start({ experiment, parameters, placement });
    await lab.reader.state('completed');
    const reports = await Promise.all(languages.map((language) => lab.service.report({ session, language }, never)));
    const program = await lab.service.program({ session }, never);
    await lab[Symbol.asyncDispose]();
    expect(lab.reader.of('recording')).toEqual([{ kind: 'recording', session, file }]);
    expect(lab.reader.of('operation')).toEqual([]);

    using recording = new RecordingFile(file);
    for (const [index, language] of languages.entries()) {
      const live = reportSchema.parse(reports[index]);
      const made = reportSchema.parse(recording.report(language));
      const { createdAt, environment, samples, ...rest } = made;
      const { createdAt: _createdAt, environment: liveEnvironment, samples: liveSamples, ...liveRest } = live;
      expect(rest.snapshots.map(rounded)).toEqual(liveRest.snapshots.map(rounded));
      expect({ ...rest, snapshots: [] }).toEqual({ ...liveRest, snapshots: [] });
      expect(samples.slice(0, liveSamples.length)).toEqual(
        liveSamples.map((sample) => ({ ...sample, tNs: Math.round(sample.tNs) })),
      );
      expect(environment.kernel).toBe(liveEnvironment.kernel);
      expect(new Date(createdAt).getTime()).toBeLessThanOrEqual(Date.now());
    }
    expect(await recording.program()).toBe(program);
    expect([recording.damaged, recording.outcome]).toEqual([0, 'completed']);
  });
});

const rounded = <T extends { takenNs: number }>(snapshot: T): T => ({
  ...snapshot,
  takenNs: Math.round(snapshot.takenNs),
});

it('a workbench is recorded with what its user did, and no byte of its memory', async () => {
  const file = recordingPath();
  const lab = recordedLab(file);
  const { session } = await lab.service.workbench({ placement: 'inline', sampleHz: 10 }, never);
  const { region = 0 } = await lab.service.addRegion(
    contract.addRegion.request.parse({
      session,
      region: { backing: { kind: 'anonymous' }, size: { pages: 8 }, protection: ['PROT_READ', 'PROT_WRITE'] },
    }),
    never,
  );
  const address = BigInt(lab.reader.of('region')[0]?.region.address ?? 0);
  expect(getrandom(address, 16)).toMatchObject({ errno: null });
  const secret = Buffer.alloc(16);
  copyOut(address, 16, secret);
  await lab.service.act({ session, region, tool: { kind: 'touch', access: 'write' }, pages: [0, 2, 4, 1] }, never);
  await lab.service.act({ session, region, tool: { kind: 'mlock' }, pages: [0, 1] }, never);
  await lab.service.renameRegion({ session, region, name: 'mine' }, never);
  const program = await lab.service.program({ session }, never);
  const saved = await lab.service.save({ session }, never);
  await lab[Symbol.asyncDispose]();
  using recording = new RecordingFile(file);
  expect(await recording.program()).toBe(program);
  expect(recording.report('en').snapshots.at(-1)?.counts).toMatchObject({ resident: 3, locked: 1 });
  expect(recording.saved()).toMatchObject({ schema: 'pagescope/workbench@1', actions: saved.actions });
  expect(saved.actions).toHaveLength(3);
  expect(lab.reader.of('action')).toEqual([]);
  expect(readFileSync(file).includes(secret)).toBe(false);
});
