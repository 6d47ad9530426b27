import { Fragment, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import { useSize } from '../shared/use-size.ts';
import { focusGrid } from './focus-grid.ts';
import classes from './pages.module.css';
import { scaleOf } from './region-heights.ts';

/** How a region is drawn among the others. */
export interface Place {
  readonly columns: number;
  readonly height: number;
  /** The first has the ruler above it. */
  readonly first: boolean;
  readonly collapsed: boolean;
  /** Undefined where there is but one. */
  readonly onCollapse: (() => void) | undefined;
}

interface Props {
  readonly session: number;
  readonly regions: readonly RegionInfo[];
  readonly draw: (region: RegionInfo, place: Place) => ReactNode;
  /** A new region gets the keys: its user has asked for it. */
  readonly focusNew?: boolean;
}

/** All regions below each other, on one scale; a new one is scrolled to. */
export function Regions({ session, regions, draw, focusNew = false }: Props) {
  const { ref: list, width, height } = useSize();
  const [ruler, gutter] = useFrame();
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const several = regions.length > 1;
  const isCollapsed = (id: number) => several && collapsed.has(id);
  const { columns, heights } = scaleOf(
    regions.map(({ id, pages }) => ({ pages, collapsed: isCollapsed(id) })),
    { width: width - gutter, height: height - ruler, devicePixelRatio },
  );
  const laidOut = width > 0 && height > 0;
  useNewest(list, regions, laidOut, focusNew);
  return (
    <div ref={list} className={classes.regions}>
      {laidOut &&
        regions.map((region, index) => {
          const { id } = region;
          const place = {
            columns: isCollapsed(id) ? region.pages : columns,
            height: heights[index] ?? 0,
            first: index === 0,
            collapsed: isCollapsed(id),
            onCollapse: several
              ? () =>
                  setCollapsed((known) =>
                    known.has(id) ? new Set([...known].filter((each) => each !== id)) : new Set(known).add(id),
                  )
              : undefined,
          };
          return <Fragment key={`${session}:${id}`}>{draw(region, place)}</Fragment>;
        })}
    </div>
  );
}

/** The height of the ruler and the width of the gutter, which the width of the window decides. */
function useFrame(): readonly [number, number] {
  const read = (): readonly [number, number] => {
    const style = getComputedStyle(document.documentElement);
    return [
      Number.parseFloat(style.getPropertyValue('--ruler')),
      Number.parseFloat(style.getPropertyValue('--gutter')),
    ];
  };
  const [frame, setFrame] = useState(read);
  useLayoutEffect(() => {
    const measure = () => setFrame((known) => (read().join() === known.join() ? known : read()));
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  });
  return frame;
}

function useNewest(
  host: React.RefObject<HTMLElement | null>,
  regions: readonly RegionInfo[],
  laidOut: boolean,
  focus: boolean,
): void {
  const known = useRef<ReadonlySet<number>>(undefined);
  useEffect(() => {
    // Nothing is drawn, so nothing can be focused, until its room has been measured.
    if (!laidOut) return;
    const before = known.current;
    known.current = new Set(regions.map(({ id }) => id));
    const added = regions.findLast(({ id }) => before && !before.has(id));
    if (added) host.current?.querySelector(`[data-region="${added.id}"]`)?.scrollIntoView({ block: 'nearest' });
    // The form that mapped the first one goes away with what had the keys.
    const lost = document.activeElement === document.body;
    const [first] = regions;
    const wanted = added ?? (before === undefined && lost ? first : undefined);
    if (focus && wanted) focusGrid(wanted.id);
  }, [host, regions, laidOut, focus]);
}
