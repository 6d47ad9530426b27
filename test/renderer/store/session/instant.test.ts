import { describe, expect, it } from 'vitest';
import type { Sample, Step } from '../../../../protocol/events.ts';
import { placeAfter, sampleOf, stepsAt } from '../../../../renderer/store/session/instant.ts';

/** Steps that began at these times. */
const begun = (...times: number[]): Step[] =>
  times.map((startedNs, index) => ({
    index,
    title: { en: '', zh: '' },
    call: 'mlock',
    arguments: {},
    returned: 0,
    errno: null,
    durationNs: 1,
    startedNs,
  }));

describe('the steps of an instant', () => {
  const steps = begun(10, 20, 20, 30);

  it.each([
    ['are those that began in it', 15, 30, { first: 1, end: 4 }],
    ['are those that began at its ends', 20, 20, { first: 1, end: 3 }],
    ['are the last before, when none began in it', 23, 27, { first: 2, end: 3 }],
    ['are none before the first', 0, 9, undefined],
  ])('%s', (_, fromNs, toNs, span) => {
    expect(stepsAt(steps, { fromNs, toNs })).toEqual(span);
  });
});

it('the process at a step is as it was sampled after it, not before', () => {
  const steps = begun(10, 20, 30);
  const sample = (tNs: number): Sample => ({ tNs, vmLck: tNs, vmRss: 0, minorFaults: 0, majorFaults: 0 });
  const samples = [13, 23, 27].map(sample);
  const at = (fromNs: number, toNs: number) => sampleOf({ steps, samples }, { fromNs, toNs })?.tNs;
  expect(at(10, 12)).toBe(13);
  expect(at(20, 22)).toBe(23);
  // Nobody has looked since: what was true then is all that is known.
  expect(at(30, 32)).toBe(27);
  // As a step found it, and at a time that is no step's.
  expect(at(20, 20)).toBe(13);
  expect(at(24, 25)).toBe(23);
});

describe('keys', () => {
  it('go from step to step, ten at a time, and to both ends, and no further', () => {
    expect(
      ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => placeAfter(key, 12, 40)),
    ).toEqual([11, 13, 22, 2, 0, 39]);
    expect(placeAfter('ArrowLeft', 0, 40)).toBe(0);
    expect(placeAfter('PageUp', 35, 40)).toBe(39);
  });

  it('of other meanings are left alone, and all of them where there is no step', () => {
    expect(placeAfter('a', 2, 40)).toBeUndefined();
    expect(placeAfter('Home', -1, 0)).toBeUndefined();
  });
});
