import type { CoreFile } from '../../protocol/events.ts';
import type { Text } from '../../protocol/text.ts';

/** The random bytes that were written into a region, to be searched for. Whoever has them calls `forget` on them. */
export interface Marker {
  /** The region's id. */
  readonly region: number;
  readonly bytes: Uint8Array;
}

/** A region of the session, as it lies in the dumped process. */
export interface DumpedRegion {
  readonly id: number;
  readonly address: bigint;
  readonly lengthBytes: number;
}

export interface CoreSearch {
  readonly markers: readonly Marker[];
  readonly regions: readonly DumpedRegion[];
  readonly route: CoreFile['route'];
  readonly title: Text;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Searches a core file for markers. Throws `cannot-run-here` for what is no core file that can be read (one sentence), and the signal's
 * reason when it aborts.
 */
export async function searchCore(_path: string, _search: CoreSearch): Promise<Omit<CoreFile, 'id'>> {
  throw new Error('not there yet');
}

/** Overwrites bytes that must not be kept. */
export function forget(bytes: Uint8Array): void {
  bytes.fill(0);
}
