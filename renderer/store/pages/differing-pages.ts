import { type PageState, pageState, pageStates } from '../../../protocol/flags.ts';
import { noPages, type PageSet, pagesWhere } from './page-set.ts';

/** Pages that are in one state here and in another there. */
export interface StateChange {
  readonly from: PageState;
  readonly to: PageState;
  readonly pages: number;
}

export interface DifferingPages {
  readonly pages: PageSet;
  /** By how many pages they are about, most first. */
  readonly changes: readonly StateChange[];
  /** Pages that both have. */
  readonly both: number;
  /** Of these, the ones whose state was not known on one side. */
  readonly unknown: number;
}

interface Known {
  readonly flags: Uint8Array;
  readonly unknown: number;
}

/** Which pages of two regions, or of one at two instants, are in different states: what a grid would draw otherwise. */
export function differingPages(from: Known, to: Known): DifferingPages {
  const [statesFrom, statesTo] = [stateTable(from.unknown), stateTable(to.unknown)];
  const both = Math.min(from.flags.length, to.flags.length);
  const changed = new Uint8Array(both);
  const pairs = new Uint32Array(pageStates.length ** 2);
  let unknown = 0;
  for (let page = 0; page < both; page++) {
    const [was, is] = [statesFrom[from.flags[page] ?? 0] ?? 0, statesTo[to.flags[page] ?? 0] ?? 0];
    if (was === unknownState || is === unknownState) unknown++;
    else if (was !== is) {
      changed[page] = 1;
      const pair = was * pageStates.length + is;
      pairs[pair] = (pairs[pair] ?? 0) + 1;
    }
  }
  const changes: StateChange[] = [];
  pairs.forEach((pages, pair) => {
    const [was, is] = [pageStates[Math.floor(pair / pageStates.length)], pageStates[pair % pageStates.length]];
    if (pages > 0 && was && is) changes.push({ from: was, to: is, pages });
  });
  changes.sort((one, other) => other.pages - one.pages);
  return { pages: changes.length > 0 ? pagesWhere(changed, (byte) => byte === 1) : noPages, changes, both, unknown };
}

const unknownState = pageStates.indexOf('unknown');

/** The state of each of the 256 possible bytes, as its place among all states. */
const stateTable = (unknown: number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => pageStates.indexOf(pageState(byte, unknown)));
