import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../protocol/events.ts';
import { instantAfter, stepsAt } from '../../../../renderer/store/session/instant.ts';

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

describe('keys', () => {
  const steps = begun(10, 20, 30);

  it('go from step to step, up to what the step left behind', () => {
    const last = instantAfter('ArrowLeft', undefined, steps, 100);
    expect(last).toEqual({ fromNs: 30, toNs: 100 });
    const before = instantAfter('ArrowLeft', last, steps, 100);
    expect(before).toEqual({ fromNs: 20, toNs: 29 });
    expect(instantAfter('ArrowRight', before, steps, 100)).toEqual(last);
    expect(instantAfter('Home', before, steps, 100)).toEqual({ fromNs: 10, toNs: 19 });
    expect(instantAfter('ArrowLeft', { fromNs: 10, toNs: 19 }, steps, 100)).toEqual({ fromNs: 10, toNs: 19 });
  });

  it('of other meanings are left alone', () => {
    expect(instantAfter('a', undefined, steps, 100)).toBeUndefined();
    expect(instantAfter('Home', undefined, [], 100)).toBeUndefined();
  });
});
