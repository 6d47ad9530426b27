/** A memory lock limit in the units that people meet it in. */
import type { ByteLimit } from './byte-limit.ts';

/** As `ulimit -l` prints it: whole KiB, rounded down. */
export function limitKib(limit: ByteLimit): ByteLimit {
  return limit === 'unlimited' ? limit : Math.floor(limit / 1024);
}

/** As mlock(2) counts it: whole pages, rounded down. A limit of 65535 bytes locks 15 pages of 4 KiB. */
export function limitPages(limit: ByteLimit, pageSize: number): ByteLimit {
  return limit === 'unlimited' ? limit : Math.floor(limit / pageSize);
}

/** The smaller of two limits. */
export function tighter(a: ByteLimit, b: ByteLimit): ByteLimit {
  if (a === 'unlimited') return b;
  return b === 'unlimited' ? a : Math.min(a, b);
}
