import { expect, it } from 'vitest';
import { addressOf, experimentIn } from '../../renderer/app/address.ts';
import { callText } from '../../renderer/components/steps/call.ts';

it('writes a call as C does, with its result', () => {
  const call = { call: 'mincore', arguments: { addr: '0x7f00', length: 16384, vec: 'vec' }, returned: 0, errno: null };
  expect(callText(call)).toBe('mincore(0x7f00, 16384, vec) = 0');
  expect(callText({ ...call, returned: -1, errno: 'ENOMEM' })).toBe('mincore(0x7f00, 16384, vec) = -1 ENOMEM');
});

it('finds the experiment in the address again', () => {
  expect(experimentIn(addressOf('first-touch'))).toBe('first-touch');
  expect(experimentIn('#first-touch')).toBe('first-touch');
  expect(experimentIn('')).toBeUndefined();
  expect(experimentIn('#/%')).toBe('%');
});
