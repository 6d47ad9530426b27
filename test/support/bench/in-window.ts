/** The window of a `pagescope serve` of its own, in headless Chromium: what a bench of the interface is measured in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chromium, type Page } from '@playwright/test';
import { chromiumOrWhy } from '../../../scripts/chromium.mjs';
import { inProject } from '../../../scripts/project.mjs';
import type { Row, Skipped } from './row.ts';

/**
 * The rows that are measured in a window, which is open while they are; one that says why, where there is no Chromium.
 *
 * @param name of what cannot be measured then
 * @param measure is also given the pid of the host
 */
export async function inWindow(
  name: string,
  measure: (page: Page, host: number) => Promise<readonly Row[]>,
): Promise<readonly (Row | Skipped)[]> {
  const found = chromiumOrWhy();
  if ('why' in found) return [{ name, skipped: found.why }];
  const host = spawn(process.execPath, [inProject('bin', 'pagescope.mjs'), 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(host, 'exit');
  const browser = await chromium.launch(found);
  try {
    if (!host.stdout) throw new Error('pagescope serve has no standard output.');
    const [url] = await once(createInterface(host.stdout), 'line');
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(String(url));
    return await measure(page, host.pid ?? 0);
  } finally {
    await browser.close();
    host.kill('SIGINT');
    await exited;
  }
}
