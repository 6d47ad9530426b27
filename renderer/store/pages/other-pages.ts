import { pagesHash, type OtherPages as Told } from '../../../protocol/other-pages.ts';
import { packedFlags, packedPages } from '../../../protocol/runs.ts';
import type { Moment } from './page-history.ts';

/** The pages of a region at an instant. */
export interface OtherState {
  readonly flags: Uint8Array;
  readonly unknown: number;
  readonly takenNs: number;
}

/** A step, and when the pages before it and after it are looked at. */
export interface StepSpan {
  readonly step: number;
  readonly beforeNs: number;
  /** Undefined is what is shown. */
  readonly afterNs: number | undefined;
}

/**
 * What one region's pages were at the few instants beside the one that is shown, of a recording whose pages come when
 * they are asked for: what is compared with, and what the last steps changed.
 */
export class OtherPages {
  #told: Told | undefined;
  #states = new Map<number, OtherState>();
  #came = false;

  /** Whether what came is told from the pages that are shown. */
  get came(): boolean {
    return this.#came;
  }

  /** Takes what leads to the others from the pages with a hash: those may be still on their way. */
  tell(told: Told, flags: Uint8Array): void {
    this.#told = told;
    this.shown(flags);
  }

  /** Other pages are shown. */
  shown(flags: Uint8Array): void {
    this.#states = new Map();
    this.#came = this.#told?.hash === pagesHash(flags);
    if (!this.#told || !this.#came) return;
    for (const { tNs, takenNs, unknown, runs } of this.#told.others) {
      this.#states.set(tNs, { flags: led(flags, runs), unknown, takenNs });
    }
  }

  at(tNs: number): OtherState | undefined {
    return this.#states.get(tNs);
  }

  /**
   * What steps changed, in their order: of a page that several did, the last of them.
   *
   * @param shown the pages after the last of them
   */
  changes(spans: readonly StepSpan[], shown: OtherState): { changedBy: Uint32Array; moments: Moment[] } {
    const changedBy = new Uint32Array(shown.flags.length);
    const moments: Moment[] = [{ takenNs: 0, step: -1 }];
    for (const { step, beforeNs, afterNs } of spans) {
      const before = this.at(beforeNs);
      const after = afterNs === undefined ? shown : this.at(afterNs);
      if (!before || !after) continue;
      moments[moments.length - 1] = { ...(moments.at(-1) ?? { step: -1 }), takenNs: before.takenNs };
      const index = moments.push({ takenNs: after.takenNs, step }) - 1;
      for (let page = 0; page < changedBy.length; page++) {
        if (before.flags[page] !== after.flags[page]) changedBy[page] = index;
      }
    }
    return { changedBy, moments };
  }
}

/** The pages that runs lead to, which came in base64. */
function led(flags: Uint8Array, runs: string): Uint8Array {
  const words = new Uint32Array(Uint8Array.from(atob(runs), (letter) => letter.charCodeAt(0)).buffer);
  const led = flags.slice();
  for (let at = 0; at < words.length; at += 2) {
    const [first, packed] = [words[at] ?? 0, words[at + 1] ?? 0];
    led.fill(packedFlags(packed), first, first + packedPages(packed));
  }
  return led;
}
