/**
 * How soon the window answers: from its address to a page that can be used, from the first click on Run to the first
 * blue page, from a pointer over one of 1 048 576 pages to what is told of it.
 */
import type { Page } from '@playwright/test';
import { addressOfWorkbench } from '../../renderer/context/address.ts';
import { inWindow } from '../support/bench/in-window.ts';
import { median, type Row, row, type Skipped } from '../support/bench/row.ts';
import { open } from '../support/e2e/window.ts';

const rounds = 9;
const regionPages = 1_048_576;
const hovers = 31;
const usableMs = 600;
const blueMs = 150;
const hoverMs = 30;

/** Runs in the page before all else. `painted(done)` resolves with the time after the first frame that is `done`. */
function watchFrames(): void {
  const painted = async (done: () => boolean): Promise<number> => {
    const channel = new MessageChannel();
    channel.port2.start();
    do {
      await new Promise(requestAnimationFrame);
      // What comes after the frame, also when others wait for their turn.
      const drawn = new Promise((resolve) => channel.port2.addEventListener('message', resolve, { once: true }));
      channel.port1.postMessage(undefined);
      await drawn;
    } while (!done());
    return performance.now();
  };
  let clicked = 0;
  /** Since the click. */
  let bluePages = 0;
  const onClick = ({ timeStamp }: Event): void => {
    clicked = timeStamp;
    bluePages = 0;
  };
  window.addEventListener('click', onClick, { capture: true });
  const buttons = () => [...document.querySelectorAll('button')];
  const isOffered = () => buttons().some(({ textContent, disabled }) => textContent?.trim() === 'Run' && !disabled);
  const isAsked = () => document.querySelectorAll('main h2 a').length > 0;
  // The picture of a page is looked at once, not the canvas: to read that would slow what is measured.
  const seen = new WeakMap<object, boolean>();
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const isBlue = (source: CanvasImageSource): boolean => {
    probe?.clearRect(0, 0, 1, 1);
    probe?.drawImage(source, 0, 0, 1, 1);
    const [red = 0, , blue = 0] = probe?.getImageData(0, 0, 1, 1).data ?? [];
    return blue > red + 60;
  };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (source: CanvasImageSource, ...where: unknown[]) {
    Reflect.apply(draw, this, [source, ...where]);
    if (!this.canvas.closest('[role="application"]')) return;
    if (!seen.has(source)) seen.set(source, isBlue(source));
    if (seen.get(source)) bluePages++;
  };
  Object.assign(globalThis, {
    painted,
    usable: painted(() => (location.hash === '' ? isAsked() : isOffered())),
    blue: async () => (await painted(() => bluePages > 0)) - clicked,
  });
}

/** Milliseconds from the address to a page that can be used. */
async function loadMs(page: Page): Promise<number> {
  await page.reload({ waitUntil: 'commit' });
  return page.evaluate(async () => Number(await Reflect.get(globalThis, 'usable')));
}

/** Milliseconds from the first click on Run in a window to the first blue page. */
async function firstBlueMs(page: Page): Promise<number> {
  // Reloaded, it would come back to the run before.
  const { origin } = new URL(page.url());
  await page.goto('about:blank');
  await page.goto(`${origin}/#/first-touch`);
  await page.evaluate(async () => Number(await Reflect.get(globalThis, 'usable')));
  await page.waitForLoadState('networkidle');
  const blue = page.evaluate(async () => {
    await new Promise((resolve) => window.addEventListener('click', resolve, { once: true }));
    return Number(await Reflect.get(globalThis, 'blue')());
  });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  return blue;
}

/** Milliseconds from pointers over the grid of a region to the frame that tells of their pages. */
async function hoversMs(page: Page): Promise<number[]> {
  await open(page, addressOfWorkbench);
  await page.getByRole('textbox', { name: 'Size' }).fill(String(regionPages));
  await page.getByRole('button', { name: 'Map it', exact: true }).click();
  await page.getByRole('button', { name: /^absent 1,048,576$/ }).waitFor();
  return page.evaluate(async (count) => {
    const canvas = document.querySelector('[role="application"] canvas');
    const told = () => document.querySelector('[role="status"][aria-label="Page in question"]')?.textContent;
    if (!canvas) throw new Error('There is no grid.');
    const { left, top } = canvas.getBoundingClientRect();
    const took: number[] = [];
    for (let round = 0; round < count; round++) {
      const before = told();
      const began = performance.now();
      const at = { clientX: left + 20 + 10 * round, clientY: top + 20 + 5 * round, bubbles: true };
      canvas.dispatchEvent(new PointerEvent('pointermove', at));
      took.push((await Reflect.get(globalThis, 'painted')(() => told() !== before)) - began);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return took;
  }, hovers);
}

async function measure(page: Page): Promise<Row[]> {
  await page.addInitScript(watchFrames);
  const of = async (hash: string, what: (page: Page) => Promise<number>): Promise<number[]> => {
    await open(page, hash);
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) took.push(await what(page));
    return took;
  };
  const home = await of('', loadMs);
  const experiment = await of('#/first-touch', loadMs);
  const blue = await of('#/first-touch', firstBlueMs);
  const hover = await hoversMs(page);
  const told = (took: readonly number[]) => `(${took.map(Math.round).join(', ')})`;
  console.error(`home ${told(home)}, experiment ${told(experiment)}, blue ${told(blue)}, hover ${told(hover)}`);
  return [
    row('Home can be used, from its address', 'ms', 1, median(home), usableMs),
    row('an experiment can be run, from its address', 'ms', 1, median(experiment), usableMs),
    row('first click on Run to the first blue page', 'ms', 1, median(blue), blueMs),
    row('pointer over one of 1 048 576 pages to what is told of it', 'ms', 1, median(hover), hoverMs),
  ];
}

export default function windowAnswers(): Promise<readonly (Row | Skipped)[]> {
  return inWindow('how soon the window answers', measure);
}
