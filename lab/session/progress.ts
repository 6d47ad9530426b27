import type { Text } from '../../protocol/text.ts';
import type { Telling } from './session.ts';

/** Told this often at most. */
const intervalMs = 100;

type ProgressEvent = Extract<Telling, { kind: 'progress' }>;

/** Tells how far long work is, by default not before it has taken that long. */
export class Progress {
  readonly #tell: (event: ProgressEvent) => void;
  readonly #title: Text;
  readonly #unit: ProgressEvent['unit'];
  #toldMs = performance.now();
  /** What was told to be all of it; undefined before the first time. */
  #total: number | undefined;

  /** @param atOnce tells the first time it is asked to, for work that is long for certain */
  constructor(tell: (event: ProgressEvent) => void, title: Text, unit: ProgressEvent['unit'], atOnce = false) {
    if (atOnce) this.#toldMs = Number.NEGATIVE_INFINITY;
    this.#tell = tell;
    this.#title = title;
    this.#unit = unit;
  }

  readonly at = (done: number, total: number): void => {
    const now = performance.now();
    if (now - this.#toldMs < intervalMs || done >= total) return;
    this.#toldMs = now;
    this.#total = total;
    this.#tell({ kind: 'progress', title: this.#title, done, total, unit: this.#unit });
  };

  /** The work is over, also when it was ended early; what came of it is told elsewhere. */
  end(): void {
    const total = this.#total;
    if (total !== undefined) this.#tell({ kind: 'progress', title: this.#title, done: total, total, unit: this.#unit });
    this.#total = undefined;
  }
}
