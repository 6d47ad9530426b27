import { expect, it } from 'vitest';
import { callText } from '../../../renderer/components/steps/call.ts';

it('writes a call as C does, with its result', () => {
  const call = { call: 'mincore', arguments: { addr: '0x7f00', length: 16384, vec: 'vec' }, returned: 0, errno: null };
  expect(callText(call)).toBe('mincore(0x7f00, 16384, vec) = 0');
  expect(callText({ ...call, returned: -1, errno: 'ENOMEM' })).toBe('mincore(0x7f00, 16384, vec) = -1 ENOMEM');
});
