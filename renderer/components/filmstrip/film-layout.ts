/** Where the parts of the filmstrip are, CSS pixels from its top: lanes of pages, VmLck, times, faults and calls. */
export interface FilmLayout {
  readonly lanes: { readonly top: number; readonly height: number; readonly gap: number };
  /** Undefined where nothing was locked. */
  readonly locked: Row | undefined;
  /** Undefined, like all below the lanes, where there is no height for more. */
  readonly times: Row | undefined;
  /** Undefined but for another process, whose faults are no step's. */
  readonly faults: Row | undefined;
  readonly calls: Row | undefined;
  readonly height: number;
}

export interface Row {
  readonly top: number;
  readonly height: number;
}

const top = 6;
const between = 4;
const callsHeight = 12;
const timesHeight = 13;
const faultsHeight = 10;
const lockedHeight = 16;
/** Lower than this, there are only lanes. */
const least = 64;

export function filmLayout(height: number, regions: number, withLocked: boolean, withFaults = false): FilmLayout {
  const bare = height < least;
  const [locked, faults] = [withLocked ? lockedHeight + between : 0, withFaults ? faultsHeight + between : 0];
  const rows = bare ? 0 : callsHeight + timesHeight + between * 2 + locked + faults;
  const all = Math.max(8, height - top - rows);
  const gap = regions > 1 && regions <= 12 ? 1 : 0;
  const lane = Math.max(1, (all - gap * (regions - 1)) / Math.max(1, regions));
  const lockedTop = top + all + between;
  const timesTop = lockedTop + locked;
  const faultsTop = timesTop + timesHeight + between;
  return {
    lanes: { top, height: lane, gap },
    locked: withLocked && !bare ? { top: lockedTop, height: lockedHeight } : undefined,
    times: bare ? undefined : { top: timesTop, height: timesHeight },
    faults: withFaults && !bare ? { top: faultsTop, height: faultsHeight } : undefined,
    calls: bare ? undefined : { top: faultsTop + faults, height: callsHeight },
    height,
  };
}

export const laneTop = ({ lanes }: FilmLayout, index: number): number => lanes.top + index * (lanes.height + lanes.gap);
