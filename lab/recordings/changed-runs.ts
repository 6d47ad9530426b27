/** Changed runs that cannot be read: cut short, or beyond the region. */
export class RunsError extends Error {
  override readonly name = 'RunsError';
}

/**
 * Writes changed runs in few bytes, in ascending order. For each run: the gap since the end of the one before;
 * `(pages - 1) * 2`, and 1 more where its flags are not those of the run before; then those flags. The numbers are in
 * base 128, the lowest digits first, each but the last with its highest bit set.
 */
export class RunWriter {
  #bytes = new Uint8Array(256);
  #length = 0;
  #end = 0;
  #flags = -1;
  runs = 0;

  readonly add = (firstPage: number, pageCount: number, flags: number): void => {
    if (this.#length + 16 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 4);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const other = flags === this.#flags ? 0 : 1;
    this.#number(firstPage - this.#end);
    this.#number((pageCount - 1) * 2 + other);
    if (other) this.#bytes[this.#length++] = flags;
    this.#flags = flags;
    this.#end = firstPage + pageCount;
    this.runs++;
  };

  /** What was written; valid until the next `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#end = 0;
    this.#flags = -1;
    this.runs = 0;
  }

  #number(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }
}

/**
 * Applies changed runs to a region's flags. Throws `RunsError` where they were not written by `RunWriter` for it.
 *
 * @param before told of each run while the flags are still those before it
 */
export function applyRuns(
  flags: Uint8Array,
  bytes: Uint8Array,
  before?: (firstPage: number, end: number, flags: number) => void,
): void {
  let at = 0;
  let page = 0;
  let byte = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const digit = bytes[at++];
      if (digit === undefined || scale > 2 ** 35) throw new RunsError('A changed run is cut short.');
      value += (digit & 127) * scale;
      if (digit < 128) return value;
    }
  };
  while (at < bytes.length) {
    page += number();
    const packed = number();
    if (packed % 2 === 1) {
      const next = bytes[at++];
      if (next === undefined) throw new RunsError('A changed run has no flags.');
      byte = next;
    }
    const end = page + Math.floor(packed / 2) + 1;
    if (end > flags.length) throw new RunsError(`A changed run ends at page ${end} of ${flags.length}.`);
    before?.(page, end, byte);
    if (end === page + 1) flags[page] = byte;
    else flags.fill(byte, page, end);
    page = end;
  }
}
