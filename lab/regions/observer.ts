import { swapInUse } from '../../native/calls/sysinfo.ts';
import { type Residency, residency } from '../../native/pages/residency.ts';
import { residencyOf } from '../../native/pages/residency-of.ts';
import { toldBySmaps } from '../../native/pages/vma-states.ts';
import type { SmapsEntry } from '../../native/proc/smaps.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { Clock } from '../base/clock.ts';
import type { Region } from './region.ts';

/** The step number of a snapshot that the sampler took between steps. */
export const betweenSteps = -1;

/**
 * More VMAs than this are walked only after a call that may have changed them; fewer at every look, in 3 ms at the
 * most.
 */
const manyVmas = 1000;

/** How long after the last split smaps is asked: a person who goes on clicking does not wait for it. */
const calmMs = 400;

/**
 * Looks at one region again and again: asks the kernel for every page's state into a buffer that is kept. The VMA's
 * flags (on fault, don't dump) cost a walk through smaps, so they are read again only when a call may have changed
 * them.
 */
export class Observer {
  /** Grows with every call after which the region was looked at, or is to be. */
  calls = 0;
  readonly #region: Region;
  readonly #flags: Uint8Array;
  #previous: Residency | undefined;
  /**
   * A new mapping is neither on fault nor left out of core files; `residency` reads smaps by itself when it is locked.
   */
  #vmFlagsStale = false;
  /** Calls that may change the VMAs are being made one after the other, with the main loop in between. */
  #underWay = false;
  /** They change of them only what `expectSplit` says. */
  #splitting = false;
  /** `calls` at the last look. */
  #callsSeen = -1;
  /** VMAs were made of others since the last look. */
  #split = false;
  /** When what was taken over from before a split is to be made sure of, in ms of performance.now(). */
  #confirmAtMs = Number.POSITIVE_INFINITY;

  constructor(region: Region) {
    this.#region = region;
    this.#flags = new Uint8Array(region.pages);
  }

  /** A call was made that may change what smaps says of the region. */
  expectVmFlags(): void {
    this.calls++;
    this.#vmFlagsStale = true;
  }

  /**
   * A call was made that only split or joined VMAs, locked them whole, unlocked them or changed their rights. The next
   * look takes what smaps says from before the call, so that it costs no more than any; smaps is asked when things have
   * calmed down.
   */
  expectSplit(): void {
    this.calls++;
    this.#split = true;
  }

  /**
   * Does what gives the main loop turns between calls; `splits`: calls that may change the VMAs, `split`: and nothing
   * but what `expectSplit` says. Those are looked at without smaps meanwhile, which takes 0.1 s of 4 GiB.
   */
  async during<T>({ splits, split }: { splits: boolean; split: boolean }, what: () => Promise<T>): Promise<T> {
    this.#underWay = splits;
    this.#splitting = split;
    try {
      return await what();
    } finally {
      this.#underWay = false;
      this.#splitting = false;
    }
  }

  /** Whether a look between two of those calls would take longer than it may, or show VMAs as they were. */
  get tooDear(): boolean {
    return this.#underWay && this.last.vmas.length > manyVmas;
  }

  /** What the last look found: every page's byte, until the next look, and the VMAs. */
  get last(): { readonly flags: Uint8Array; readonly vmas: Residency['vmas'] } {
    return { flags: this.#flags, vmas: this.#previous?.vmas ?? [] };
  }

  /** What the last look could not tell, and why. */
  get unknown(): Residency['unknown'] {
    return this.#previous?.unknown ?? [];
  }

  /**
   * The states of all pages, now. The flags are overwritten by the next look.
   *
   * @param still nothing was called about the region since the last look, and nothing is being called
   */
  look(clock: Clock, step: number, still = false): Snapshot {
    const { address, pages, fd, sharedMemory, pid } = this.#region;
    if (step !== betweenSteps) this.calls++;
    const now = performance.now();
    const split = this.#split || this.#splitting;
    const readVmFlags =
      this.#vmFlagsStale || (!split && now >= this.#confirmAtMs) || (step !== betweenSteps && this.#counted);
    const inherit = split && !readVmFlags;
    const seen =
      pid === undefined
        ? residency(address, pages, this.#flags, {
            readVmFlags,
            inherit,
            sameVmas: !readVmFlags && !inherit && (this.#previous?.vmas.length ?? 0) > manyVmas,
            ...(this.#previous ? { previous: this.#previous } : {}),
            ...(fd === undefined ? {} : { fd }),
            sharedMemory,
            still: still && !this.#underWay && step === betweenSteps && this.calls === this.#callsSeen,
          })
        : residencyOf(pid, address, pages, this.#flags, this.#previous);
    this.#previous = seen;
    this.#callsSeen = this.calls;
    if (inherit) this.#confirmAtMs = now + calmMs;
    else if (readVmFlags) this.#confirmAtMs = Number.POSITIVE_INFINITY;
    this.#vmFlagsStale = false;
    this.#split = false;
    const unknown = seen.unknown.flatMap(({ bits }) => bits).reduce((mask, bit) => mask | PageFlag[bit], 0);
    const lazilyFree = this.#lazilyFree(seen.vmas);
    return {
      flags: this.#flags,
      takenNs: clock.nowNs(),
      step,
      unknown,
      ...(lazilyFree === undefined ? {} : { lazilyFree }),
    };
  }

  /**
   * Takes what smaps says of the region now: what another process set (process_madvise(2), a debugger), and counts.
   * Of what the next look finds to have other bounds or another lock, it asks itself. Returns whether any is new.
   */
  takeSmaps(entries: readonly SmapsEntry[]): boolean {
    const previous = this.#previous;
    if (!previous) return false;
    const { address, pageSize } = this.#region;
    const told = new Map(entries.map((entry) => [Number(entry.start - address) / pageSize, entry]));
    const vmas = previous.vmas.map((state) => {
      const entry = told.get(state.firstPage);
      const same = entry && Number(entry.end - entry.start) === state.pages * pageSize && entry.locked === state.locked;
      return same ? { ...state, ...toldBySmaps(entry) } : state;
    });
    // The bytes of the last look don't have it yet.
    this.#previous = { ...previous, vmas, ordinary: undefined };
    return JSON.stringify(vmas) !== JSON.stringify(previous.vmas);
  }

  /** Whether a step may change what smaps alone counts: lazily free pages, anonymous shared ones in swap. */
  get #counted(): boolean {
    const { sharedMemory, fd } = this.#region;
    if (sharedMemory && fd === undefined) {
      const swap = swapInUse();
      if (swap.errno !== null || swap.used) return true;
    }
    const vmas = this.#previous?.vmas ?? [];
    return vmas.some(({ lazyFreeBytes }) => lazyFreeBytes !== null && lazyFreeBytes > 0);
  }

  #lazilyFree(vmas: Residency['vmas']): number | undefined {
    let bytes = 0;
    for (const { lazyFreeBytes } of vmas) {
      if (lazyFreeBytes === null) return undefined;
      bytes += lazyFreeBytes;
    }
    const pages = bytes / this.#region.pageSize;
    // A VMA that reaches beyond the region counts more than is its own.
    return pages <= this.#region.pages ? pages : undefined;
  }
}
