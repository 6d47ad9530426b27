/** A list that is only read; an array is one, and so is a `Log`. */
export interface Sequence<T> extends Iterable<T> {
  readonly length: number;
  /** The entry at a place; from the end where it is negative. */
  at(place: number): T | undefined;
  slice(from?: number, to?: number): readonly T[];
}

/** Room for the oldest that are to be forgotten, as a share of those that are kept: they go many at a time. */
const slack = 0.25;

/**
 * A list that grows at its end, as a value: `append` gives a new one and leaves this one as it is. All of them share
 * one array, of which each sees its own part, so that a batch costs what it brings and not what is there already.
 */
export class Log<T> implements Sequence<T> {
  readonly #shared: T[];
  /** How many of the oldest are no longer kept: what is at place 0 was the entry of this number. */
  readonly forgotten: number;
  readonly length: number;

  private constructor(shared: T[], length: number, forgotten: number) {
    this.#shared = shared;
    this.length = length;
    this.forgotten = forgotten;
  }

  static of<T>(entries: Iterable<T> = []): Log<T> {
    const shared = [...entries];
    return new Log(shared, shared.length, 0);
  }

  at(place: number): T | undefined {
    const from0 = place < 0 ? place + this.length : place;
    return from0 < this.length ? this.#shared[from0] : undefined;
  }

  /** The entry of a number, counted from the first that ever was. */
  numbered(number: number): T | undefined {
    return number < this.forgotten ? undefined : this.at(number - this.forgotten);
  }

  slice(from = 0, to = this.length): readonly T[] {
    return this.#shared.slice(from < 0 ? Math.max(0, from + this.length) : from, Math.min(to, this.length));
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place++) {
      const entry = this.#shared[place];
      if (entry !== undefined) yield entry;
    }
  }

  /**
   * The log with more entries at its end.
   *
   * @param most how many are kept at least; when there are a quarter more, the oldest beyond it go
   */
  append(entries: readonly T[], most = Number.POSITIVE_INFINITY): Log<T> {
    if (entries.length === 0) return this;
    // Another one has already been made out of this one: what follows here is that one's.
    const shared = this.#shared.length === this.length ? this.#shared : this.#shared.slice(0, this.length);
    for (const entry of entries) shared.push(entry);
    const excess = shared.length - most;
    if (excess <= most * slack) return new Log(shared, shared.length, this.forgotten);
    return new Log(shared.slice(excess), most, this.forgotten + excess);
  }
}
