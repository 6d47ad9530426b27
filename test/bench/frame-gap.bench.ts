/**
 * The window while each experiment on speculative allocation runs at full speed: the time between two of its frames,
 * which 19 of 20 do not exceed. Its promise is 50 ms.
 */
import type { Page } from '@playwright/test';
import { inWindow } from '../support/bench/in-window.ts';
import { type Row, row, type Skipped } from '../support/bench/row.ts';
import { setPace } from '../support/e2e/window.ts';

const experiments = ['growth-factor', 'pool', 'thread-cache', 'reserve-commit', 'free-keeps-rss', 'runaway-pool'];
const mostMs = 50;

/** Milliseconds between the frames of a run, from its click to its end. */
function framesOfRun(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const frames: number[] = [];
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent?.trim() === 'Run');
    if (!button) throw new Error('There is nothing to run.');
    button.click();
    await new Promise<void>((done) => {
      let last = performance.now();
      let began = false;
      const tick = (now: number): void => {
        frames.push(now - last);
        last = now;
        const state = document.querySelector('[role=status][data-state]')?.getAttribute('data-state');
        began ||= state === 'running';
        if (began && state !== 'running') done();
        else requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    return frames;
  });
}

async function measure(page: Page): Promise<Row[]> {
  const rows: Row[] = [];
  await setPace(page, 0);
  for (const experiment of experiments) {
    await page.evaluate((id) => {
      location.hash = `#/${id}`;
    }, experiment);
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    const frames = (await framesOfRun(page)).toSorted((one, other) => one - other);
    const p95 = frames[Math.floor(frames.length * 0.95)] ?? Number.NaN;
    console.error(`${experiment}: ${frames.length} frames, the longest after ${frames.at(-1)?.toFixed(0)} ms`);
    rows.push(row(`${experiment} in the window: p95 between two frames, against 50 ms`, 'ms', 1, p95, mostMs));
  }
  return rows;
}

export default function frameGap(): Promise<readonly (Row | Skipped)[]> {
  return inWindow('the window while experiments run', measure);
}
