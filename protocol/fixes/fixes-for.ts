import type { ByteLimit } from '../byte-limit.ts';
import { tighter } from '../limit-units.ts';
import type { SurroundingsKind } from '../limits.ts';
import { docker, kubernetes, lxc, oci, podman } from './container.ts';
import type { Fix } from './fix.ts';
import { type FixId, fixIds } from './fix-ids.ts';
import { callFilter, hugetlbPool, mappedRange, maxMapCount, unlockFirst } from './program.ts';
import { fixesOfSetup, type Setup } from './setup.ts';
import { limitsConf, setcap, ulimit } from './shell.ts';
import { desktopSession, systemdNspawn, systemdService, userService } from './systemd.ts';
import { type FixText, wantedLimit } from './wanted.ts';

const texts: Readonly<Record<FixId, FixText>> = {
  ulimit,
  'limits-conf': limitsConf,
  'systemd-service': systemdService,
  'user-service': userService,
  'desktop-session': desktopSession,
  docker,
  podman,
  kubernetes,
  lxc,
  'systemd-nspawn': systemdNspawn,
  oci,
  setcap,
  'max-map-count': maxMapCount,
  'mapped-range': mappedRange,
  'unlock-first': unlockFirst,
  'hugetlb-pool': hugetlbPool,
  'call-filter': callFilter,
};

/** A limit to propose when nobody has said how much: at least 64 MiB, and twice what is there and what is locked. */
export function proposedLimit({ memlock: { soft }, vmLckBytes }: Setup): ByteLimit {
  const floor = 64 * 1024 * 1024;
  return soft === 'unlimited' ? soft : Math.max(floor, 2 * soft, 2 * vmLckBytes);
}

/**
 * Every fix, written out for the limit that is wanted: first those for this setup, the most fitting at the top. A
 * shell's soft limit comes before all when the hard limit leaves room.
 */
export function fixesFor(setup: Setup, wanted: ByteLimit = proposedLimit(setup)): Fix[] {
  const { memlock, surroundings } = setup;
  const here: FixId[] = [...fixesOfSetup[surroundings.kind]];
  if (fromShell(surroundings.kind)) {
    if (tighter(wanted, memlock.hard) === wanted && memlock.soft !== memlock.hard) here.unshift('ulimit');
    else here.push('ulimit');
  }
  const ids: readonly FixId[] = [...new Set<FixId>([...here, ...fixIds])];
  const limit = wantedLimit(wanted, surroundings.unit);
  const standIn = wantedLimit(wanted);
  return ids.map((id) => {
    const applies = here.includes(id);
    return { ...texts[id](applies ? limit : standIn), applies: applies ? 'here' : 'elsewhere' };
  });
}

/** The name of every fix, and what it changes, for those who search. */
export const fixNames = (): Pick<Fix, 'id' | 'title' | 'changes' | 'about'>[] =>
  fixIds.map((id) => {
    const { title, changes, about } = texts[id](wantedLimit('unlimited'));
    return { id, title, changes, about };
  });

/** Whether a person's shell is what starts programs there. */
function fromShell(kind: SurroundingsKind): boolean {
  return kind !== 'systemd-service' && kind !== 'user-service';
}
