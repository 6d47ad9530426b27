import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { recordingsFolder } from '../../../lab/recordings/folder.ts';
import { limitRecordings, recordingLimits } from '../../../lab/recordings/limits.ts';
import { settingsFile } from '../../../lab/recordings/settings.ts';
import { never, TestLab } from '../../support/harness.ts';
import { recordingPath } from '../../support/recorded.ts';

beforeEach(() => {
  const home = dirname(recordingPath());
  vi.stubEnv('XDG_DATA_HOME', join(home, 'data'));
  vi.stubEnv('XDG_CONFIG_HOME', join(home, 'config'));
  vi.stubEnv('PAGESCOPE_RECORDINGS_MIB', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** A file in the folder of recordings as old as its number. */
function recorded(name: string, age: number): string {
  const file = join(recordingsFolder(), name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(1000));
  utimesSync(file, 1000 - age, 1000 - age);
  return file;
}

it('is where XDG_CONFIG_HOME says, unless that is relative', () => {
  expect(settingsFile({ XDG_CONFIG_HOME: '/config' })).toBe('/config/pagescope/settings.json');
  expect(settingsFile({ XDG_CONFIG_HOME: 'config' })).toMatch(/^\/.*\/\.config\/pagescope\/settings\.json$/);
});

it('is 2 GiB until it is set, then what was set, in a file for its user alone that is written whole', () => {
  expect(recordingLimits()).toEqual({ totalBytes: 2 ** 31, mostBytes: 2 ** 29, fixed: false });
  expect(limitRecordings(4000, false)).toBeUndefined();
  expect(recordingLimits()).toEqual({ totalBytes: 4000, mostBytes: 1000, fixed: false });
  limitRecordings(0, false);
  expect(recordingLimits()).toMatchObject({ totalBytes: 0, mostBytes: 0 });
  const file = settingsFile();
  expect([statSync(file), statSync(dirname(file))].map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700]);
  expect(readdirSync(dirname(file))).toEqual(['settings.json']);
});

it('yields to the environment, which it cannot change', () => {
  limitRecordings(4000, false);
  vi.stubEnv('PAGESCOPE_RECORDINGS_MIB', '8');
  expect(recordingLimits()).toMatchObject({ totalBytes: 2 ** 23, fixed: true });
  expect(() => limitRecordings(1, true)).toThrow('PAGESCOPE_RECORDINGS_MIB sets the limit');
  vi.stubEnv('PAGESCOPE_RECORDINGS_MIB', undefined);
  expect(recordingLimits()).toMatchObject({ totalBytes: 4000 });
});

it.each(['no JSON', '[', 'null', '7', '{"recordingsBytes":-1}', '{"recordingsBytes":"many"}', ''])(
  'is the default where the file says %j, with a sentence that names it, until it is set again',
  (text) => {
    mkdirSync(dirname(settingsFile()), { recursive: true });
    writeFileSync(settingsFile(), text);
    const { totalBytes, problem } = recordingLimits();
    expect(totalBytes).toBe(2 ** 31);
    expect(problem?.text.en).toContain(`The settings in ${settingsFile()} are not used`);
    limitRecordings(5000, false);
    expect(recordingLimits()).toEqual({ totalBytes: 5000, mostBytes: 1250, fixed: false });
  },
);

it('deletes the oldest that are over it when it may, and else says how many and changes nothing', async () => {
  const [older, old, young] = [recorded('c.pagescope', 3), recorded('b.pagescope', 2), recorded('a.pagescope', 1)];
  const kept = recorded('kept/k.pagescope', 9);
  await using lab = new TestLab();
  const limit = (mostBytes: number, deletes: boolean) => lab.service.limitRecordings({ mostBytes, deletes }, never);
  expect(await limit(1500, false)).toEqual({ over: { count: 2, bytes: 2000 } });
  expect([older, old, young, kept].map(existsSync)).toEqual([true, true, true, true]);
  expect(existsSync(settingsFile())).toBe(false);
  expect(await limit(1500, true)).toEqual({});
  expect([older, old, young, kept].map(existsSync)).toEqual([false, false, true, true]);
  expect(readFileSync(settingsFile(), 'utf8')).toBe('{"recordingsBytes":1500}\n');
  expect(await lab.service.recordings({}, never)).toMatchObject({ mostBytes: 1500, mostBytesOfOne: 375, fixed: false });
});

it('cannot be set where the file cannot be written, and says so', () => {
  mkdirSync(settingsFile(), { recursive: true });
  expect(() => limitRecordings(1000, true)).toThrow(`The settings ${settingsFile()} cannot be written`);
  expect(readdirSync(dirname(settingsFile()))).toEqual(['settings.json']);
});
