import type { Result } from '../native/errno.ts';
import { MAP, mmap, munmap, PROT } from '../native/mman.ts';
import { pageSize } from '../native/sysconf.ts';
import type { RegionInfo } from '../protocol/events.ts';
import type { PageRange } from '../protocol/operation.ts';
import { breathe } from './breathe.ts';
import { formatAddress } from './format.ts';
import { problem } from './problems.ts';

/** Bytes unmapped at a time: munmap of resident memory takes 25 to 40 ms a GiB, so this much is about 0.5 ms. */
const releaseBytes = 16 * 1024 * 1024;

/**
 * Owns one mapping, from `mmap` to `munmap`. Everything else asks it for addresses, and it gives none outside the mapping.
 *
 * It stands between two `PROT_NONE` pages, its fences, so that it is one VMA of its own: smaps counts it alone (the kernel merges
 * neighbours with equal flags), and what runs over its end faults instead of meeting somebody else's memory.
 */
export class Region {
  readonly id: number;
  readonly label: string;
  readonly address: bigint;
  readonly length: number;
  readonly pages: number;
  readonly pageSize = pageSize();
  #fences: readonly bigint[];
  #released: Promise<void> | undefined;

  private constructor(id: number, label: string, address: bigint, length: number, fences: readonly bigint[]) {
    this.id = id;
    this.label = label;
    this.address = address;
    this.length = length;
    this.pages = length / this.pageSize;
    this.#fences = fences;
  }

  /**
   * Maps anonymous private memory. `mapped` is the mmap call, made through `measure`; there is a region when the kernel agreed.
   *
   * @param measure times the call: `(call) => call()` when nobody wants to know
   */
  static map(
    id: number,
    label: string,
    pages: number,
    measure: <T>(call: () => T) => T,
  ): { hint: bigint | null; length: number; mapped: Result<bigint>; region?: Region } {
    const size = pageSize();
    const length = pages * size;
    const { hint, fences } = fence(length, size);
    const mapped = measure(() => mmap(hint, length, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0));
    if (mapped.errno !== null) {
      for (const address of fences) munmap(address, size);
      return { hint, length, mapped };
    }
    return { hint, length, mapped, region: new Region(id, label, mapped.returned, length, fences) };
  }

  info(): RegionInfo {
    return {
      id: this.id,
      label: this.label,
      address: formatAddress(this.address),
      length: this.length,
      pages: this.pages,
      kind: 'anonymous',
      protection: 'rw-p',
    };
  }

  /** The bytes of a page range. Throws `bad-input` when it leaves the region. */
  bytesOf({ firstPage, pageCount }: PageRange): { address: bigint; length: number } {
    if (firstPage + pageCount > this.pages) throw this.#outside(firstPage + pageCount - 1);
    return { address: this.address + BigInt(firstPage * this.pageSize), length: pageCount * this.pageSize };
  }

  /** Page numbers, checked to be inside. Throws `bad-input` otherwise. */
  pageNumbers(pages: readonly number[]): Uint32Array {
    for (const page of pages) if (page >= this.pages) throw this.#outside(page);
    return Uint32Array.from(pages);
  }

  /** Unmaps it and its fences, piece by piece so that the main loop goes on. Once; later calls wait for the first. */
  release(): Promise<void> {
    this.#released ??= this.#unmap();
    return this.#released;
  }

  async #unmap(): Promise<void> {
    for (let offset = 0; offset < this.length; offset += releaseBytes) {
      if (offset > 0) await breathe();
      munmap(this.address + BigInt(offset), Math.min(releaseBytes, this.length - offset));
    }
    for (const address of this.#fences) munmap(address, this.pageSize);
    this.#fences = [];
  }

  #outside(page: number) {
    return problem(
      'bad-input',
      `Page ${page} is outside region ${this.label}, which has ${this.pages} pages (0 to ${this.pages - 1}).`,
      `第 ${page} 页超出区域 ${this.label} 的范围，它共有 ${this.pages} 页（0 到 ${this.pages - 1}）。`,
    );
  }
}

/**
 * Finds room for `length` bytes between two fences: reserves it with the fences, then gives the middle back, for the caller to map
 * with the hint. When even the reservation is refused there is no hint and the caller's own mmap tells why.
 */
function fence(length: number, size: number): { hint: bigint | null; fences: bigint[] } {
  const reserved = mmap(null, length + 2 * size, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
  if (reserved.errno !== null) return { hint: null, fences: [] };
  const hint = reserved.returned + BigInt(size);
  munmap(hint, length);
  return { hint, fences: [reserved.returned, hint + BigInt(length)] };
}
