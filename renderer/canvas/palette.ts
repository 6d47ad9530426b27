import { PageFlag, type PageState, pageState, pageStates } from '../../protocol/flags.ts';

/** What the legend names and picks out: a state, or the pages that core files leave out, whatever their state. */
export const legendEntries = [...pageStates, 'dont-dump'] as const;
export type LegendEntry = (typeof legendEntries)[number];

/** Whether a page stays as it is while one entry of the legend is picked out. */
export function isPicked(picked: LegendEntry | undefined, byte: number, state: PageState): boolean {
  if (picked === undefined) return true;
  return picked === 'dont-dump' ? (byte & PageFlag.DontDump) !== 0 : picked === state;
}

/** The colours of one theme, read from the tokens: there is one place for colours, and it is CSS. */
export interface Palette {
  /** What a cell is filled with; for `on-fault` and `absent` the ground inside their outline. */
  readonly fill: Readonly<Record<PageState, string>>;
  readonly well: string;
  readonly absentLine: string;
  readonly zeroMark: string;
  readonly lockedMark: string;
  readonly swappedMark: string;
  readonly guardMark: string;
  readonly unknownMark: string;
  readonly flash: string;
  readonly cursor: string;
  readonly select: string;
  readonly step: string;
  /** Page numbers on coloured cells, and on empty ones. */
  readonly number: string;
  readonly faint: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    fill: {
      absent: token('page-absent'),
      resident: token('page-resident'),
      zero: token('page-zero'),
      locked: token('page-locked'),
      'on-fault': token('page-absent'),
      swapped: token('page-swapped'),
      huge: token('page-huge'),
      guard: token('page-guard'),
      unmapped: token('well'),
      unknown: token('page-unknown'),
    },
    well: token('well'),
    absentLine: token('page-absent-line'),
    zeroMark: token('page-zero-mark'),
    lockedMark: token('page-locked-mark'),
    swappedMark: token('page-swapped-mark'),
    guardMark: token('page-guard-mark'),
    unknownMark: token('page-unknown-mark'),
    flash: token('page-flash'),
    cursor: token('page-cursor'),
    select: token('page-select'),
    step: token('page-step'),
    number: token('page-number'),
    faint: token('faint'),
  };
}

/** How much of its colour a page keeps that the legend's filter does not name. */
export const dimmed = 0.2;

type Rgb = readonly [number, number, number];

/** `#3d8ef5`, or `#fff` as a minifier writes it. */
export function parseHex(colour: string): Rgb {
  const digits = colour.slice(1);
  const value = Number.parseInt(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** The state of each of the 256 page bytes. */
export function stateTable(unknown: number): readonly PageState[] {
  return Array.from({ length: 256 }, (_, byte) => pageState(byte, unknown));
}

/**
 * The colour of each of the 256 page bytes for cells too small for shapes, as little-endian RGBA words of an
 * `ImageData`. Locked on fault, an outline elsewhere, is here the locked colour at half strength.
 */
export function colourTable(
  palette: Palette,
  states: readonly PageState[],
  filter: LegendEntry | undefined,
): Uint32Array {
  const well = parseHex(palette.well);
  return Uint32Array.from(states, (state, byte) => {
    const plain =
      state === 'on-fault'
        ? mix(parseHex(palette.fill.absent), parseHex(palette.fill.locked), 0.5)
        : parseHex(palette.fill[state]);
    return word(isPicked(filter, byte, state) ? plain : mix(well, plain, dimmed));
  });
}

/** The same colours nearer to the flash, for pages that have just changed. */
export function flashTable(table: Uint32Array, palette: Palette): Uint32Array {
  const flash = parseHex(palette.flash);
  return table.map((colour) => word(mix([colour & 255, (colour >> 8) & 255, (colour >> 16) & 255], flash, 0.55)));
}

export const cssOf = (colour: number): string => `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;

function word([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
