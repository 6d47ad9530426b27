import { expect, it } from 'vitest';
import { addressIn, addressOf, addressOfLimits, addressOfWorkbench } from '../../../renderer/context/address.ts';

it('finds the experiment in the address again', () => {
  expect(addressIn(addressOf('first-touch'))).toEqual({ kind: 'experiment', id: 'first-touch' });
  expect(addressIn('#first-touch')).toEqual({ kind: 'experiment', id: 'first-touch' });
  expect(addressIn('')).toBeUndefined();
  expect(addressIn('#/%')).toEqual({ kind: 'experiment', id: '%' });
});

it('finds the limits, and the fix that is meant', () => {
  expect(addressIn(addressOfLimits())).toEqual({ kind: 'limits', fix: undefined });
  expect(addressIn(addressOfLimits('docker'))).toEqual({ kind: 'limits', fix: 'docker' });
  expect(addressIn('#limits/')).toEqual({ kind: 'limits', fix: undefined });
  expect(addressIn('#/limits')).toEqual({ kind: 'experiment', id: 'limits' });
});

it('finds the workbench, and an experiment of that name beside it', () => {
  expect(addressIn(addressOfWorkbench)).toEqual({ kind: 'workbench' });
  expect(addressIn('#/workbench')).toEqual({ kind: 'experiment', id: 'workbench' });
});
