import { threadCpuNs } from '../../native/calls/thread-cpu.ts';

/**
 * What this thread may spend on an average, whatever on: time that passes adds to it, CPU time takes from it. Looks,
 * what is told of them and the asking between are one account, so that no part of it is forgotten.
 */
export class CpuBudget {
  readonly #share: number;
  readonly #mostNs: number;
  #savedNs: number;
  #atMs = performance.now();
  #atNs = threadCpuNs();

  /**
   * @param share of one CPU
   * @param mostNs what may be saved while nothing is done
   */
  constructor(share: number, mostNs: number) {
    this.#share = share;
    this.#mostNs = mostNs;
    this.#savedNs = mostNs;
  }

  /** Whether anything is left. What is begun then may take more than that; it is paid for before the next. */
  get isLeft(): boolean {
    const [nowMs, nowNs] = [performance.now(), threadCpuNs()];
    const earnedNs = (nowMs - this.#atMs) * 1e6 * this.#share;
    this.#savedNs = Math.min(this.#mostNs, this.#savedNs + earnedNs - (nowNs - this.#atNs));
    [this.#atMs, this.#atNs] = [nowMs, nowNs];
    return this.#savedNs > 0;
  }
}
