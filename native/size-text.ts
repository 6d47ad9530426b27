/** Bytes for a sentence: exact, in the largest IEC unit that divides them. `64 KiB`, `65537 B`. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `bytes` as text. Exact, so that two sizes that differ never read alike. */
export function sizeText(bytes: number | bigint): string {
  let value = BigInt(bytes);
  let unit = 0;
  while (value !== 0n && value % 1024n === 0n && unit < UNITS.length - 1) {
    value /= 1024n;
    unit++;
  }
  return `${value} ${UNITS[unit] ?? ''}`;
}
