import { expect, it } from 'vitest';
import { addressOfFile } from '../../../protocol/recording-address.ts';
import {
  addressIn,
  addressOf,
  addressOfCompared,
  addressOfFiles,
  addressOfFix,
  addressOfGuide,
  addressOfHome,
  addressOfLimits,
  addressOfProcess,
  addressOfRecordings,
  addressOfWorkbench,
} from '../../../renderer/context/address.ts';

it('finds the experiment in the address again', () => {
  expect(addressIn(addressOf('first-touch'))).toEqual({ kind: 'experiment', id: 'first-touch', parameters: {} });
  expect(addressIn('#first-touch')).toEqual({ kind: 'experiment', id: 'first-touch', parameters: {} });
  expect(addressIn('#/%')).toEqual({ kind: 'experiment', id: '%', parameters: {} });
});

it('finds home, also where there is no address', () => {
  for (const hash of [addressOfHome, '', '#', '#/home']) expect(addressIn(hash)).toEqual({ kind: 'home' });
});

it('finds a chapter of the guide, and a heading of it', () => {
  expect(addressIn(addressOfGuide())).toEqual({ kind: 'guide' });
  expect(addressIn('#/guide/')).toEqual({ kind: 'guide' });
  expect(addressIn(addressOfGuide('keeping-a-key'))).toEqual({ kind: 'guide', chapter: 'keeping-a-key' });
  expect(addressIn(addressOfGuide('lock-rules.c', 'a-heading'))).toEqual({
    kind: 'guide',
    chapter: 'lock-rules.c',
    heading: 'a-heading',
  });
  expect(addressIn('#/guided')).toEqual({ kind: 'experiment', id: 'guided', parameters: {} });
});

it('finds the limits, and the fix that is meant', () => {
  expect(addressIn(addressOfLimits())).toEqual({ kind: 'limits', fix: undefined });
  expect(addressIn(addressOfLimits('docker'))).toEqual({ kind: 'limits', fix: 'docker' });
  const diagnosis = { text: { en: '', zh: '' }, fix: 'docker' } as const;
  for (const limit of [69_632, 'unlimited'] as const)
    expect(addressIn(addressOfFix({ ...diagnosis, limit }))).toEqual({ kind: 'limits', fix: 'docker', limit });
  expect(addressOfFix(diagnosis)).toBe(addressOfLimits('docker'));
  for (const wrong of ['', '-1', '1.5', 'x'])
    expect(addressIn(`#limits/docker?@limit=${wrong}`)).toEqual({ kind: 'limits', fix: 'docker' });
  const whose = { pid: 4711, startTicks: 4021 };
  expect(addressIn(addressOfLimits(undefined, whose))).toEqual({ kind: 'limits', fix: undefined, whose });
  expect(addressIn('#limits?@pid=4711')).toEqual({ kind: 'limits', fix: undefined, whose: { pid: 4711 } });
  expect(addressIn('#limits/')).toEqual({ kind: 'limits', fix: undefined });
  expect(addressIn('#/limits')).toEqual({ kind: 'experiment', id: 'limits', parameters: {} });
});

it('finds the workbench, and an experiment of that name beside it', () => {
  expect(addressIn(addressOfWorkbench)).toEqual({ kind: 'workbench' });
  expect(addressIn('#/workbench')).toEqual({ kind: 'experiment', id: 'workbench', parameters: {} });
});

it('finds the parameters, the recording and the step of what was shown', () => {
  const hash = '#/first-touch?pages=128&order=random&%40recording=%2Ftmp%2Fa+b.pagescope&%40step=12';
  expect(addressIn(hash)).toEqual({
    kind: 'experiment',
    id: 'first-touch',
    parameters: { pages: '128', order: 'random' },
    recording: '/tmp/a b.pagescope',
    step: 12,
  });
  for (const step of ['0', '-1', '1.5', 'x', '']) {
    expect(addressIn(`#/first-touch?@step=${step}`)).toEqual({ kind: 'experiment', id: 'first-touch', parameters: {} });
  }
});

it('finds the recordings, and the one that is meant, with a folder in its name', () => {
  expect(addressIn(addressOfRecordings())).toEqual({ kind: 'recordings', name: undefined });
  expect(addressIn(addressOfRecordings('kept/a b.pagescope'))).toEqual({
    kind: 'recordings',
    name: 'kept/a b.pagescope',
  });
  expect(addressIn(addressOfRecordings('/a/b', 'c'))).toEqual({ kind: 'recordings', name: '/a/b', other: 'c' });
  expect(addressIn(addressOfFile('/a?b', 0))).toEqual({ kind: 'recordings', name: '/a?b', step: 1 });
  const compared = { kind: 'recordings', name: 'kept/a?b', other: 'c' };
  expect(addressIn(addressOfCompared(['kept/a?b', 'c'], [4, undefined]))).toEqual({
    ...compared,
    steps: [4, undefined],
  });
  expect(addressIn(addressOfCompared(['kept/a?b', 'c'], [undefined, undefined]))).toEqual(compared);
  expect(addressIn('#/recordings/a?%40step=7')).toEqual({ ...compared, name: 'a', other: undefined, step: 7 });
  expect(addressIn('#/recordings/')).toEqual({ kind: 'recordings', name: undefined });
});

it('finds a process again by its pid and its start', () => {
  expect(addressOfProcess(31163, 4021)).toBe('#/processes/31163?%40start=4021');
  expect(addressIn(addressOfProcess(31163, 4021))).toEqual({ kind: 'process', pid: 31163, startTicks: 4021 });
  expect(addressIn(addressOfProcess(1))).toEqual({ kind: 'process', pid: 1 });
  expect(addressIn('#/processes/31163?@start=4021&@step=3&@pages=A:0-3')).toEqual({
    kind: 'process',
    pid: 31163,
    startTicks: 4021,
    step: 3,
    pages: 'A:0-3',
  });
  expect(addressIn('#/processes/0')).toMatchObject({ kind: 'experiment' });
});

it('files are named by a path, whatever is in it, or by the process that has them open', () => {
  const asked = { path: '/srv/a b&c?d=#e' };
  expect(addressIn(addressOfFiles(asked))).toEqual({ kind: 'files', asked });
  expect(addressOfFiles({ openBy: 4711 })).toBe('#/files?openBy=4711');
  expect(addressIn('#/files?openBy=4711')).toEqual({ kind: 'files', asked: { openBy: 4711 } });
  expect(addressIn('#/files')).toEqual({ kind: 'files', asked: undefined });
  expect(addressIn('#/files?openBy=x')).toEqual({ kind: 'files', asked: undefined });
});
