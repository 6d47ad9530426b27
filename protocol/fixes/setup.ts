/** Which fix goes with which setup; names alone, so that a diagnosis can point to one without the texts. */
import type { LimitsFacts, SurroundingsKind } from '../limits.ts';
import type { FixId } from './fix-ids.ts';

/** What raises the limit in each setup, the most fitting first. */
export const fixesOfSetup: Readonly<Record<SurroundingsKind, readonly [FixId, ...FixId[]]>> = {
  docker: ['docker'],
  podman: ['podman'],
  kubernetes: ['kubernetes'],
  lxc: ['lxc'],
  'systemd-nspawn': ['systemd-nspawn'],
  container: ['oci'],
  'systemd-service': ['systemd-service'],
  'user-service': ['user-service'],
  'desktop-session': ['desktop-session', 'limits-conf', 'setcap'],
  'login-session': ['limits-conf', 'setcap'],
  plain: ['limits-conf', 'setcap'],
};

/** What the fixes follow from. */
export type Setup = Pick<LimitsFacts, 'memlock' | 'vmLckBytes' | 'surroundings'>;

/** The fix that raises the hard limit in this setup, for good. */
export function hardLimitFix(setup: Setup): FixId {
  return fixesOfSetup[setup.surroundings.kind][0];
}
