import type { Locator, Page } from '@playwright/test';
import { PageFlag } from '../../protocol/flags.ts';
import { open } from '../support/e2e/window.ts';
import { benchOf, select } from '../support/e2e/workbench.ts';
import {
  blend,
  type Cell,
  type Colour,
  type Geometry,
  hex,
  hueOf,
  isNear,
  measureGrid,
  readCells,
  readColumn,
  tokensOf,
} from '../support/grid-pixels.ts';
import { expect, type Script, say, test } from '../support/scripted-window.ts';

const { Resident, Present, Locked, OnFault, Swapped, Zero, Huge, DontDump } = PageFlag;
const here = Resident | Present;

/**
 * Every look of a page: its byte, what the legend calls it, what its cell is filled with and the colour of its shape.
 * Only where a page frame is there, a cell is filled; where there is no room for a shape, `thin` of the colour of
 * `small` lies over the ground.
 */
const looks = [
  { byte: 0, name: 'absent', fill: 'well', mark: 'page-absent-line', hue: 'grey', small: 'page-absent', thin: 1 },
  { byte: here, name: 'resident', fill: 'page-resident', hue: 'blue', small: 'page-resident', thin: 1 },
  { byte: here | Zero, name: 'zero page', fill: 'well', mark: 'page-zero', hue: 'blue', small: 'page-zero', thin: 0.6 },
  { byte: here | Locked, name: 'locked', fill: 'page-locked', hue: 'amber', small: 'page-locked', thin: 1 },
  {
    byte: Locked | OnFault,
    name: 'locked, not in yet',
    fill: 'well',
    mark: 'page-onfault',
    hue: 'amber',
    small: 'page-onfault',
    thin: 0.5,
  },
  {
    byte: Swapped,
    name: 'swapped',
    fill: 'well',
    mark: 'page-swapped',
    hue: 'violet',
    small: 'page-swapped',
    thin: 0.6,
  },
  { byte: here | Huge, name: 'huge', fill: 'page-huge', hue: 'blue', small: 'page-huge', thin: 1 },
  // Two beside each other: they are drawn as one.
  { byte: here | Huge, name: 'huge', fill: 'page-huge', hue: 'blue', small: 'page-huge', thin: 1 },
  { byte: Huge, name: 'not mapped', fill: 'well', mark: 'page-unmapped', hue: 'grey', small: 'well', thin: 1 },
  { byte: here | DontDump, name: 'resident', fill: 'page-resident', hue: 'blue', small: 'page-resident', thin: 1 },
  { byte: here | Locked | DontDump, name: 'locked', fill: 'page-locked', hue: 'amber', small: 'page-locked', thin: 1 },
] as const;
type Look = (typeof looks)[number];

const markOf = (look: Look): string | undefined => ('mark' in look ? look.mark : undefined);
const hueToken = (look: Look): string => markOf(look) ?? look.fill;

const tokens = [
  ...new Set(looks.flatMap((look) => [look.fill, look.small, markOf(look) ?? look.fill])),
  ...['page-unknown', 'page-select', 'page-step', 'page-cursor'],
];
type Tokens = Readonly<Record<string, Colour>>;

/** One region after the other, from cells with words down to one pixel for each page; the last row is not full. */
const sizes = [
  { pages: 109, columns: 8, least: 40, most: 80 },
  { pages: 489, columns: 16, least: 20, most: 40 },
  { pages: 8011, columns: 64, least: 3, most: 7 },
  { pages: 150_007, columns: 512, least: 1, most: 2 },
];

/** So that each look stands in each outermost row and column, where there are fewer rows than looks. */
const shifts = [0, 3, 6];

const lookAt = (page: number, columns: number, shift: number): Look => {
  const look = looks[((page % columns) + Math.floor(page / columns) + shift) % looks.length];
  if (!look) throw new Error('There is a look for every number.');
  return look;
};

type Wanted = (page: number, look: Look) => Colour | ((cell: Cell) => boolean);

/** One grid on the screen, and what it should show. */
class Grid {
  readonly element: Locator;
  readonly #page: Page;
  readonly #canvas: Locator;
  geometry: Geometry;
  colours: Tokens;
  shift = 0;

  constructor(page: Page, geometry: Geometry, colours: Tokens) {
    this.#page = page;
    this.element = page.getByRole('application');
    this.#canvas = this.element.locator('canvas');
    this.geometry = geometry;
    this.colours = colours;
  }

  static async measured(page: Page, pages: number): Promise<Grid> {
    const grid = page.getByRole('application');
    await expect(grid).toHaveAccessibleName(new RegExp(`${pages.toLocaleString('en')} resident`));
    // The key goes to the last page of the first row.
    await grid.press('End');
    const note = page.getByRole('status', { name: 'Page in question' });
    await expect(note).toContainText(/Page [1-9]/);
    const columns = 1 + Number(/Page ([\d,]+)/.exec(await note.innerText())?.[1]?.replaceAll(',', ''));
    await grid.press('Escape');
    await expect(note).toHaveCount(0);
    const colours = await tokensOf(page, tokens);
    const geometry = await measureGrid(grid.locator('canvas'), pages, columns, colours.well ?? 0);
    return new Grid(page, geometry, colours);
  }

  get rows(): number {
    return Math.ceil(this.geometry.pages / this.geometry.columns);
  }

  flags(shift: number): Uint8Array {
    this.shift = shift;
    const { pages, columns } = this.geometry;
    return Uint8Array.from({ length: pages }, (_, page) => lookAt(page, columns, shift).byte);
  }

  token(name: string): Colour {
    const colour = this.colours[name];
    if (colour === undefined) throw new Error(`There is no token ${name}.`);
    return colour;
  }

  /** The smaller side of a cell. */
  get side(): number {
    return Math.min(this.geometry.cell.width, this.geometry.cell.height);
  }

  /** The colour of most of a page where nothing is laid over it. */
  plain(look: Look): Colour {
    return this.side < 8 ? blend(this.token('well'), this.token(look.small), look.thin) : this.token(look.fill);
  }

  /** Waits until each page is painted as `wanted` says; what is not is told with its place. */
  async shows(what: string, wanted: Wanted, closely = false): Promise<void> {
    const { columns } = this.geometry;
    await expect(async () => {
      const cells = await readCells(this.#canvas, this.geometry, closely);
      const wrong = [...cells].flatMap(([page, cell]) => {
        const look = lookAt(page, columns, this.shift);
        const want = wanted(page, look);
        if (typeof want === 'number' ? isNear(cell.fill, want) : want(cell)) return [];
        const place = `page ${page} (row ${Math.floor(page / columns)}, column ${page % columns})`;
        return [`${place}, ${look.name}: ${hex(cell.fill)}${typeof want === 'number' ? `, not ${hex(want)}` : ''}`];
      });
      expect(wrong.slice(0, 6), `${what}, cells of ${this.side} px: ${wrong.length} pages are wrong`).toEqual([]);
      expect(cells.size).toBeGreaterThan(0);
    }).toPass({ timeout: 40_000, intervals: [20, 50, 100, 200] });
  }

  /** Each page has its colour, and nothing is laid over it. */
  showsFills(): Promise<void> {
    return this.shows('page states', (_, look) => this.plain(look));
  }

  /** Each page has its colour, its shape and its number, and nothing but neighbours of one huge page touch. */
  showsStates(): Promise<void> {
    const { columns, pages } = this.geometry;
    const { side } = this;
    const [cursor, well] = [this.token('page-cursor'), this.token('well')];
    const right: Wanted = (page, look) => (cell) => {
      if (cell.fill !== this.plain(look) && !(side < 8 && isNear(cell.fill, this.plain(look)))) return false;
      if (side < 20) return true;
      const hidden = (look.byte & DontDump) !== 0;
      const mark = markOf(look);
      const next = page + 1 < pages && (page + 1) % columns !== 0 && lookAt(page + 1, columns, this.shift);
      const joined = look.name === 'huge' && next !== false && next.name === 'huge';
      return (
        (mark === undefined || cell.colours.includes(this.token(mark))) &&
        hidden === cell.colours.includes(cursor) &&
        isNear(cell.seam, this.token(joined ? 'page-huge' : 'well')) &&
        // What is locked has lost a corner, with a frame and without.
        (look.name === 'resident'
          ? cell.corner === cell.fill
          : !look.name.startsWith('locked') || cell.corner === well) &&
        (mark !== undefined || cell.inked > 5)
      );
    };
    return this.shows('page states', right, side >= 20);
  }

  /** Pages have the fill of their looks, which were dealt out for so many columns. */
  showsPart(columns: number): Promise<void> {
    return this.shows('a part', (page) => this.plain(lookAt(page, columns, this.shift)), true);
  }

  /** Pixels below each other. */
  down(x: number, y: number, count: number): Promise<Colour[]> {
    return readColumn(this.#canvas, { x, y, count });
  }

  async turnTheme(to: 'light' | 'dark'): Promise<void> {
    await this.#page.getByRole('button', { name: `Switch to the ${to} theme` }).click();
    this.colours = await tokensOf(this.#page, tokens);
  }
}

/** A workbench of one region, whose pages are what the script says. */
async function openScripted(page: Page, script: Script): Promise<void> {
  script.answers.workbench = async () => {
    script.tell({ kind: 'state', state: 'open' });
    return { session: script.session, placement: 'isolated', pid: 7, parameters: {} };
  };
  await open(page, '#workbench');
  await expect(benchOf(page).state).toContainText('Open', { timeout: 20000 });
}

/** Shows pages, and lets four steps pass that change nothing: what has just changed has a rim. */
function showSettled(script: Script, ...shown: Parameters<Script['show']>): void {
  script.show(...shown);
  for (let step = 0; step < 4; step++) script.step({ call: 'mincore' });
}

async function eachStateAtItsPlace(grid: Grid, script: Script, region: number): Promise<void> {
  const { pages, columns } = grid.geometry;
  const edges: readonly ((page: number) => boolean)[] = [
    (page) => page < columns,
    (page) => page >= (grid.rows - 1) * columns,
    (page) => page % columns === 0,
    (page) => page % columns === columns - 1,
  ];
  const seen = edges.map(() => new Set<Look>());
  for (const shift of shifts) {
    showSettled(script, region, grid.flags(shift));
    await grid.showsStates();
    for (let page = 0; page < pages; page++)
      edges.forEach((isAt, edge) => void (isAt(page) && seen[edge]?.add(lookAt(page, columns, shift))));
  }
  expect(seen.map(({ size }) => size)).toEqual(edges.map(() => looks.length));
}

async function unknownWhereNobodyCouldSay(page: Page, grid: Grid, script: Script, region: number): Promise<void> {
  const unsaid = grid.flags(grid.shift).filter((byte) => byte !== Huge).length;
  showSettled(script, region, grid.flags(grid.shift), { unknown: Resident, whole: true });
  const fill = grid.token('page-unknown');
  // That nothing is mapped, the VMAs say.
  const hatched: Wanted = (_, look) => (cell) =>
    look.byte === Huge
      ? isNear(cell.fill, grid.plain(look))
      : cell.fill === fill && (grid.side < 8 || cell.colours.length > 3);
  await grid.shows('unknown', hatched, grid.side >= 8);
  const all = unsaid.toLocaleString('en');
  await expect(page.getByRole('button', { name: `unknown ${all}`, exact: true })).toBeVisible();
  await expect(grid.element).toHaveAccessibleName(new RegExp(`${all} unknown`));
  showSettled(script, region, grid.flags(grid.shift), { whole: true });
  await grid.showsFills();
}

async function filterDims(page: Page, grid: Grid): Promise<void> {
  const legend = page.getByRole('group', { name: /^Page states/ }).getByRole('button');
  const names = [...new Set(looks.map(({ name }) => name)), 'don’t dump'];
  const dim = (look: Look) => blend(grid.token('well'), grid.plain(look), 0.2);
  for (const name of names) {
    const entry = legend.filter({ hasText: new RegExp(`^${name}[\\d,]+$`) });
    await entry.click();
    const picked = (look: Look) => (name === 'don’t dump' ? (look.byte & DontDump) !== 0 : look.name === name);
    await grid.shows(`only ${name}`, (_, look) => (picked(look) ? grid.plain(look) : dim(look)));
    await expect(entry).toHaveAttribute('aria-pressed', 'true');
    if (name === names.at(-1)) await entry.click();
  }
  await grid.showsFills();
}

async function selectionIsOutlined(page: Page, grid: Grid): Promise<void> {
  const { pages, columns, cell, left, top } = grid.geometry;
  const [colour, last] = [grid.token('page-select'), pages - 1];
  if (grid.side < 3) {
    // More runs than can be outlined: a tint.
    await select(page, `0-${last}/20`);
    await grid.shows('selected', (at, look) =>
      at % 20 === 0 ? blend(grid.plain(look), colour, 110 / 255) : grid.plain(look),
    );
  } else {
    const middle = columns * Math.floor(grid.rows / 2);
    await select(page, `0-${columns - 1},${middle},${middle + columns - 1},${last - 2}-${last}`);
    // An outline around the union, and no tint: pages keep their colours.
    await grid.shows('selected', (_, look) => grid.plain(look));
    const [x, bottom] = [left + ((last % columns) + 0.5) * cell.width, top + grid.rows * cell.height];
    expect((await grid.down(x, bottom - 3, 6)).map(hex)).toContain(hex(colour));
  }
  await page.getByRole('button', { name: 'None', exact: true }).click();
  await grid.showsFills();
}

async function differenceStandsOut(page: Page, grid: Grid, script: Script, region: number): Promise<void> {
  const { pages, columns } = grid.geometry;
  const lastRow = (grid.rows - 1) * columns;
  const [before, after] = [grid.flags(grid.shift), grid.flags(grid.shift)];
  // Changed: a part of the first row, and all of the last.
  const changes = (at: number) => at === 1 || at === 2 || at >= lastRow;
  const lock = lookNamed('locked');
  for (let at = 0; at < pages; at++) if (changes(at)) after[at] = lock.byte;
  const title = say(`Lock the last row of region ${region}`);
  script.step({ call: 'mlock', title, region, range: { firstPage: lastRow, pageCount: pages - lastRow } });
  showSettled(script, region, after);
  await benchOf(page).entries.filter({ hasText: title.en }).click();
  const [ground, step] = [grid.token('well'), grid.token('page-step')];
  const now = (at: number, look: Look) => grid.plain(changes(at) ? lock : look);
  // What was so before has not changed.
  const differs = (at: number) => before[at] !== after[at];
  const outlined = grid.side >= 3;
  const over = (colour: Colour) => (outlined ? colour : () => true);
  const look = (name: string) => page.getByRole('radiogroup').getByText(name, { exact: true }).click();
  await look('Difference');
  // Around cells of two pixels there is nothing but outline.
  const under = (colour: Colour) =>
    outlined ? colour : (cell: Cell) => isNear(cell.fill, colour) || cell.fill === step || cell.fill === ground;
  await grid.shows('difference', (at, look) =>
    differs(at) ? over(now(at, look)) : under(blend(now(at, look), ground, 185 / 255)),
  );
  await look('Before');
  const range = (at: number) => at >= lastRow;
  const marked = (at: number, colour: Colour) => (range(at) ? over(colour) : under(colour));
  await grid.shows('before', (at, look) => marked(at, grid.plain(look)));
  await look('After');
  // What the step changed has a rim, which is all that there is of cells of two pixels.
  const rimmed = (colour: Colour) => (cell: Cell) => !isNear(cell.fill, colour);
  await grid.shows('after', (at, look) =>
    grid.side < 4 && differs(at) && !range(at) ? rimmed(now(at, look)) : marked(at, now(at, look)),
  );
  await page.getByRole('listbox').press('Escape');
  await grid.shows('now', now);
  showSettled(script, region, before);
  await grid.showsFills();
}

function lookNamed(name: string): Look {
  const look = looks.find((each) => each.name === name);
  if (!look) throw new Error(`There is no look ${name}.`);
  return look;
}

/** As near as one can come, at both ends: numbers, shapes and colours are those of the pages that are there. */
async function zoomShowsItsPart(grid: Grid): Promise<void> {
  const whole = grid.geometry;
  const { element } = grid;
  for (let presses = 0; presses < 8; presses++) await element.press('+');
  await element.press('Control+Home');
  await element.press('Escape');
  const box = await element.boundingBox();
  const [width, height] = [Math.floor(box?.width ?? 0), Math.floor(box?.height ?? 0)];
  // Beside them stands the whole.
  const side = Math.floor((width - 24) / 4);
  const cell = { width: side, height: Math.floor(side / 1.6) };
  grid.geometry = { ...whole, columns: 4, cell, left: 0, top: 0 };
  await grid.showsPart(whole.columns);
  await element.press('Control+End');
  await element.press('Escape');
  grid.geometry = { ...grid.geometry, top: height - grid.rows * cell.height };
  await grid.showsPart(whole.columns);
  await element.press('0');
  grid.geometry = whole;
  await grid.showsFills();
}

async function pointerMeansWhatItShows(page: Page, grid: Grid): Promise<void> {
  const { columns, cell, left, top, pages } = grid.geometry;
  const { selected } = benchOf(page);
  const note = page.getByRole('status', { name: 'Page in question' });
  const box = await grid.element.boundingBox();
  if (!box) throw new Error('The grid has no box.');
  const at = (x: number, y: number): [number, number] => [box.x + x, box.y + y];
  const middleOf = (of: number) =>
    at(left + ((of % columns) + 0.5) * cell.width, top + (Math.floor(of / columns) + 0.5) * cell.height);
  for (const of of [0, columns - 1, columns, pages - 1]) {
    await page.mouse.click(...middleOf(of));
    await expect(selected).toContainText(`1 of ${pages} pages`);
    await expect(note).toContainText(`Page ${of}`);
    await expect(note).toContainText(lookAt(of, columns, grid.shift).name);
  }
  // Beyond the last page, in its row.
  const beside = [[left + ((pages % columns) + 0.5) * cell.width, top + (grid.rows - 0.5) * cell.height]] as const;
  for (const [x, y] of beside) {
    expect(x > 0 && x < box.width, `${x} of ${box.width} px lies on the canvas`).toBe(true);
    await page.mouse.click(...middleOf(0));
    await expect(selected).toContainText('1 of');
    await page.mouse.click(...at(x, y));
    await expect(selected).toContainText('nothing selected');
    await expect(note).toHaveCount(0);
  }
  // A drag selects until it ends, by the button or because the system took the pointer away.
  for (const end of ['up', 'cancel'] as const) {
    await page.mouse.move(...middleOf(0));
    await page.mouse.down();
    await page.mouse.move(...middleOf(3), { steps: 3 });
    await expect(selected).toContainText(`4 of ${pages}`);
    if (end === 'up') await page.mouse.up();
    else await grid.element.dispatchEvent('pointercancel', { pointerId: 1 });
    await page.mouse.move(...middleOf(columns + 1), { steps: 3 });
    await expect(note).toContainText(`Page ${columns + 1}`);
    await expect(selected).toContainText(`4 of ${pages}`);
    await page.mouse.up();
  }
  await grid.element.press('Escape');
  await page.mouse.move(0, 0);
  await grid.showsFills();
}

test.use({ viewport: { width: 2200, height: 1060 } });

test.describe.configure({ timeout: 120_000 });

test('the canvas shows each page as the kernel said, at every size, in every row and column', async ({
  page,
  script,
}) => {
  await openScripted(page, script);
  for (const [index, { pages, columns, least, most }] of sizes.entries()) {
    const region = index + 1;
    script.map(region, pages);
    showSettled(script, region, new Uint8Array(pages).fill(here));
    const grid = await Grid.measured(page, pages);
    const { side } = grid;
    expect(grid.geometry.columns).toBe(columns);
    expect(side >= least && side <= most, `cells of ${pages} pages have ${side} px`).toBe(true);
    await test.step(`cells of ${side} px`, async () => {
      await eachStateAtItsPlace(grid, script, region);
      await selectionIsOutlined(page, grid);
      // The second size is drawn as the first.
      if (index !== 1) {
        await unknownWhereNobodyCouldSay(page, grid, script, region);
        await filterDims(page, grid);
        await differenceStandsOut(page, grid, script, region);
      }
      if (index === 0) {
        await zoomShowsItsPart(grid);
        await pointerMeansWhatItShows(page, grid);
      }
      await grid.turnTheme('light');
      await grid.showsStates();
      expect(looks.map((look) => hueOf(grid.token(hueToken(look))))).toEqual(looks.map(({ hue }) => hue));
      await grid.turnTheme('dark');
      await grid.showsFills();
      expect(looks.map((look) => hueOf(grid.token(hueToken(look))))).toEqual(looks.map(({ hue }) => hue));
    });
  }
});
