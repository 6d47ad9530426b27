import type { Clock } from '../base/clock.ts';
import { formatAddress } from '../base/format.ts';
import { type Mapping, protectionText } from '../regions/mapping.ts';
import { Region } from '../regions/region.ts';
import { type CallRecord, type Outcome, recordOf } from './call-record.ts';
import { Meter } from './meter.ts';

/** Maps memory. Without a region, the record says why the kernel refused. */
export function mapRegion(
  id: number,
  label: string,
  mapping: Mapping,
  clock: Clock,
): { record: CallRecord; region?: Region } {
  const meter = new Meter(clock);
  const tried = Region.map(id, label, mapping, meter.weigh);
  if ('refused' in tried) {
    const { call, returned, errno } = tried.refused;
    return { record: recordOf({ call, arguments: {}, returned, errno }, undefined, undefined, meter) };
  }
  const { call, region } = tried;
  const { hint, length, protection, flags, fd, fdFrom, mapped } = call;
  const outcome: Outcome = {
    call: 'mmap',
    arguments: {
      addr: hint === null ? 'NULL' : formatAddress(hint),
      length,
      prot: protectionText(protection, '|'),
      flags: flags.join('|'),
      fd,
      offset: 0,
    },
    returned: mapped.errno === null ? formatAddress(mapped.returned) : 'MAP_FAILED',
    errno: mapped.errno,
    ...(fdFrom && { outcome: { en: `${fd} is from ${fdFrom}`, zh: `${fd} 来自 ${fdFrom}` } }),
  };
  if (!region) {
    const refused = { lengthBytes: length, hugetlb: mapping.memory === 'hugetlb' };
    return { record: recordOf(outcome, undefined, undefined, meter, refused) };
  }
  return { record: recordOf(outcome, region, { firstPage: 0, pageCount: region.pages }, meter), region };
}

/** Unmaps a region whole, in pieces so that the main loop goes on. */
export async function unmapRegion(region: Region, clock: Clock): Promise<CallRecord> {
  const meter = new Meter(clock);
  const { calls, refused, errno } = await region.release(meter.measure);
  const outcome: Outcome = {
    call: 'munmap',
    arguments: { addr: formatAddress(region.address), length: region.length },
    returned: errno === null ? 0 : -1,
    errno,
    ...(calls > 1 && {
      outcome: { en: `in ${calls} pieces, one call each`, zh: `分为 ${calls} 段，每段一次调用` },
    }),
  };
  const record = recordOf(outcome, region, { firstPage: 0, pageCount: region.pages }, meter);
  return { ...record, calls: { made: calls, refused } };
}
