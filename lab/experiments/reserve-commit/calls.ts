import { MAP, mmap, PROT } from '../../../native/calls/mman.ts';
import type { ErrnoName } from '../../../native/libc/errno.ts';
import { countPresent } from '../../../native/pages/page-table.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import type { Text } from '../../../protocol/text.ts';
import { formatAddress, formatCount } from '../../base/format.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Counted } from '../../regions/look.ts';
import type { Region } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';

/** What a look at all of the reservation found, and how long it took; null where it was refused. */
export interface Scanned {
  readonly present: Counted;
  readonly durationNs: number | null;
}

/**
 * Asks the page table for what is there of all that is reserved. The kernel skips page tables that were never made, so
 * that the time is by what is in it. ioctl_pagemap_scan(2), Linux 6.7
 */
export async function scanReserved(region: Region, pages: number, { clock }: CallSite): Promise<Called<Scanned>> {
  const meter = new Meter(clock);
  const { pageSize, address } = region;
  const counted = meter.measure(() => countPresent(address, pages));
  const { returned, errno } = counted;
  const shown = { request: 'PAGEMAP_SCAN', start: formatAddress(address), length: pages * pageSize };
  const present = errno === null ? counted.pages : whyNotScanned(errno);
  const outcome =
    typeof present === 'number'
      ? {
          en: `${formatCount(present)} of ${formatCount(pages)} pages are there`,
          zh: `${formatCount(pages)} 页中有 ${formatCount(present)} 页存在`,
        }
      : present;
  const record = recordOf({ call: 'ioctl', arguments: shown, returned, errno, outcome }, region, undefined, meter);
  return { record, value: { present, durationNs: errno === null ? record.durationNs : null } };
}

function whyNotScanned(errno: ErrnoName): Text {
  if (errno === 'ENOTTY')
    return { en: 'this kernel has no PAGEMAP_SCAN (Linux 6.7)', zh: '此内核没有 PAGEMAP_SCAN（Linux 6.7 起）' };
  return { en: `PAGEMAP_SCAN answered ${errno}`, zh: `PAGEMAP_SCAN 返回 ${errno}` };
}

/**
 * Maps `PROT_NONE` over pages of the region, which gives back their memory and what they were charged. Why that was
 * refused, where it was. mmap(2)
 */
export async function mapOver(
  region: Region,
  range: PageRange,
  { clock }: CallSite,
): Promise<Called<Text | undefined>> {
  const meter = new Meter(clock);
  const { address, length } = region.bytesOf(range);
  const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED;
  const { returned, errno } = meter.measure(() => mmap(address, length, PROT.NONE, flags, -1, 0));
  const flagNames = 'MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED';
  const shown = { addr: formatAddress(address), length, prot: 'PROT_NONE', flags: flagNames, fd: -1, offset: 0 };
  const answer = errno === null ? formatAddress(returned) : 'MAP_FAILED';
  const over = `${region.label} + ${range.firstPage} * page_size, ${range.pageCount} * page_size, PROT_NONE`;
  const record = recordOf({ call: 'mmap', arguments: shown, returned: answer, errno }, region, range, meter);
  return {
    record,
    value: whyNot(record),
    c: [`check("mmap", mmap(${over}, ${flagNames.replaceAll('|', ' | ')}, -1, 0) == MAP_FAILED);`],
  };
}
