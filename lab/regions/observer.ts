import { type Residency, residency } from '../../native/pages/residency.ts';
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
  readonly #region: Region;
  readonly #flags: Uint8Array;
  #previous: Residency | undefined;
  /**
   * A new mapping is neither on fault nor left out of core files; `residency` reads smaps by itself when it is locked.
   */
  #vmFlagsStale = false;
  /** Calls that may change the VMAs are being made one after the other, with the main loop in between. */
  #underWay = false;
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
    this.#vmFlagsStale = true;
  }

  /**
   * A call was made that only split or joined VMAs, locked them whole, unlocked them or changed their rights. The next
   * look takes what smaps says from before the call, so that it costs no more than any; smaps is asked when things have
   * calmed down.
   */
  expectSplit(): void {
    this.#split = true;
  }

  /** Does what gives the main loop turns between calls; `splits`: calls that may change the VMAs. */
  async during<T>(splits: boolean, what: () => Promise<T>): Promise<T> {
    this.#underWay = splits;
    try {
      return await what();
    } finally {
      this.#underWay = false;
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

  /** The states of all pages, now. The flags are overwritten by the next look. */
  look(clock: Clock, step: number): Snapshot {
    const { address, pages, fd } = this.#region;
    const now = performance.now();
    const readVmFlags = this.#vmFlagsStale || (!this.#split && now >= this.#confirmAtMs);
    const inherit = this.#split && !readVmFlags;
    const seen = residency(address, pages, this.#flags, {
      readVmFlags,
      inherit,
      sameVmas: !readVmFlags && !inherit && (this.#previous?.vmas.length ?? 0) > manyVmas,
      ...(this.#previous ? { previous: this.#previous } : {}),
      ...(fd === undefined ? {} : { fd }),
    });
    this.#previous = seen;
    if (inherit) this.#confirmAtMs = now + calmMs;
    else if (readVmFlags) this.#confirmAtMs = Number.POSITIVE_INFINITY;
    this.#vmFlagsStale = false;
    this.#split = false;
    const unknown = seen.unknown.flatMap(({ bits }) => bits).reduce((mask, bit) => mask | PageFlag[bit], 0);
    return { flags: this.#flags, takenNs: clock.nowNs(), step, unknown };
  }
}
