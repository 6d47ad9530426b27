/** Sizes as people write them and as texts show them, in bytes. */

const units: { readonly [suffix: string]: number } = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
  p: 1024 ** 5,
  pib: 1024 ** 5,
  pb: 1000 ** 5,
};

/**
 * The bytes that `64MiB`, `100M`, `4096K`, `1.5 GiB` or `65536` mean; K and KiB are 1024, KB is 1000, as in GNU
 * coreutils. Undefined when it isn't a size, is empty, or not a whole number of bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = units[(match?.[2] ?? '').toLowerCase()];
  if (!match || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

const exactUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/**
 * Bytes in the largest IEC unit that leaves a whole number: `8188 KiB`, `8 MiB`, `65535 B`. For sums that must come
 * out.
 */
export function exactBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value !== 0 && value % 1024 === 0 && unit < exactUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value} ${exactUnits[unit]}`;
}
