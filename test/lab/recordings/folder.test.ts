import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { recordingsFolder } from '../../../lab/recordings/folder.ts';
import { Recorder } from '../../../lab/recordings/recorder.ts';
import { pageStates } from '../../../protocol/flags.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import { recordedLab, recordingHeader, recordingPath } from '../../support/recorded.ts';

let folder = '';
beforeEach(() => {
  vi.stubEnv('XDG_DATA_HOME', dirname(recordingPath()));
  onTestFinished(() => void vi.unstubAllEnvs());
  folder = recordingsFolder();
  mkdirSync(folder, { recursive: true });
});

/** A finished recording in the folder, of a run of first-touch. */
async function recorded(name: string, parameters = {}): Promise<string> {
  const file = join(folder, name);
  await using lab = recordedLab(file);
  await lab.start({ experiment: 'first-touch', parameters });
  await lab.reader.state('completed');
  return file;
}

it('gives a filmstrip in letters: a column a step, where there are not too many, and pages from top to bottom', async () => {
  const file = await recorded('run.pagescope', { pages: 4 });
  await using lab = new TestLab();
  const { columns, rows, cells } = await lab.service.thumbnail({ file }, never);
  expect([columns, rows, cells.length]).toEqual([8, 4, 32]);
  const letter = (state: (typeof pageStates)[number]) => String(pageStates.indexOf(state));
  const row = (page: number) => cells.slice(page * columns, (page + 1) * columns);
  const [absent, resident] = [letter('absent'), letter('resident')];
  // Each page is resident from the step on that wrote it: mmap and two looks come first, a look is the last.
  for (let page = 0; page < rows; page++) {
    expect(row(page).indexOf(resident), row(page)).toBe(3 + page);
    expect(row(page)).toMatch(new RegExp(`^${absent}+${resident}+$`));
  }
});

it('joins steps and pages where there are more than letters', async () => {
  const file = await recorded('run.pagescope', { pages: 200 });
  await using lab = new TestLab();
  const { columns, rows, cells } = await lab.service.thumbnail({ file }, never);
  expect(columns).toBeLessThanOrEqual(96);
  expect(rows).toBe(24);
  expect(cells).toHaveLength(columns * rows);
});

it('keeps a recording in a folder of its own, and lets it go again', async () => {
  const file = await recorded('run.pagescope');
  await using lab = new TestLab();
  await lab.service.keepRecording({ file, kept: true }, never);
  const { listed } = await lab.service.recordings({}, never);
  expect(listed).toMatchObject([{ file: join(folder, 'kept', 'run.pagescope'), kept: true }]);
  expect(statSync(join(folder, 'kept')).mode & 0o777).toBe(0o700);
  await lab.service.keepRecording({ file: listed[0]?.file ?? '', kept: false }, never);
  expect((await lab.service.recordings({}, never)).listed).toMatchObject([{ file, kept: false }]);
});

it('replaces no other recording of the same name', async () => {
  const file = await recorded('run.pagescope');
  mkdirSync(join(folder, 'kept'));
  writeFileSync(join(folder, 'kept', 'run.pagescope'), 'another');
  await using lab = new TestLab();
  expect((await problemOf(lab.service.keepRecording({ file, kept: true }, never))).text.en).toContain(
    'is there already',
  );
  expect(existsSync(file)).toBe(true);
});

it('deletes a recording, and nothing that is not listed', async () => {
  const file = await recorded('run.pagescope');
  const elsewhere = recordingPath('run.pagescope');
  writeFileSync(elsewhere, 'mine');
  await using lab = new TestLab();
  for (const other of [elsewhere, join(folder, '..', 'recordings', 'run.pagescope', '..', '..', 'x'), '/etc/passwd']) {
    expect(await problemOf(lab.service.deleteRecording({ file: other }, never))).toMatchObject({ kind: 'gone' });
    expect(await problemOf(lab.service.keepRecording({ file: other, kept: true }, never))).toMatchObject({
      kind: 'gone',
    });
    expect(await problemOf(lab.service.thumbnail({ file: other }, never))).toMatchObject({ kind: 'gone' });
  }
  expect(existsSync(elsewhere)).toBe(true);
  await lab.service.deleteRecording({ file }, never);
  expect((await lab.service.recordings({}, never)).listed).toEqual([]);
});

it('neither moves nor deletes what is still being recorded', async () => {
  const file = join(folder, 'run.pagescope');
  const recorder = new Recorder(file, recordingHeader(), { durable: true, mostBytes: 1 << 20 });
  recorder.event({ kind: 'state', session: 1, state: 'running' });
  await using lab = new TestLab();
  for (const refused of [
    lab.service.deleteRecording({ file }, never),
    lab.service.keepRecording({ file, kept: true }, never),
  ]) {
    expect((await problemOf(refused)).text.en).toBe('run.pagescope is still being recorded; end its session first.');
  }
  recorder.end();
  await lab.service.deleteRecording({ file }, never);
  expect(existsSync(file)).toBe(false);
});
