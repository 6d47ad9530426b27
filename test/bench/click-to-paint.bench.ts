/** From a key or a click in the workbench to the painted grid, at 1 048 576 pages, in the headless browser. */
import type { Page } from '@playwright/test';
import { maxActionRuns } from '../../protocol/workbench.ts';
import { inWindow } from '../support/bench/in-window.ts';
import { median, type Row, row, type Skipped } from '../support/bench/row.ts';

const regionPages = 1_048_576;
/** No longer than this may a person wait for what one page became, or for a selection. */
const boundMs = 50;
const rounds = 21;

/**
 * Runs in the page before anything else. At this size the grid is drawn with one pixel per page, so the picture itself
 * says when a page has another look: `painted(page)` resolves with the time at which the frame with it was handed to
 * the screen.
 */
function watchPictures(): void {
  let watched: { page: number; before: number; resolve: (atMs: number) => void } | undefined;
  const put = OffscreenCanvasRenderingContext2D.prototype.putImageData;
  OffscreenCanvasRenderingContext2D.prototype.putImageData = function (image: ImageData, x: number, y: number) {
    Reflect.apply(put, this, [image, x, y]);
    if (!watched || image.data.length < 4 * watched.page) return;
    const colour = new DataView(image.data.buffer).getUint32(4 * watched.page);
    if (colour === watched.before || colour === 0) return;
    const { resolve } = watched;
    watched = undefined;
    // What comes after the frame in which this is called.
    setTimeout(() => resolve(performance.now()), 0);
  };
  const painted = (page: number, before: number) =>
    new Promise<number>((resolve) => {
      watched = { page, before, resolve };
    });
  Object.assign(globalThis, { painted });
}

/** The time from a key to the frame that shows another look of a page, ms; `before` is the colour of absent pages. */
async function keyToPaintMs(page: Page, key: string, target: number): Promise<number> {
  return page.evaluate(
    async ({ key, target }) => {
      const grid = document.querySelector('[role="application"]');
      const colour = grid && getComputedStyle(grid).getPropertyValue('--page-absent').trim();
      const before = ((Number.parseInt(colour?.slice(1) ?? '', 16) << 8) | 0xff) >>> 0;
      const watch: unknown = Reflect.get(globalThis, 'painted');
      if (!grid || typeof watch !== 'function') throw new Error('There is no grid, or nothing watches it.');
      const done: Promise<number> = watch(target, before);
      const began = performance.now();
      grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      return (await done) - began;
    },
    { key, target },
  );
}

/** The time from a key that changes no page, such as Ctrl+A or Escape, to the frame after it, ms. */
async function drawnMs(page: Page, key: string, ctrlKey: boolean): Promise<number> {
  return page.evaluate(
    async ({ key, ctrlKey }) => {
      const grid = document.querySelector('[role="application"]');
      const began = performance.now();
      grid?.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      return performance.now() - began;
    },
    { key, ctrlKey },
  );
}

async function measure(page: Page): Promise<Row[]> {
  await page.addInitScript(watchPictures);
  await page.reload();
  await page.getByRole('link', { name: 'Workbench' }).click();
  await page.getByRole('textbox', { name: 'Size' }).fill(String(regionPages));
  await page.getByRole('button', { name: 'Map it', exact: true }).click();
  const grid = page.getByRole('application');
  await grid.waitFor();
  await page.getByRole('button', { name: /^absent 1,048,576$/ }).waitFor();
  await grid.focus();
  const [touch, all]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    await page.keyboard.press('ArrowRight');
    touch.push(await keyToPaintMs(page, 'w', round));
    // The flash of the change is over: each round is measured from rest.
    await page.waitForTimeout(300);
  }
  for (let round = 0; round < rounds; round++) {
    all.push(await drawnMs(page, 'a', true));
    await drawnMs(page, 'Escape', false);
  }
  // As many runs as one action may be about, all of them drawn while the cursor goes on among them.
  const field = page.getByRole('textbox', { name: 'Pages' });
  await field.fill(`0-${regionPages - 1}/${regionPages / maxActionRuns}`);
  await field.press('Enter');
  await grid.focus();
  const moves: number[] = [];
  for (let round = 0; round < rounds; round++) moves.push(await drawnMs(page, 'ArrowRight', true));
  const longest = (values: readonly number[]) => Math.round(Math.max(...values));
  console.error(`longest: write ${longest(touch)} ms, select all ${longest(all)} ms, move ${longest(moves)} ms`);
  return [
    row('key to painted grid, one page written of 1 048 576', 'ms', 1, median(touch), boundMs),
    row('select all of 1 048 576 pages, painted', 'ms', 1, median(all), boundMs),
    row('move among 65 536 selected runs, painted', 'ms', 1, median(moves), boundMs),
  ];
}

export default function clickToPaint(): Promise<readonly (Row | Skipped)[]> {
  return inWindow('key to painted grid', measure);
}
