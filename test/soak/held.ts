import { readdirSync } from 'node:fs';
import { childrenOf } from '../../lab/isolation/child-processes.ts';
import { mallinfo2 } from '../../native/calls/malloc.ts';
import { status } from '../../native/proc/proc-status.ts';
import { mappingCount } from '../../native/proc/vma.ts';

/** What this process holds, and what a round took of it. */
export interface Held {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly mallocMiB: number;
  readonly mappings: number;
  readonly descriptors: number;
  readonly children: number;
  readonly vmLckKiB: number;
  /** The processor's time of the round, which a busy machine does not lengthen much. */
  readonly cpuMs: number;
  /** The median of how long one action on a page took to be answered. */
  readonly actMs: number;
}

/** How much each may grow over the whole run before it counts: what V8 and malloc keep for themselves. */
export const mayGrow: Readonly<Record<keyof Held, (first: number) => number>> = {
  rssMiB: () => 24,
  heapMiB: () => 2,
  mallocMiB: () => 4,
  mappings: () => 40,
  descriptors: () => 0,
  children: () => 0,
  vmLckKiB: () => 0,
  cpuMs: (first) => first / 2,
  // Shown alone: the clock tells of the machine too.
  actMs: () => Number.POSITIVE_INFINITY,
};

/**
 * What is held now, after a collection of all garbage (`--expose-gc`): a usual one leaves what V8 compiled and nobody
 * runs any more, 3 MiB in a few rounds.
 */
export function heldNow(cpuMs: number, actMs: number): Held {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const own = status();
  const mappings = mappingCount();
  if (own.errno !== null || mappings.errno !== null) throw new Error('/proc/self cannot be read.');
  const mebi = 2 ** 20;
  return {
    rssMiB: own.vmRssBytes / mebi,
    heapMiB: process.memoryUsage().heapUsed / mebi,
    mallocMiB: mallinfo2().usedBytes / mebi,
    mappings: mappings.returned,
    descriptors: readdirSync('/proc/self/fd').length,
    children: childrenOf(process.pid).length,
    vmLckKiB: own.vmLckBytes / 1024,
    cpuMs,
    actMs,
  };
}
