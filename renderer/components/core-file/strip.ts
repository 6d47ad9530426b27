import type { CoreFile, CoreMapping, RegionInfo } from '../../../protocol/events.ts';

/** A mapping as it is drawn, CSS pixels. */
export interface Segment {
  /** Undefined for a region of the session that the file's headers do not name. */
  readonly mapping: CoreMapping | undefined;
  /** Of the session, by id. */
  readonly region: number | undefined;
  readonly x: number;
  readonly width: number;
}

/** Room for a region and a word in it, as a share of the strip and in CSS pixels; and for a pin above a mapping. */
const regionShare = 0.16;
const leastRegion = 44;
const mostRegion = 132;
const leastPinned = 40;
/** The share of a stretch that mappings with pins may take when they are many. */
const mostShare = 0.75;
/** What lies between two regions has this much room; the rest is before the first and behind the last. */
const between = 14;
const beforeShare = 0.55;

/** A mapping that the strip must not lose: of the session, or with something found in it. */
export const isTelling = ({ mapping, region }: Pick<Segment, 'mapping' | 'region'>): boolean =>
  region !== undefined || (mapping !== undefined && mapping.hits.length > 0);

type Piece = Pick<Segment, 'mapping' | 'region'>;

/**
 * All mappings by address, side by side over `width`. The session's regions stand at the same places in every file of a
 * run, so that one is followed from file to file; what lies before, between and behind them is as wide as the square
 * root of its size, so that a page is seen beside a gigabyte. A region that `found` names and no mapping covers stands
 * where it would be.
 */
export function segmentsOf(
  file: Pick<CoreFile, 'mappings' | 'found'>,
  regions: readonly Pick<RegionInfo, 'id' | 'address'>[],
  width: number,
): Segment[] {
  const stretches = stretchesOf(piecesOf(file, regions));
  const count = stretches.length - 1;
  if (count === 0) return spread(stretches[0]?.pieces ?? [], 0, width);
  const own = Math.min(Math.max(leastRegion, Math.min(mostRegion, width * regionShare)), width / count / 2);
  const rest = Math.max(0, width - count * own - (count - 1) * between);
  let x = 0;
  return stretches.flatMap(({ region, pieces }, at) => {
    const inside = at > 0 && at < count;
    // Where nothing lies between two, the first has that room too.
    const wide = inside && pieces.length === 0 ? own + between : own;
    const drawn = region ? [{ ...region, x, width: wide }] : [];
    if (region) x += wide;
    if (inside && pieces.length === 0) return drawn;
    const room = inside ? between : rest * (at === 0 ? beforeShare : 1 - beforeShare);
    const others = spread(pieces, x, room);
    x += room;
    return [...drawn, ...others];
  });
}

/** What lies before the first region, then each region with what lies behind it. */
function stretchesOf(pieces: readonly Piece[]): { region?: Piece; pieces: Piece[] }[] {
  const stretches: { region?: Piece; pieces: Piece[] }[] = [{ pieces: [] }];
  for (const piece of pieces) {
    if (piece.region !== undefined) stretches.push({ region: piece, pieces: [] });
    else stretches.at(-1)?.pieces.push(piece);
  }
  return stretches;
}

/** Mappings over a stretch, those with pins wide enough for one. */
function spread(pieces: readonly Piece[], from: number, width: number): Segment[] {
  const wish = (piece: Piece) => (isTelling(piece) ? leastPinned : 0);
  const wished = pieces.reduce((sum, piece) => sum + wish(piece), 0);
  const scale = wished === 0 ? 0 : Math.min(1, (width * mostShare) / wished);
  const weight = (piece: Piece) => (isTelling(piece) ? 0 : Math.sqrt(Math.max(1, piece.mapping?.memoryBytes ?? 1)));
  const weights = pieces.reduce((sum, piece) => sum + weight(piece), 0);
  const perWeight = weights === 0 ? 0 : (width - wished * scale) / weights;
  let x = from;
  return pieces.map((piece) => {
    const own = isTelling(piece) ? wish(piece) * scale : weight(piece) * perWeight;
    const segment = { ...piece, x, width: own };
    x += own;
    return segment;
  });
}

/** The mappings, and the regions that are missing among them. */
function piecesOf(
  { mappings, found }: Pick<CoreFile, 'mappings' | 'found'>,
  regions: readonly Pick<RegionInfo, 'id' | 'address'>[],
): Piece[] {
  const there = new Set(mappings.map(({ region }) => region));
  const pieces: (Piece & { readonly address: bigint })[] = [
    ...mappings.map((mapping) => ({ mapping, region: mapping.region, address: BigInt(mapping.address) })),
    ...regions
      .filter(({ id }) => !there.has(id) && found.some(({ marker }) => marker === id))
      .map(({ id, address }) => ({ mapping: undefined, region: id, address: BigInt(address) })),
  ];
  return pieces
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
    .map(({ mapping, region }) => ({ mapping, region }));
}

/** The segment at a horizontal place; the first or last beyond the ends. -1 when the strip is empty. */
export function segmentAt(segments: readonly Segment[], x: number): number {
  let found = -1;
  for (const [index, segment] of segments.entries()) {
    if (found >= 0 && segment.x > x) break;
    found = index;
  }
  return found;
}

/** Where a key leads from a segment, or from no segment; undefined for other keys. */
export function segmentAfter(key: string, at: number | undefined, segments: readonly Segment[]): number | undefined {
  const last = segments.length - 1;
  const from = at ?? (key === 'ArrowLeft' || key === 'PageUp' ? last + 1 : -1);
  const inside = (index: number) => Math.max(0, Math.min(last, index));
  const telling = segments.flatMap((segment, index) => (isTelling(segment) ? [index] : []));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return inside(from + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return inside(from - 1);
    case 'PageDown':
      return telling.find((index) => index > from) ?? inside(from);
    case 'PageUp':
      return telling.findLast((index) => index < from) ?? inside(from);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
