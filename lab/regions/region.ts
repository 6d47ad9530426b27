import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import type { ErrnoName, Result } from '../../native/libc/errno.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { RegionInfo } from '../../protocol/events.ts';
import type { ProtectionName } from '../../protocol/mapping.ts';
import type { PageRange, Range } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import { formatAddress } from '../base/format.ts';
import { breathe } from '../base/slices.ts';
import type { BackingFile } from './backing-file.ts';
import { flagBits, lengthOf, type Mapping, mapsNotation, mmapNames, protectionBits } from './mapping.ts';
import { MemoryFile, type MemoryFileRefused } from './memory-file.ts';

/**
 * Bytes unmapped at a time: munmap of resident memory takes 25 to 40 ms a GiB, so this much is about 0.5 ms. munmap of
 * a part of a hugetlb page is EINVAL, so there it is a huge page at least; both are powers of two.
 */
const releaseBytes = 16 * 1024 * 1024;

/** How a region was unmapped: in how many calls, and the first errno where one was refused. */
export interface Unmapped {
  readonly calls: number;
  readonly refused: number;
  readonly errno: ErrnoName | null;
}

/** Memory of a child process, a copy of one of this process's regions, to be looked at from outside. */
export interface ChildMemory {
  readonly pid: number;
  /** What it is a copy of: at the same address. */
  readonly of: Region;
}

/** Memory that somebody else allocated, to be looked at as a region. Its owner frees it when it is disposed of. */
export interface LentMemory {
  /** Of its first page. */
  readonly address: bigint;
  readonly pages: number;
  readonly owner: Disposable;
}

type Counting = { -readonly [K in keyof Unmapped]: Unmapped[K] };

/** An mmap call: its arguments, in the order of the man page, and what came of it. */
export interface MmapCall {
  readonly hint: bigint | null;
  readonly length: number;
  readonly protection: readonly ProtectionName[];
  readonly flags: readonly string[];
  readonly fd: number;
  /** The call that made `fd`, where it was made for this mapping. */
  readonly fdFrom?: MemoryFile['call'];
  readonly mapped: Result<bigint>;
}

/**
 * Owns one mapping, from `mmap` to `munmap`. Everything else asks it for addresses, and it gives none outside the
 * mapping.
 *
 * It stands between two `PROT_NONE` pages, its fences, so that it is its own VMA: smaps counts it alone (the
 * kernel merges neighbours with equal flags), and what runs over its end faults instead of meeting somebody else's
 * memory.
 */
export class Region {
  readonly id: number;
  readonly label: string;
  /** As its user calls it. */
  name: string | undefined;
  readonly address: bigint;
  readonly length: number;
  readonly pages: number;
  readonly pageSize = pageSize();
  /** The user's file, or one that Pagescope made on a disk. */
  readonly file: BackingFile | undefined;
  /** What the region is made of, and the rights that it was mapped with. */
  readonly mapping: Mapping;
  /** The process whose memory it is, where that is another one. */
  readonly pid: number | undefined;
  readonly #memory: MemoryFile | undefined;
  #fences: readonly bigint[];
  /** Pages that were unmapped before the region's end: somebody else may have mapped something there since. */
  readonly #holes: PageRange[] = [];
  readonly #owner: Disposable | undefined;
  #sharedMemory: boolean | undefined;
  #released: Promise<Unmapped> | undefined;

  private constructor(
    id: number,
    label: string,
    address: bigint,
    mapping: Mapping,
    memory: MemoryFile | undefined,
    fences: readonly bigint[],
    owner?: Disposable,
    pid?: number,
  ) {
    this.id = id;
    this.label = label;
    this.address = address;
    this.pages = mapping.pages;
    this.length = this.pages * this.pageSize;
    this.mapping = mapping;
    this.file = mapping.file;
    this.#memory = memory;
    this.#fences = fences;
    this.#owner = owner;
    this.pid = pid;
  }

  /**
   * A region of memory that is malloc's: looked at, and not unmapped but freed by its owner when it is released. It has
   * no fences, so its VMA may be larger.
   */
  static lent(id: number, label: string, { address, pages, owner }: LentMemory): Region {
    return new Region(id, label, address, { pages }, undefined, [], owner);
  }

  /** A child's copy of a region: looked at from outside, and gone with the child. */
  static ofChild(id: number, label: string, { pid, of }: ChildMemory): Region {
    const goesWithChild = { [Symbol.dispose]() {} };
    return new Region(id, label, of.address, of.mapping, undefined, [], goesWithChild, pid);
  }

  /**
   * Maps memory. There is a region when the kernel agreed; the call is told in any case, or the one that should have
   * made its descriptor.
   *
   * @param measure times the call: `(call) => call()` when nobody wants to know
   */
  static map(
    id: number,
    label: string,
    mapping: Mapping,
    measure: <T>(call: () => T) => T,
  ): { region?: Region } & ({ call: MmapCall } | { refused: MemoryFileRefused }) {
    const size = pageSize();
    const { pages, reservedPages = 0, file, memory: kind, alignPages = 1 } = mapping;
    const memory = kind === 'memfd' || kind === 'secret' ? MemoryFile.create(kind, label, pages * size) : undefined;
    if (memory && 'errno' in memory) return { refused: memory };
    const length = lengthOf(mapping);
    const { protection, flags } = mmapNames(mapping);
    const fd = file?.fd ?? memory?.fd ?? -1;
    const { hint, fences } = fence((pages + reservedPages) * size, size, alignPages * size);
    const mapped = measure(() => mmap(hint, length, protectionBits(protection), flagBits(flags), fd, 0));
    const call = { hint, length, protection, flags, fd, ...(memory && { fdFrom: memory.call }), mapped };
    if (mapped.errno === null) return { call, region: new Region(id, label, mapped.returned, mapping, memory, fences) };
    for (const address of fences) munmap(address, size);
    memory?.[Symbol.dispose]();
    return { call };
  }

  /** The descriptor that it maps, where it maps one. */
  get fd(): number | undefined {
    return this.file?.fd ?? this.#memory?.fd;
  }

  /** It maps shared memory, or a file that is kept in memory: what of it is in swap no page table tells. */
  get sharedMemory(): boolean {
    const { memory } = this.mapping;
    this.#sharedMemory ??= memory === 'shared' || memory === 'memfd' || isInMemory(this.file);
    return this.#sharedMemory;
  }

  info(): RegionInfo {
    const { protection, flags } = mmapNames(this.mapping);
    return {
      id: this.id,
      label: this.label,
      ...(this.name === undefined ? {} : { name: this.name }),
      ...(this.pid === undefined ? {} : { pid: this.pid }),
      address: formatAddress(this.address),
      length: this.length,
      pages: this.pages,
      kind: this.file ? 'file' : (this.mapping.memory ?? 'anonymous'),
      protection: mapsNotation(protectionBits(protection), flags.includes('MAP_SHARED')),
    };
  }

  /**
   * The bytes of a range. Throws `bad-input` when it leaves the region, or meets a hole that it does not say it
   * crosses.
   */
  bytesOf(range: Range): { address: bigint; length: number } {
    const { offset, length } = 'offset' in range ? range : this.#pagesAsBytes(range);
    if (offset + length > this.length) throw this.#outside(Math.ceil((offset + length) / this.pageSize) - 1);
    if (!range.acrossHoles) this.#refuseHoles(this.pagesOf(range));
    return { address: this.address + BigInt(offset), length };
  }

  /** The pages that a range touches, rounded out as mlock(2) rounds. */
  pagesOf(range: Range): PageRange {
    if (!('offset' in range)) return range;
    const firstPage = Math.floor(range.offset / this.pageSize);
    return { firstPage, pageCount: Math.ceil((range.offset + range.length) / this.pageSize) - firstPage };
  }

  /** Page numbers, checked to be inside and mapped. Throws `bad-input` otherwise. */
  pageNumbers(pages: readonly number[]): Uint32Array {
    for (const page of pages) {
      if (page >= this.pages) throw this.#outside(page);
      if (this.#holes.length > 0) this.#refuseHoles({ firstPage: page, pageCount: 1 });
    }
    return Uint32Array.from(pages);
  }

  /** The pages were unmapped: they are no longer the region's to release. */
  addHole(range: PageRange): void {
    this.#holes.push(range);
  }

  /**
   * Unmaps it and its fences, piece by piece so that the main loop goes on. Once; later calls wait for the first.
   *
   * @param measure times each munmap of its pages
   */
  release(measure: <T>(call: () => T) => T = (call) => call()): Promise<Unmapped> {
    this.#released ??= this.#unmap(measure);
    return this.#released;
  }

  async #unmap(measure: <T>(call: () => T) => T): Promise<Unmapped> {
    const holes = this.#holes.toSorted((one, other) => one.firstPage - other.firstPage);
    const unmapped: Counting = { calls: 0, refused: 0, errno: null };
    if (this.#owner) {
      this.#owner[Symbol.dispose]();
      return unmapped;
    }
    let from = 0;
    for (const { firstPage, pageCount } of [...holes, { firstPage: this.pages, pageCount: 0 }]) {
      await this.#unmapBytes(from * this.pageSize, firstPage * this.pageSize, measure, unmapped);
      from = Math.max(from, firstPage + pageCount);
    }
    // Nothing of it was ever brought in, so it goes in one call.
    const reserved = (this.mapping.reservedPages ?? 0) * this.pageSize;
    if (reserved > 0) measure(() => munmap(this.address + BigInt(this.length), reserved));
    for (const address of this.#fences) munmap(address, this.pageSize);
    this.#fences = [];
    this.file?.[Symbol.dispose]();
    this.#memory?.[Symbol.dispose]();
    return unmapped;
  }

  async #unmapBytes(start: number, end: number, measure: <T>(call: () => T) => T, unmapped: Counting): Promise<void> {
    const pieceBytes = Math.max(releaseBytes, (this.mapping.alignPages ?? 1) * this.pageSize);
    for (let offset = start; offset < end; offset += pieceBytes) {
      if (offset > start) await breathe();
      const { errno } = measure(() => munmap(this.address + BigInt(offset), Math.min(pieceBytes, end - offset)));
      unmapped.calls++;
      if (errno !== null) unmapped.refused++;
      unmapped.errno ??= errno;
    }
  }

  #pagesAsBytes({ firstPage, pageCount }: PageRange) {
    return { offset: firstPage * this.pageSize, length: pageCount * this.pageSize };
  }

  /** What was unmapped may be another session's memory by now: nothing may reach it. */
  #refuseHoles({ firstPage, pageCount }: PageRange): void {
    const end = firstPage + pageCount;
    const hole = this.#holes.find((each) => each.firstPage < end && each.firstPage + each.pageCount > firstPage);
    if (!hole) return;
    const page = Math.max(firstPage, hole.firstPage);
    throw problem(
      'bad-input',
      `Page ${page} of region ${this.label} was unmapped, and what is there now may belong to something else; leave it out.`,
      `区域 ${this.label} 的第 ${page} 页已解除映射，那里现在可能属于别处；请将其排除。`,
    );
  }

  #outside(page: number) {
    return problem(
      'bad-input',
      `Page ${page} is outside region ${this.label}, which has ${this.pages} pages (0 to ${this.pages - 1}).`,
      `第 ${page} 页超出区域 ${this.label} 的范围，它共有 ${this.pages} 页（0 到 ${this.pages - 1}）。`,
    );
  }
}

function isInMemory(file: BackingFile | undefined): boolean {
  try {
    return file?.inMemory ?? false;
  } catch {
    // Without /proc nothing tells, and nothing tells of swap either.
    return false;
  }
}

/**
 * Finds room for `length` bytes between two fences: reserves more with the fences, then gives the middle back, for the
 * caller to map with the hint. When even the reservation is refused there is no hint and the caller's own mmap tells
 * why.
 *
 * @param alignment bytes that the hint is a multiple of; at least a page
 */
function fence(length: number, size: number, alignment: number): { hint: bigint | null; fences: bigint[] } {
  const room = length + 2 * size + (alignment - size);
  const reserved = mmap(null, room, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
  if (reserved.errno !== null) return { hint: null, fences: [] };
  const start = reserved.returned;
  const step = BigInt(alignment);
  const hint = ((start + BigInt(size) + step - 1n) / step) * step;
  const lower = hint - BigInt(size);
  const upper = hint + BigInt(length);
  if (lower > start) munmap(start, Number(lower - start));
  munmap(hint, length);
  const tail = start + BigInt(room) - (upper + BigInt(size));
  if (tail > 0n) munmap(upper + BigInt(size), Number(tail));
  return { hint, fences: [lower, upper] };
}
