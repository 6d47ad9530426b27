import type { Text } from '../../protocol/text.ts';

/** `stopped` is final. */
export type GateState = 'running' | 'paused' | 'stopped';

/**
 * Stands between the steps of a script: waits as the pace says, holds while paused, lets one step through on `step`,
 * and turns back when stopped. One script passes it at a time.
 */
export class Gate {
  #state: GateState;
  #paceMs: number;
  #single = false;
  /** The step that waits before the gate. */
  #next: Text | undefined;
  #wake: (() => void) | undefined;
  readonly #changed: (state: GateState, next: Text | undefined) => void;

  /** @param changed told when the gate starts or stops holding; `next` is the step that waits before it */
  constructor(paused: boolean, paceMs: number, changed: (state: GateState, next: Text | undefined) => void) {
    this.#state = paused ? 'paused' : 'running';
    this.#paceMs = paceMs;
    this.#changed = changed;
  }

  /**
   * Resolves true when the step may be taken, false when the script is to end.
   *
   * @param atOnce whether the pace is not waited for
   */
  async pass(next: Text, atOnce = false): Promise<boolean> {
    this.#next = next;
    if (this.#state === 'paused' && !this.#single) this.#changed('paused', next);
    const passes = await this.#wait(atOnce);
    this.#next = undefined;
    return passes;
  }

  async #wait(atOnce: boolean): Promise<boolean> {
    const arrivedMs = performance.now();
    for (;;) {
      if (this.#state === 'stopped') return false;
      if (this.#single) {
        this.#single = false;
        return true;
      }
      const paceMs = atOnce ? 0 : this.#paceMs;
      const remainingMs = this.#state === 'paused' ? Number.POSITIVE_INFINITY : arrivedMs + paceMs - performance.now();
      if (remainingMs <= 0) return true;
      await this.#sleep(remainingMs);
    }
  }

  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#changed('paused', this.#next);
    this.#wake?.();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#single = false;
    this.#changed('running', undefined);
    this.#wake?.();
  }

  /** Lets one step through a paused gate; pauses a running one first. */
  step(): void {
    if (this.#state === 'stopped') return;
    this.pause();
    this.#single = true;
    this.#wake?.();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#wake?.();
  }

  /** Milliseconds between two steps; also shortens or lengthens a wait under way. */
  set paceMs(paceMs: number) {
    this.#paceMs = paceMs;
    this.#wake?.();
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(() => this.#wake?.(), milliseconds) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
