import type { CoreMapping } from '../../protocol/events.ts';
import { formatAddress } from '../base/format.ts';
import { breathe } from '../base/slices.ts';
import type { Segment } from './elf-core.ts';

/** A region of the session, as it lies in the dumped process. */
export interface DumpedRegion {
  readonly id: number;
  readonly address: bigint;
  readonly lengthBytes: number;
}

/** More than that nobody looks at one by one: see the schema of `CoreFile`. */
const mostMappings = 512;
const segmentsInATurn = 4096;

/** A segment, or its part that one region has: the kernel joins neighbouring mappings that are alike to one VMA. */
interface Piece extends Segment {
  readonly region?: number;
  readonly hits: Map<number, number>;
}

/** Which mapping of a core file each hit lies in. */
export class CoreMappings {
  readonly #pieces: readonly Piece[];
  /** Those with bytes in the file, by where they are in it. */
  readonly #inFile: readonly Piece[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    const inFile = pieces.filter((piece) => piece.fileBytes > 0);
    const sorted = inFile.every((piece, index) => (inFile[index - 1]?.fileOffset ?? 0) <= piece.fileOffset);
    this.#inFile = sorted ? inFile : inFile.toSorted((a, b) => a.fileOffset - b.fileOffset);
  }

  static async of(segments: readonly Segment[], regions: readonly DumpedRegion[]): Promise<CoreMappings> {
    const byAddress = regions.toSorted((a, b) => (a.address < b.address ? -1 : 1));
    const pieces: Piece[] = [];
    for (const [index, segment] of segments.entries()) {
      pieces.push(...cut(segment, byAddress));
      if ((index + 1) % segmentsInATurn === 0) await breathe();
    }
    return new CoreMappings(pieces);
  }

  /** Counts a hit that begins at a byte of the file. In the headers and the notes (registers) there is no mapping. */
  hit(fileOffset: number, marker: number): void {
    let [low, high] = [0, this.#inFile.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#inFile[middle]?.fileOffset ?? 0) <= fileOffset) low = middle + 1;
      else high = middle;
    }
    const piece = this.#inFile[low - 1];
    if (!piece || fileOffset >= piece.fileOffset + piece.fileBytes) return;
    piece.hits.set(marker, (piece.hits.get(marker) ?? 0) + 1);
  }

  /**
   * All of them, at most 512 unless more have a region or a hit: neighbours that have neither are joined, as evenly as
   * can be.
   */
  list(): CoreMapping[] {
    const runs: Piece[][] = [];
    for (const piece of this.#pieces) {
      const last = runs.at(-1);
      if (last?.[0] && isPlain(last[0]) && isPlain(piece)) last.push(piece);
      else runs.push([piece]);
    }
    const size = groupSize(runs.map((run) => run.length));
    return runs.flatMap((run) =>
      Array.from({ length: Math.ceil(run.length / size) }, (_, group) =>
        joined(run.slice(group * size, (group + 1) * size)),
      ),
    );
  }
}

function isPlain({ region, hits }: Piece): boolean {
  return region === undefined && hits.size === 0;
}

/** The fewest mappings to a group that leave no more than `mostMappings` groups; where that cannot be, all of a run. */
function groupSize(runs: readonly number[]): number {
  const longest = Math.max(1, ...runs.slice(0, mostMappings));
  let size = 1;
  while (size < longest && groups(runs, size) > mostMappings) size = Math.ceil(size * 1.25);
  return size;
}

function groups(runs: readonly number[], size: number): number {
  return runs.reduce((sum, run) => sum + Math.ceil(run / size), 0);
}

function joined(pieces: readonly Piece[]): CoreMapping {
  const [first] = pieces;
  return {
    address: formatAddress(first?.address ?? 0n),
    memoryBytes: pieces.reduce((sum, piece) => sum + piece.memoryBytes, 0),
    fileBytes: pieces.reduce((sum, piece) => sum + piece.fileBytes, 0),
    ...(first?.region === undefined ? {} : { region: first.region }),
    hits: [...(first?.hits ?? [])].map(([marker, count]) => ({ marker, count })),
  };
}

/** A segment's parts, cut where regions begin and end. `regions` by address; they do not overlap. */
function cut(segment: Segment, regions: readonly DumpedRegion[]): Piece[] {
  const end = segment.address + BigInt(segment.memoryBytes);
  const pieces: Piece[] = [];
  let at = segment.address;
  for (const { id, address, lengthBytes } of regions) {
    const from = address > at ? address : at;
    const to = address + BigInt(lengthBytes) < end ? address + BigInt(lengthBytes) : end;
    if (from >= to) continue;
    if (from > at) pieces.push(part(segment, at, from));
    pieces.push({ ...part(segment, from, to), region: id });
    at = to;
  }
  if (at < end || pieces.length === 0) pieces.push(part(segment, at, end));
  return pieces;
}

/** The bytes of the file stand for the beginning of the memory. */
function part(segment: Segment, from: bigint, to: bigint): Piece {
  const skipped = Number(from - segment.address);
  const memoryBytes = Number(to - from);
  return {
    address: from,
    memoryBytes,
    fileOffset: segment.fileOffset + skipped,
    fileBytes: Math.min(memoryBytes, Math.max(0, segment.fileBytes - skipped)),
    hits: new Map(),
  };
}
