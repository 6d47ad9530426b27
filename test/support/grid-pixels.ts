import type { Locator, Page } from '@playwright/test';

/** `0xrrggbb`. */
export type Colour = number;

/** Where a grid's cells are on its canvas: read from the picture, in device pixels. */
export interface Geometry {
  readonly pages: number;
  readonly columns: number;
  /** With the gap around it. */
  readonly cell: { readonly width: number; readonly height: number };
  /** The top left corner of page 0. */
  readonly left: number;
  readonly top: number;
}

/** What is painted in one cell. */
export interface Cell {
  /** The colour of most of its pixels; of small cells that of their centre. */
  readonly fill: Colour;
  /** The commonest colours. */
  readonly colours: readonly Colour[];
  /** At its right edge, half-way down. */
  readonly seam: Colour;
  /** Near its upper right corner, which what is locked has lost. */
  readonly corner: Colour;
  /** Pixels of another colour where its number stands. */
  readonly inked: number;
}

/** Where the pages stand, as far as the eye can tell: everything that is not of the ground's colour is a page. */
export function measureGrid(canvas: Locator, pages: number, columns: number, ground: Colour): Promise<Geometry> {
  return canvas.evaluate(
    (element, { pages, columns, ground }) => {
      const { width, height } = element as HTMLCanvasElement;
      const data = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
      let [left, top, right, bottom] = [width, height, 0, 0];
      for (let at = 0; data && at < width * height; at++) {
        const colour = ((data[4 * at] ?? 0) << 16) | ((data[4 * at + 1] ?? 0) << 8) | (data[4 * at + 2] ?? 0);
        if (colour === ground) continue;
        const [x, y] = [at % width, Math.floor(at / width)];
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
        top = Math.min(top, y);
        bottom = y + 1;
      }
      const rows = Math.ceil(pages / columns);
      // The picture begins at the corner of its canvas: as far as the first cell is from it, the last is from its end.
      const cell = { width: Math.round((right + left) / columns), height: Math.round((bottom + top) / rows) };
      const painted = [right - left, bottom - top];
      const whole = [cell.width * columns, cell.height * rows];
      if (whole.some((length, way) => length - (painted[way] ?? 0) > 4))
        throw new Error(`${columns} × ${rows} cells are not ${painted.join(' × ')} px large: some are not painted.`);
      return { pages, columns, cell, left: 0, top: 0 };
    },
    { pages, columns, ground },
  );
}

/** Of more pages than this, those of the outermost rows and columns are read and some of the others. */
const allUpTo = 1000;
const oneIn = 37;

function* pagesToRead({ pages, columns }: Geometry): Generator<number> {
  const lastRow = Math.floor((pages - 1) / columns);
  for (let page = 0; page < pages; page++) {
    const [row, column] = [Math.floor(page / columns), page % columns];
    const outermost = row === 0 || row === lastRow || column === 0 || column === columns - 1;
    if (pages <= allUpTo || outermost || page % oneIn === 0) yield page;
  }
}

/**
 * What is painted in cells, by their pages, as far as they are whole on the canvas.
 *
 * @param closely whether every pixel is looked at, for shapes and numbers; else some, for the fill alone
 */
export async function readCells(
  canvas: Locator,
  geometry: Geometry,
  closely: boolean,
): Promise<ReadonlyMap<number, Cell>> {
  const mostColours = closely ? 12 : 1;
  // Words for each cell: whether it is whole on the canvas, its ink, its seam, its corner, its colours.
  const stride = 4 + mostColours;
  const read = [...pagesToRead(geometry)];
  // As text: Playwright takes its time over a million numbers.
  const text = await canvas.evaluate(
    (element, { read, columns, cell, left, top, closely, stride, mostColours }) => {
      const { width, height } = element as HTMLCanvasElement;
      const data = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
      const words = new Uint32Array(data?.buffer ?? new ArrayBuffer(0));
      // Words are little-endian RGBA.
      const rgb = (word: number) => ((word & 255) << 16) | (word & 0xff00) | ((word >> 16) & 255);
      const at = (x: number, y: number) => words[Math.floor(y) * width + Math.floor(x)] ?? 0;
      const coloursOf = (x0: number, y0: number): number[] => {
        const every = closely ? 1 : Math.max(1, Math.floor(Math.min(cell.width, cell.height) / 8));
        const counts = new Map<number, number>();
        for (let y = every >> 1; y < cell.height; y += every) {
          for (let x = every >> 1; x < cell.width; x += every) {
            const word = at(x0 + x, y0 + y);
            counts.set(word, (counts.get(word) ?? 0) + 1);
          }
        }
        return [...counts].sort(([, one], [, other]) => other - one).map(([word]) => rgb(word));
      };
      const told = new Uint32Array(read.length * stride);
      for (const [place, page] of read.entries()) {
        const [x0, y0] = [left + (page % columns) * cell.width, top + Math.floor(page / columns) * cell.height];
        if (x0 < 0 || y0 < 0 || x0 + cell.width > width || y0 + cell.height > height) continue;
        const small = Math.min(cell.width, cell.height) < 8;
        const colours = small ? [rgb(at(x0 + cell.width / 2, y0 + cell.height / 2))] : coloursOf(x0, y0);
        let inked = 0;
        for (let y = y0 + 7; closely && y < y0 + 19; y++)
          for (let x = x0 + 7; x < x0 + 22; x++) if (rgb(at(x, y)) !== colours[0]) inked++;
        const seam = rgb(at(x0 + cell.width - 1, y0 + cell.height / 2));
        const corner = rgb(at(x0 + cell.width - 4, y0 + 3));
        told.set([1, inked, seam, corner, ...colours.slice(0, mostColours)], place * stride);
      }
      const bytes = new Uint8Array(told.buffer);
      let text = '';
      for (let from = 0; from < bytes.length; from += 8192)
        text += String.fromCharCode(...bytes.subarray(from, from + 8192));
      return btoa(text);
    },
    { ...geometry, read, closely, stride, mostColours },
  );
  const told = new Uint32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
  const cells = new Map<number, Cell>();
  for (const [place, page] of read.entries()) {
    const [whole, inked = 0, seam = 0, corner = 0, ...colours] = told.subarray(place * stride, (place + 1) * stride);
    if (whole === 1) cells.set(page, { fill: colours[0] ?? 0, colours, seam, corner, inked });
  }
  return cells;
}

/** Pixels below each other. */
export function readColumn(canvas: Locator, place: { x: number; y: number; count: number }): Promise<Colour[]> {
  return canvas.evaluate((element, { x, y, count }) => {
    const data = (element as HTMLCanvasElement).getContext('2d')?.getImageData(x, y, 1, count).data;
    const at = (place: number) => data?.[place] ?? 0;
    return Array.from({ length: count }, (_, row) => (at(4 * row) << 16) | (at(4 * row + 1) << 8) | at(4 * row + 2));
  }, place);
}

/** The colours of the theme that is on, by the names of their tokens. */
export async function tokensOf(page: Page, names: readonly string[]): Promise<Readonly<Record<string, Colour>>> {
  const found = await page.locator('html').evaluate((html, wanted) => {
    const style = getComputedStyle(html);
    return wanted.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  }, names);
  return Object.fromEntries(found.map(([name = '', text = '']) => [name, colourOf(text)]));
}

/** `#3d8ef5`, `#fff` as a minifier writes it, or `rgb(61, 142, 245)` as a browser computes it. */
export function colourOf(text: string): Colour {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex) return Number.parseInt(hex.length === 3 ? hex.replace(/./g, '$&$&') : hex, 16);
  const [red, green, blue] = text.match(/\d+(?=[,)])/g)?.map(Number) ?? [];
  if (red === undefined || green === undefined || blue === undefined) throw new Error(`“${text}” is no opaque colour.`);
  return (red << 16) | (green << 8) | blue;
}

const channels = (colour: Colour) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const;

/** A share of one colour laid over another. */
export function blend(under: Colour, over: Colour, share: number): Colour {
  const [from, to] = [channels(under), channels(over)];
  return from.reduce<number>((sum, channel, index) => {
    return (sum << 8) | Math.round(channel + ((to[index] ?? 0) - channel) * share);
  }, 0);
}

/** The same to the eye: what is laid over each other is rounded more than once. */
export function isNear(one: Colour, other: Colour): boolean {
  const [a, b] = [channels(one), channels(other)];
  return a.every((channel, index) => Math.abs(channel - (b[index] ?? 0)) <= 3);
}

/** What a person calls a colour. */
export function hueOf(colour: Colour): 'red' | 'amber' | 'green' | 'blue' | 'violet' | 'grey' | 'other' {
  const [red, green, blue] = channels(colour);
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  if (most - least < 45) return 'grey';
  const sixth =
    most === red
      ? (green - blue) / (most - least)
      : most === green
        ? 2 + (blue - red) / (most - least)
        : 4 + (red - green) / (most - least);
  const hue = (60 * sixth + 360) % 360;
  if (hue < 18 || hue > 342) return 'red';
  if (hue < 55) return 'amber';
  if (hue > 110 && hue < 180) return 'green';
  if (hue > 195 && hue < 240) return 'blue';
  return hue > 255 && hue < 300 ? 'violet' : 'other';
}

export const hex = (colour: Colour): string => `#${colour.toString(16).padStart(6, '0')}`;
