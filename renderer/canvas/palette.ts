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
  /**
   * The colour of a state where there is no room for its shape. In larger cells only those that have a page frame are
   * filled with it, and `unknown`; the others are lines on the bare ground.
   */
  readonly fill: Readonly<Record<PageState, string>>;
  /** What a state is outlined with, and its shape drawn. */
  readonly line: Readonly<Record<PageState, string>>;
  /** Numbers and words in cells. */
  readonly ink: Readonly<Record<PageState, string>>;
  readonly well: string;
  readonly changed: string;
  readonly cursor: string;
  readonly select: string;
  readonly step: string;
  readonly text: string;
  readonly faint: string;
  /** The line where addresses cross 2 MiB. */
  readonly boundary: string;
}

/** The states of which a cell is filled: a page frame is there. Of `unknown` nobody can tell. */
export const filledStates: ReadonlySet<PageState> = new Set(['resident', 'locked', 'huge', 'unknown']);

export function readPalette(element: Element): Palette {
  if (hasForcedColours()) return forcedPalette();
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const well = token('well');
  const thinned = (name: string, share: number) => hexOf(mix(parseHex(well), parseHex(token(name)), share));
  return {
    fill: {
      absent: token('page-absent'),
      resident: token('page-resident'),
      zero: thinned('page-zero', 0.6),
      locked: token('page-locked'),
      'on-fault': thinned('page-onfault', 0.5),
      swapped: thinned('page-swapped', 0.6),
      huge: token('page-huge'),
      guard: thinned('page-guard', 0.5),
      unmapped: well,
      unknown: token('page-unknown'),
    },
    line: {
      absent: token('page-absent-line'),
      resident: token('page-resident'),
      zero: token('page-zero'),
      locked: token('page-locked'),
      'on-fault': token('page-onfault'),
      swapped: token('page-swapped'),
      huge: token('page-huge'),
      guard: token('page-guard'),
      unmapped: token('page-unmapped'),
      unknown: token('page-unknown-mark'),
    },
    ink: {
      absent: token('page-absent-number'),
      resident: token('page-resident-number'),
      zero: token('page-zero-number'),
      locked: token('page-locked-number'),
      'on-fault': token('text'),
      swapped: token('text'),
      huge: token('page-huge-number'),
      guard: token('dim'),
      unmapped: token('faint'),
      unknown: token('text'),
    },
    well,
    changed: token('page-changed'),
    cursor: token('page-cursor'),
    select: token('page-select'),
    step: token('page-step'),
    text: token('text'),
    faint: token('faint'),
    boundary: token('dim'),
  };
}

/** Whether the system chooses the colours, as for people who need strong contrast. */
export const hasForcedColours = (): boolean => matchMedia('(forced-colors: active)').matches;

/** A colour of the system, such as `CanvasText`, as `#rrggbb`. */
export function systemColour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = name;
  document.body.append(probe);
  const [red = 0, green = 0, blue = 0] = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? [];
  probe.remove();
  return hexOf([red, green, blue]);
}

/** The colours of the system: shapes tell the states apart, and what is filled still has a page frame. */
function forcedPalette(): Palette {
  const [ground, text, mark, grey] = ['Canvas', 'CanvasText', 'Highlight', 'GrayText'].map(systemColour) as [
    string,
    string,
    string,
    string,
  ];
  const each = (filled: string, outlined: string) =>
    Object.fromEntries(
      pageStates.map((state) => [state, filledStates.has(state) ? filled : outlined]),
    ) as Palette['fill'];
  return {
    fill: { ...each(text, grey), absent: ground, unmapped: ground, unknown: grey },
    line: { ...each(text, text), absent: grey, unmapped: grey, unknown: ground },
    ink: each(ground, text),
    well: ground,
    changed: mark,
    cursor: mark,
    select: mark,
    step: text,
    text,
    faint: text,
    boundary: text,
  };
}

/** How much of its colour a page keeps that the legend's filter does not name. */
export const dimmed = 0.2;

export type Rgb = readonly [number, number, number];

/** `#3d8ef5`, or `#fff` as a minifier writes it. */
export function parseHex(colour: string): Rgb {
  const digits = colour.slice(1);
  const value = Number.parseInt(digits.length === 3 ? digits.replace(/./g, '$&$&') : digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const hexOf = (colour: Rgb): string => `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** The state of each of the 256 page bytes. */
export function stateTable(unknown: number): readonly PageState[] {
  const known = tables.get(unknown) ?? Array.from({ length: 256 }, (_, byte) => pageState(byte, unknown));
  tables.set(unknown, known);
  return known;
}

const tables = new Map<number, readonly PageState[]>();

/**
 * The colour of each of the 256 page bytes for cells too small for shapes, as little-endian RGBA words of an
 * `ImageData`.
 */
export function colourTable(
  palette: Pick<Palette, 'fill' | 'well'>,
  states: readonly PageState[],
  filter: LegendEntry | undefined,
): Uint32Array {
  const well = parseHex(palette.well);
  return Uint32Array.from(states, (state, byte) => {
    const plain = parseHex(palette.fill[state]);
    return word(isPicked(filter, byte, state) ? plain : mix(well, plain, dimmed));
  });
}

/** The same colours nearer to the flash, for pages that have just changed. */
export function flashTable(table: Uint32Array, palette: Pick<Palette, 'changed'>): Uint32Array {
  const flash = parseHex(palette.changed);
  return table.map((colour) => word(mix([colour & 255, (colour >> 8) & 255, (colour >> 16) & 255], flash, 0.45)));
}

export const cssOf = (colour: number): string => `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;

function word([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
