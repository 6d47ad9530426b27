/**
 * 1 048 576 pages that fill while a person watches, looked at 60 times a second: how long after a look its pages are
 * painted, and whether the grid goes on while one long action is under way.
 */
import { freemem } from 'node:os';
import { setTimeout as passed } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { pageSize } from '../../native/libc/sysconf.ts';
import { inWindow } from '../support/bench/in-window.ts';
import { median, type Row, row, type Skipped } from '../support/bench/row.ts';

const regionPages = 1_048_576;
const frameMs = 1000 / 60;
/** Nobody takes a grid for stuck that moves as often as this. */
const stuckMs = 250;
/** So soon is a page that could not follow up to date. */
const backMs = 1000;
/** Longer than to fill takes. */
const frozenMs = 8000;
/** Presses on one page each, by which the clocks of page and engine are set against each other. */
const rounds = 15;

/** Milliseconds from a look to the frame that shows it; `gaps`: between the frames that show a look. */
interface Filled {
  readonly paintedMs: readonly number[];
  readonly gapsMs: readonly number[];
  readonly tookMs: number;
}

/** Runs in the page before all else. `filled(keys)` resolves when the action that a key began has its step. */
function watchFill(): void {
  let pressed = 0;
  /** Time of the page less the engine's, ms: too small by what the quickest key takes to become a call. */
  let ahead = Number.NEGATIVE_INFINITY;
  let arrived: number[] = [];
  let stepped: () => void = () => {};
  let [paintedMs, paints]: [number[], number[]] = [[], []];
  const onText = (text: string): void => {
    if (!text.includes('"kind":"step"')) return;
    const startedNs = Number(/"startedNs":(\d+)/.exec(text)?.[1]);
    ahead = Math.max(ahead, pressed - startedNs / 1e6);
    stepped();
  };
  const { WebSocket: Socket } = globalThis;
  globalThis.WebSocket = class extends Socket {
    constructor(...words: ConstructorParameters<typeof Socket>) {
      super(...words);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') onText(data);
        else arrived.push(new DataView(data as ArrayBuffer).getFloat64(24, true) / 1e6);
      });
    }
    override send(data: string | ArrayBufferView<ArrayBuffer>): void {
      const isOpening = typeof data === 'string' && data.includes('"m":"workbench"');
      super.send(isOpening ? data.replace('"a":[{', '"a":[{"sampleHz":60,') : data);
    }
  };
  const put = OffscreenCanvasRenderingContext2D.prototype.putImageData;
  OffscreenCanvasRenderingContext2D.prototype.putImageData = function (image: ImageData, x: number, y: number) {
    Reflect.apply(put, this, [image, x, y]);
    if (arrived.length === 0) return;
    const shown = arrived;
    arrived = [];
    setTimeout(() => {
      const now = performance.now();
      paints.push(now);
      paintedMs.push(...shown.map((takenMs) => now - ahead - takenMs));
    });
  };
  const filled = async (key: string): Promise<Filled> => {
    const done = new Promise<void>((resolve) => {
      stepped = resolve;
    });
    [paintedMs, paints, arrived] = [[], [], []];
    pressed = performance.now();
    const init = { key, bubbles: true, cancelable: true };
    document.querySelector('[role="application"]')?.dispatchEvent(new KeyboardEvent('keydown', init));
    await done;
    const tookMs = performance.now() - pressed;
    const times = [pressed, ...paints];
    return { paintedMs, tookMs, gapsMs: times.slice(1).map((at, index) => at - (times[index] ?? 0)) };
  };
  Object.assign(globalThis, { filled });
}

const press = (page: Page, key: string): Promise<Filled> =>
  page.evaluate((pressed) => Reflect.get(globalThis, 'filled')(pressed), key);

async function untilMs(page: Page, name: RegExp): Promise<number> {
  const began = performance.now();
  await page.getByRole('button', { name }).waitFor();
  return performance.now() - began;
}

async function measure(page: Page): Promise<Row[]> {
  await page.addInitScript(watchFill);
  await page.reload();
  await page.getByRole('link', { name: 'Workbench' }).click();
  await page.getByRole('textbox', { name: 'Size' }).fill(String(regionPages));
  await page.getByRole('button', { name: 'Map it', exact: true }).click();
  await page.getByRole('button', { name: /^absent 1,048,576$/ }).waitFor();
  const grid = page.getByRole('application');
  await grid.focus();
  for (let round = 0; round < rounds; round++) {
    await page.keyboard.press('ArrowRight');
    await press(page, 'w');
    await page.waitForTimeout(50);
  }
  await page.keyboard.press('Control+a');
  const rows: Row[] = [];
  const painted: number[] = [];
  for (const [key, what] of [
    ['w', 'written'],
    ['d', ''],
    ['l', 'locked'],
    ['u', ''],
  ] as const) {
    const { paintedMs, gapsMs, tookMs } = await press(page, key);
    // What is painted late still belongs to this action.
    await page.waitForTimeout(500);
    if (!what) continue;
    painted.push(...paintedMs);
    const longest = Math.max(...gapsMs);
    console.error(
      `${what}: ${Math.round(tookMs)} ms, ${gapsMs.length} times painted, at most ${Math.round(longest)} ms apart`,
    );
    rows.push(
      row(`longest stretch without a new picture while 1 048 576 pages are ${what}`, 'ms', 1, longest, stuckMs),
    );
  }
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await press(page, 'w');
  const slow = await untilMs(page, /^absent 0$/);
  await press(page, 'd');
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await page.getByRole('button', { name: /^absent 1,048,576$/ }).waitFor();
  await page.evaluate(() => void Reflect.get(globalThis, 'filled')('w'));
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await passed(frozenMs);
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  const frozen = await untilMs(page, /^absent 0$/);
  rows.push(
    row('after 1 048 576 pages filled, a page on a CPU 6 times as slow shows all', 'ms', 1, slow, backMs),
    row('a page that was frozen while they filled shows all', 'ms', 1, frozen, backMs),
  );
  const sorted = painted.toSorted((one, other) => one - other);
  const late = sorted[Math.floor(0.95 * sorted.length)] ?? Number.NaN;
  return [
    row('look to painted grid while 1 048 576 pages fill, median', 'ms', 1, median(painted), frameMs),
    row('look to painted grid while 1 048 576 pages fill, of 95 %', 'ms', 2, late, frameMs),
    ...rows,
  ];
}

export default async function fill(): Promise<readonly (Row | Skipped)[]> {
  const name = 'pages that fill in the window';
  if (freemem() < 1.5 * regionPages * pageSize()) return [{ name, skipped: 'there is too little free memory' }];
  return inWindow(name, measure);
}
