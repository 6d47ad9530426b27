import { PROT } from '../../native/calls/mman.ts';
import type { VmaState } from '../../native/pages/vma-states.ts';
import type { VmaInfo } from '../../protocol/events.ts';
import { mapsNotation } from '../regions/mapping.ts';

/** VMAs that are told of a region; the others are counted. */
const maxTold = 256;

/** The VmFlags of smaps(5) that are told as they stand there; whether it is locked, and how, every look finds out. */
const told = new Set(['dd', 'hg', 'nh', 'io']);

/** A region's VMAs as they are told. */
export interface VmaList {
  readonly vmas: VmaInfo[];
  /** How many are left out. */
  readonly more: number;
}

/** The VMAs that a look found, in the words of `/proc/PID/maps` and smaps. */
export function vmaList(states: readonly VmaState[]): VmaList {
  const vmas = states.slice(0, maxTold).map((state) => ({
    firstPage: state.firstPage,
    pageCount: state.pages,
    protection: mapsNotation(state.protection ?? PROT.NONE, state.shared),
    flags: flagsOf(state),
  }));
  return { vmas, more: states.length - vmas.length };
}

function flagsOf({ locked, onFault, vmFlags }: VmaState): string[] {
  const lock = locked ? (onFault ? ['lo', 'lf'] : ['lo']) : [];
  return [...lock, ...(vmFlags?.split(' ').filter((flag) => told.has(flag)) ?? [])];
}
