import { expect, it } from 'vitest';
import { ToldSamples } from '../../../lab/session/told-samples.ts';

const sampleAt = (seconds: number, vmLck = 0, faults = 1) => ({
  tNs: seconds * 1e9,
  vmLck,
  vmRss: 4096 * faults,
  minorFaults: faults,
  majorFaults: 0,
});

/** The seconds that were told, those where nothing moved in brackets. */
function collected() {
  const told: string[] = [];
  const samples = new ToldSamples(({ sample: { tNs }, still }) => told.push(still ? `(${tNs / 1e9})` : `${tNs / 1e9}`));
  return { told, samples };
}

it('of an hour of rest at 2 looks a second a dozen samples are told, ever farther apart', () => {
  const { told, samples } = collected();
  for (let look = 0; look <= 7200; look++) samples.add(sampleAt(look / 2), [1], true);
  expect(told).toEqual([
    '0',
    '(1)',
    '(2)',
    '(4)',
    '(8)',
    '(16)',
    '(32)',
    '(64)',
    '(128)',
    '(256)',
    '(512)',
    '(1024)',
    '(2048)',
  ]);
});

it('until something moves nothing is unobserved: the last look before it is told too', () => {
  const { told, samples } = collected();
  for (const seconds of [0, 0.5, 1, 1.5]) samples.add(sampleAt(seconds), [1], true);
  samples.add(sampleAt(2, 4096), [1], true);
  samples.add(sampleAt(2.5, 4096), [1], false);
  samples.add(sampleAt(3, 4096), [1], true);
  samples.flush();
  samples.flush();
  expect(told).toEqual(['0', '(1)', '(1.5)', '2', '2.5', '(3)']);
});

it('what looking itself takes says nothing', () => {
  const { told, samples } = collected();
  for (let look = 0; look <= 4; look++) samples.add(sampleAt(look / 2, 0, 1000 * look), [1], true);
  expect(told).toEqual(['0', '(1)', '(2)']);
});
