/** What is written into pages to be looked for in a core file: computed byte by byte, so that no string holds it. */

/** The page that a mark is written into. */
export type MarkName = 'plain' | 'dontdump' | 'dodump' | 'secret';

/** Long enough not to come up by chance. */
export const MARK_BYTES = 64;

const SEEDS: { readonly [name in MarkName]: number } = {
  plain: 0x1f83d9ab,
  dontdump: 0x5be0cd19,
  dodump: 0x3c6ef372,
  secret: 0x510e527f,
};

/** Byte `i` of a mark. */
export function markByte(name: MarkName, i: number): number {
  return Math.imul(SEEDS[name] ^ (i * 0x9e3779b1), 0x85ebca6b) >>> 24;
}

/** The whole mark, for the process that searches. */
export function markOf(name: MarkName): Buffer {
  return Buffer.from(Uint8Array.from({ length: MARK_BYTES }, (_, i) => markByte(name, i)));
}
