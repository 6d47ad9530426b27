/**
 * Runs: neighbouring pages with equal flags, as `[firstPage, pageCount, flags]`. Most regions are a handful of runs
 * however many pages they have, so this is how states are stored in reports and sent in frames.
 */
export type Run = readonly [firstPage: number, pageCount: number, flags: number];

/** The longest run that fits a frame (24 bits); a longer one is given as several. */
export const maxRunPages = 0xff_ff_ff;

/** Pages and flags of a run as the second of its two 32-bit words; the first is its first page. */
export function packRun(pageCount: number, flags: number): number {
  return ((pageCount << 8) | flags) >>> 0;
}

/** Pages of a packed run. */
export function packedPages(word: number): number {
  return word >>> 8;
}

/** Flags of a packed run. */
export function packedFlags(word: number): number {
  return word & 0xff;
}

type EachRun = (firstPage: number, pageCount: number, flags: number) => void;

/**
 * The first page at or after `from` whose byte differs from `flags[from]`, eight pages at a time where memory allows.
 */
function runEnd(flags: Uint8Array, words: BigInt64Array | undefined, from: number): number {
  const byte = flags[from] ?? 0;
  let page = from + 1;
  if (words) {
    while (page & 7 && page < flags.length && flags[page] === byte) page++;
    if (!(page & 7)) {
      let index = page >>> 3;
      const word = eightOf[byte];
      while (index < words.length && words[index] === word) index++;
      page = index << 3;
    }
  }
  while (page < flags.length && flags[page] === byte) page++;
  return page;
}

/** Of each byte, eight of it as a word: V8 compares those without making a bigint of what it reads. */
const eightOf = BigInt64Array.from({ length: 256 }, (_, byte) => BigInt(byte) * 0x01_01_01_01_01_01_01_01n);

/** The bytes as 64-bit words, where their address is aligned for it. */
function asWords(flags: Uint8Array): BigInt64Array | undefined {
  return flags.byteOffset % 8 === 0 ? new BigInt64Array(flags.buffer, flags.byteOffset, flags.length >>> 3) : undefined;
}

/** Calls `each` for every run of a snapshot, in order; together they cover it. */
export function forEachRun(flags: Uint8Array, each: EachRun): void {
  const words = asWords(flags);
  for (let page = 0; page < flags.length; ) {
    const end = Math.min(runEnd(flags, words, page), page + maxRunPages);
    each(page, end - page, flags[page] ?? 0);
    page = end;
  }
}

/** Calls `each` for every run of pages in which `after` differs from `before`. Both have the same length. */
export function forEachChangedRun(before: Uint8Array, after: Uint8Array, each: EachRun): void {
  const beforeWords = asWords(before);
  const afterWords = asWords(after);
  let page = 0;
  while (page < after.length) {
    if (before[page] === after[page]) {
      page++;
      if (!(page & 7) && beforeWords && afterWords) {
        let index = page >>> 3;
        while (index < afterWords.length && beforeWords[index] === afterWords[index]) index++;
        page = index << 3;
      }
      continue;
    }
    const first = page;
    const byte = after[page] ?? 0;
    while (page < after.length && after[page] === byte && before[page] !== byte && page - first < maxRunPages) page++;
    each(first, page - first, byte);
  }
}

/** All runs of a snapshot, as the report stores them. */
export function runsOf(flags: Uint8Array): Run[] {
  const runs: Run[] = [];
  forEachRun(flags, (firstPage, pageCount, byte) => runs.push([firstPage, pageCount, byte]));
  return runs;
}
