import { useEffect } from 'react';
import { useActions, usePagesVersion } from '../../context/context.ts';
import type { MiniatureView } from './use-miniature.ts';

/** A recording is whole when nothing more has come for this long, ms. */
const settledMs = 1000;

/** What a recording shows stays when its process is gone: there is nothing more to come. */
export function useReleaseWhenRead(place: string, { miniature, session, active }: MiniatureView): void {
  const { miniatures } = useActions();
  const version = usePagesVersion();
  const read = miniature?.recordedAt !== undefined && miniature.session !== undefined && session !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages that come put it off
  useEffect(() => {
    if (!read || active) return;
    const timer = setTimeout(() => void miniatures.release(place), settledMs);
    return () => clearTimeout(timer);
  }, [read, active, miniatures, place, version]);
}
