import type { Sample } from '../../protocol/events.ts';

/** A sample is told at least so long after the one before, also where nothing moved. */
const stillNs = 1e9;

type Told = { readonly sample: Sample; readonly looked?: number[]; readonly still?: true };

/** Not RSS and minor faults: where no page moved and nothing was called, those are what looking takes. */
const isSame = (one: Sample, other: Sample): boolean =>
  one.vmLck === other.vmLck && one.memlockSoft === other.memlockSoft && one.majorFaults === other.majorFaults;

/**
 * Tells samples that say something: where nothing moved, only when it has not moved as long again. Then an hour of rest
 * is a dozen samples, and no window draws for them. The last one that was not told is told before what comes next, so
 * that nobody takes the time between for unobserved.
 */
export class ToldSamples {
  readonly #tell: (told: Told) => void;
  #last: Sample | undefined;
  #movedNs = 0;
  #held: Told | undefined;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  /** @param still no page was seen to change since the sample before, and no call was made */
  add(sample: Sample, looked: number[], still: boolean): void {
    const { tNs } = sample;
    const last = this.#last;
    if (!still || last === undefined || !isSame(last, sample)) {
      this.flush();
      if (!still) this.#movedNs = tNs;
      this.#now({ sample, looked });
      return;
    }
    this.#held = { sample, looked, still: true };
    if (tNs - last.tNs >= Math.max(stillNs, last.tNs - this.#movedNs)) this.flush();
  }

  /** Tells the one that was held back. */
  flush(): void {
    if (this.#held) this.#now(this.#held);
  }

  #now(told: Told): void {
    this.#held = undefined;
    this.#last = told.sample;
    this.#tell(told);
  }
}
