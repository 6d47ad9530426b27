import { type PageSet, pagesWhere } from './page-set.ts';

/** Pages that went from one byte to another. */
export interface Change {
  readonly before: number;
  readonly after: number;
  readonly pages: number;
}

/** What differs between two states of a region. */
export interface Difference {
  readonly changed: PageSet;
  /** By how many pages they are about, most first. */
  readonly changes: readonly Change[];
  /** What the snapshots could not find out. */
  readonly unknown: { readonly before: number; readonly after: number };
}

interface Known {
  readonly flags: Uint8Array;
  readonly unknown: number;
}

/** What differs between two states of the same pages. */
export function differenceOf(before: Known, after: Known): Difference {
  const changed = new Uint8Array(after.flags.length);
  // How often each pair of bytes occurs: some milliseconds for a million pages, where a map would take a hundred.
  const pairs = new Uint32Array(1 << 16);
  for (let page = 0; page < changed.length; page++) {
    const [was, is] = [before.flags[page] ?? 0, after.flags[page] ?? 0];
    if (was === is) continue;
    changed[page] = 1;
    const pair = (was << 8) | is;
    pairs[pair] = (pairs[pair] ?? 0) + 1;
  }
  const changes: Change[] = [];
  pairs.forEach((pages, pair) => {
    if (pages > 0) changes.push({ before: pair >>> 8, after: pair & 0xff, pages });
  });
  changes.sort((one, other) => other.pages - one.pages);
  return {
    changed: pagesWhere(changed, (byte) => byte === 1),
    changes,
    unknown: { before: before.unknown, after: after.unknown },
  };
}
