import { touchRead } from '../../../native/calls/touch.ts';
import type { ErrnoName } from '../../../native/libc/errno.ts';
import { formatAddress } from '../../base/format.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Region } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';

/**
 * Reads a region's first byte as a debugger does, by process_vm_readv(2), and forgets it; how many bytes that gave, or
 * what errno.
 */
export async function readAsDebugger(region: Region, { clock }: CallSite): Promise<Called<number | ErrnoName>> {
  const meter = new Meter(clock);
  const { returned, errno } = meter.add(touchRead(region.address, Uint32Array.of(0)));
  const shown = { pid: process.pid, remote: formatAddress(region.address), bytes: 1 };
  const call = { call: 'process_vm_readv', arguments: shown, returned, errno };
  return { record: recordOf(call, region, { firstPage: 0, pageCount: 1 }, meter), value: errno ?? returned };
}
