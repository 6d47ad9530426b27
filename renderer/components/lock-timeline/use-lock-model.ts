import { useMemo } from 'react';
import { useApp, usePages, usePagesVersion } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import { sessionEndNs } from '../../store/session/session-end.ts';
import { type LockBar, lockBars } from './lock-bars.ts';
import { lockKind } from './lock-kind.ts';
import { type LockedPoint, lockedScale, lockedSeries, type Scale } from './locked-series.ts';

/** Everything that the lock timeline of a session draws and says. */
export interface LockModel {
  readonly session: Session;
  readonly bars: readonly LockBar[];
  readonly points: readonly LockedPoint[];
  readonly scale: Scale;
  /** The newest that is known of, ns. */
  readonly endNs: number;
}

export function useLockModel(session: Session): LockModel {
  const version = usePagesVersion();
  const pages = usePages();
  const { id, regions, samples, digest } = session;
  const { locking, wholeProcess } = digest;
  const points = useMemo(() => lockedSeries(samples), [samples]);
  const scale = useMemo(() => lockedScale(points), [points]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the pages, which change in place
  const bars = useMemo(
    () =>
      lockBars(
        regions.flatMap((region) =>
          (pages.region(id, region.id)?.locks.ranges() ?? []).map((range) => ({
            ...range,
            region: region.id,
            kind: lockKind(range, region.id, { locking, wholeProcess }),
          })),
        ),
      ),
    [version, pages, id, regions, locking, wholeProcess],
  );
  const framesEndNs = Math.max(0, ...regions.map((region) => pages.region(id, region.id)?.states.last?.takenNs ?? 0));
  const endNs = sessionEndNs(session, framesEndNs);
  return { session, bars, points, scale, endNs };
}

/** Whether the limit does not bind the process: CAP_IPC_LOCK counts, until a step gave it up. */
export function useLimitLifted(session: Session): 'yes' | 'until-dropped' | 'no' {
  const report = useApp((state) => state.limits?.report);
  const effective = useApp((state) => state.host?.environment.capabilities.includes('CAP_IPC_LOCK') ?? false);
  if (!(report?.ipcLock.counts ?? effective)) return 'no';
  return session.digest.ipcLockDropped ? 'until-dropped' : 'yes';
}
