import { readThroughPipe } from '../../../native/calls/pipe.ts';
import type { ErrnoName } from '../../../native/libc/errno.ts';
import { formatAddress } from '../../base/format.ts';
import { forget } from '../../core-file/search-core.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Counted } from '../../regions/look.ts';
import type { Region } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';

/** What is read at once: what every pipe holds. */
const pieceBytes = 4096;

/**
 * Reads a region back and counts its bytes that are not zero; the count is all that is kept. Through a pipe, which
 * answers EFAULT where a load would end the process, and reads also memfd_secret. Why, where it could not be read.
 */
export async function readBack(region: Region, { clock }: CallSite): Promise<Called<Counted>> {
  const meter = new Meter(clock);
  const piece = new Uint8Array(new ArrayBuffer(pieceBytes));
  let nonZero = 0;
  let read = 0;
  let refused: ErrnoName | null = null;
  while (read < region.length && refused === null) {
    const at = region.address + BigInt(read);
    const { returned, errno } = meter.measure(() => readThroughPipe(at, pieceBytes, piece));
    refused = errno;
    read += errno === null ? returned : 0;
    if (errno === null) for (const byte of piece.subarray(0, returned)) nonZero += byte === 0 ? 0 : 1;
  }
  forget(piece);
  const record = recordOf(
    {
      call: 'write',
      arguments: { fd: 'pipe', buf: formatAddress(region.address), count: region.length },
      returned: refused === null ? read : -1,
      errno: refused,
      outcome: {
        en: `${nonZero} of ${read} bytes are not zero`,
        zh: `${read} 字节中有 ${nonZero} 字节不为零`,
      },
    },
    region,
    { firstPage: 0, pageCount: region.pages },
    meter,
  );
  return { record, value: whyNot(record) ?? nonZero };
}
