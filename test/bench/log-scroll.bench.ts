/**
 * The log of the workbench with 10 000 operations, scrolled through in Chromium: whether each frame is there in time
 * for 60 a second.
 */
import type { CDPSession, Page } from '@playwright/test';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { type RecordedActions, type SavedWorkbench, savedWorkbenchId } from '../../protocol/workbench.ts';
import { inWindow } from '../support/bench/in-window.ts';
import { median, type Row, row, type Skipped } from '../support/bench/row.ts';

const entries = 10_000;
const frameMs = 1000 / 60;
const scrolledMs = 3000;
/**
 * CSS pixels for each frame: a wheel turned at leisure, a page at a time, and from one end to the other in a second.
 */
const speeds = [40, 700, 7600];

/** A region, and acts on a few of its pages each, in turn. To do them again takes longer than to scroll them. */
function session(): SavedWorkbench {
  const tools: readonly Tool[] = [
    { kind: 'touch', access: 'write' },
    { kind: 'mlock' },
    { kind: 'munlock' },
    { kind: 'madvise', advice: 'MADV_DONTNEED' },
  ];
  const acts: RecordedActions = Array.from({ length: entries - 2 }, (_, index) => ({
    action: {
      kind: 'act',
      region: 1,
      tool: tools[index % tools.length] ?? { kind: 'mlock' },
      pages: [(index * 7) % 60, 1 + (index % 4)],
    },
    result: { errno: null },
  }));
  const region = {
    backing: { kind: 'anonymous' },
    size: { pages: 64 },
    protection: ['PROT_READ', 'PROT_WRITE'],
    hugePages: 'never',
    populate: false,
    locked: false,
  } as const;
  return {
    schema: savedWorkbenchId,
    pagescope: '0',
    savedAt: new Date(0).toISOString(),
    kernel: '',
    pageSize: pageSize(),
    // The map and its advice are two steps.
    actions: [{ action: { kind: 'add', region: { ...region, protection: [...region.protection] } } }, ...acts],
  };
}

/** Milliseconds between the frames while the log is scrolled by so many CSS pixels in each. */
function framesWhileScrolled(page: Page, pixels: number): Promise<number[]> {
  return page.evaluate(
    async ([step, forMs]) => {
      const list = document.querySelector('[role=listbox]');
      if (!list) throw new Error('The log has no list.');
      const end = list.scrollHeight - list.clientHeight;
      const frames: number[] = [];
      let top = 0;
      await new Promise<void>((done) => {
        let last = performance.now();
        const until = last + forMs;
        const tick = (now: number): void => {
          frames.push(now - last);
          last = now;
          top = top + step > end ? 0 : top + step;
          list.scrollTop = top;
          if (now < until) requestAnimationFrame(tick);
          else done();
        };
        requestAnimationFrame(tick);
      });
      return frames.slice(1);
    },
    [pixels, scrolledMs] as const,
  );
}

/** Milliseconds that the page's main thread has been at work. */
async function workedMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
}

async function measure(page: Page): Promise<Row[]> {
  page.setDefaultTimeout(280_000);
  await page.evaluate(() => {
    location.hash = '#workbench';
  });
  const buffer = Buffer.from(JSON.stringify(session()));
  const file = { name: 'session.json', mimeType: 'application/json', buffer };
  await page.getByRole('button', { name: 'Map it' }).waitFor();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('region', { name: 'Reopened' }).waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const before = await workedMs(cdp);
  const frames: number[] = [];
  for (const speed of speeds) frames.push(...(await framesWhileScrolled(page, speed)));
  const busyMs = (await workedMs(cdp)) - before;
  const late = frames.filter((ms) => ms > 20).length;
  console.error(
    `${frames.length} frames, ${late} of them over 20 ms, the longest ${Math.max(...frames).toFixed(0)} ms`,
  );
  const name = 'log of 10 000 operations scrolled';
  return [
    row(`${name}: main thread at work per frame`, 'ms', 1, busyMs / frames.length, frameMs),
    row(`${name}: time between frames, median`, 'ms', 1.1, median(frames), frameMs),
  ];
}

export default function logScroll(): Promise<readonly (Row | Skipped)[]> {
  return inWindow('log of 10 000 operations scrolled', measure);
}
