import { expect, it } from 'vitest';
import { newSession, type Session } from '../../../../renderer/store/session/session.ts';
import { sessionEndNs } from '../../../../renderer/store/session/session-end.ts';

const sample = (tNs: number, vmLck = 0) => ({ tNs, vmLck, vmRss: 0, minorFaults: 0, majorFaults: 0 });
const session = (state: Session['state'], ...samples: Session['samples']): Session => ({
  ...newSession(1),
  state,
  samples,
});

it('follows the clock while a session runs', () => {
  expect(sessionEndNs(session('running', sample(0), sample(900)), 100)).toBe(900);
});

it('stops soon after the last change when it has ended', () => {
  expect(sessionEndNs(session('completed', sample(0), sample(900)), 100)).toBe(105);
  expect(sessionEndNs(session('completed', sample(0), sample(102)), 100)).toBe(102);
});

it('goes on to the last change of VmLck, which no page may show', () => {
  const changed = session('completed', sample(0, 0), sample(200, 4096), sample(300, 4096), sample(9000, 4096));
  expect(sessionEndNs(changed, 100)).toBe(210);
});

it('is 0 before anything is known', () => {
  expect(sessionEndNs(newSession(1), 0)).toBe(0);
});
