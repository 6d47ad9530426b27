import { readThroughPipe } from '../../../native/calls/pipe.ts';
import { formatAddress } from '../../base/format.ts';
import { forget, type Marker } from '../../core-file/search-core.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Region } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';

/** Random bytes of a marker: as long as a key, and not to be found by chance. */
export const markerBytes = 32;

/**
 * Learns a region's marker, the first bytes of it, through a pipe; undefined where the kernel would not write them.
 * Only when every core file has been made: from now on it stands a second time in this process. `forget` it.
 */
export async function learnMarker(region: Region, { clock }: CallSite): Promise<Called<Marker | undefined>> {
  const meter = new Meter(clock);
  // Of its own buffer, which V8 never moves: a small typed array lives on its heap, where the collector would leave a
  // copy behind.
  const bytes = new Uint8Array(new ArrayBuffer(4096), 0, markerBytes);
  const { returned, errno } = meter.measure(() => readThroughPipe(region.address, markerBytes, bytes));
  const record = recordOf(
    {
      call: 'write',
      arguments: { fd: 'pipe', buf: formatAddress(region.address), count: markerBytes },
      returned,
      errno,
    },
    region,
    { firstPage: 0, pageCount: 1 },
    meter,
  );
  if (errno === null) return { record, value: { region: region.id, bytes } };
  forget(bytes);
  return { record, value: undefined };
}

/** Whether it has been overwritten with zeros, by hand: a search would find it in every empty page. */
export function isBlank({ bytes }: Marker): boolean {
  return bytes.every((byte) => byte === 0);
}
