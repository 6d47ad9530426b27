import type { RegionInfo } from '../../../protocol/events.ts';
import type { LockBar } from './lock-bars.ts';

/** The room around the plot, CSS pixels: the axes and their labels. */
export const frame = { left: 62, right: 18, top: 4, bottom: 20 } as const;

/** The height of a region's band of bars, and the space below each. */
const usualBand = 24;
const leastBand = 7;
const bandGap = 3;
/** The share of the height that bands may take; VmLck has the rest. */
const mostShare = 0.6;
/** A single page of a large region must still be seen. */
const leastBar = 3;

/** Where everything is drawn: one band for each region, its pages from top to bottom, time from left to right. */
export interface Geometry {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** Of the plot inside the axes. */
  readonly height: number;
  readonly bandHeight: number;
  /** From the top of the plot to the end of the bands. */
  readonly bandsHeight: number;
  readonly regions: readonly RegionInfo[];
  readonly endNs: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function geometryOf(
  size: { readonly width: number; readonly height: number },
  regions: readonly RegionInfo[],
  endNs: number,
): Geometry {
  const height = Math.max(0, size.height - frame.top - frame.bottom);
  const room = (height * mostShare) / Math.max(1, regions.length) - bandGap;
  const bandHeight = Math.max(leastBand, Math.min(usualBand, room));
  return {
    left: frame.left,
    top: frame.top,
    width: Math.max(1, size.width - frame.left - frame.right),
    height,
    bandHeight,
    bandsHeight: regions.length * (bandHeight + bandGap),
    regions,
    endNs: Math.max(1, endNs),
  };
}

export const bandTop = (index: number, { top, bandHeight }: Geometry): number => top + index * (bandHeight + bandGap);

export const xOf = (tNs: number, { left, width, endNs }: Geometry): number => left + (tNs / endNs) * width;

/** The time at a horizontal place; within the axis whatever the place. */
export const timeAt = (x: number, { left, width, endNs }: Geometry): number =>
  Math.min(endNs, Math.max(0, ((x - left) / width) * endNs));

/** Undefined for a bar of a region that has no band. */
export function barRect(bar: LockBar, geometry: Geometry): Rect | undefined {
  const index = geometry.regions.findIndex(({ id }) => id === bar.region);
  const region = geometry.regions[index];
  if (!region) return undefined;
  const { bandHeight, endNs } = geometry;
  const x = xOf(bar.startNs, geometry);
  const height = Math.max(leastBar, ((bar.lastPage - bar.firstPage + 1) / region.pages) * bandHeight);
  const offset = Math.min(bandHeight - height, (bar.firstPage / region.pages) * bandHeight);
  const width = Math.max(2, xOf(bar.endNs ?? endNs, geometry) - x);
  return { x, y: bandTop(index, geometry) + offset, width, height };
}

/** The smallest bar at a place: a thin one may lie over a thick one. */
export function barAt(bars: readonly LockBar[], geometry: Geometry, x: number, y: number): LockBar | undefined {
  let found: LockBar | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const bar of bars) {
    const rect = barRect(bar, geometry);
    if (!rect || x < rect.x || x > rect.x + rect.width || y < rect.y || y > rect.y + rect.height) continue;
    if (rect.width * rect.height >= least) continue;
    [found, least] = [bar, rect.width * rect.height];
  }
  return found;
}
