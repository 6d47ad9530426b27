import type { PageRange } from '../../protocol/operation.ts';

/** An address as it is shown and stored. */
export function formatAddress(address: bigint): `0x${string}` {
  return `0x${address.toString(16)}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/**
 * Bytes in the largest IEC unit that keeps the number at least 1, with one decimal where it is not whole: `1.5 GiB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/**
 * A count as a sentence has it, in groups from 10,000 on; both languages write it so. By hand: `Intl` takes 20 ms at
 * its first use.
 */
export const formatCount = (count: number): string =>
  `${count}`.replace(/^-?\d{5,}/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));

/** Pages by number, as a claim states them: `0–3, 7`; a dash when there are none. */
export function formatPages(ranges: readonly PageRange[]): string {
  if (ranges.length === 0) return '—';
  const last = ({ firstPage, pageCount }: PageRange) => firstPage + pageCount - 1;
  return ranges
    .map((range) => (range.pageCount === 1 ? `${range.firstPage}` : `${range.firstPage}–${last(range)}`))
    .join(', ');
}

/** `1 page`, `8 pages`. */
export function countPages(count: number): string {
  return `${formatCount(count)} page${count === 1 ? '' : 's'}`;
}
