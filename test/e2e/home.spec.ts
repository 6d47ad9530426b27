import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inProject } from '../../scripts/project.mjs';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

const mostBytes = 250_000;

test('the script of the first screen stays under 250 kB by gzip', async ({ page, host }) => {
  test.skip(host === 'electron', 'the desktop app shows the same files');
  await open(page, '');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Why did mlock fail?' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const scripts = loaded.map((address) => basename(new URL(address).pathname)).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(1);
  const sizes = scripts.map((name) => gzipSync(readFileSync(inProject('out', 'renderer', 'assets', name))).byteLength);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(mostBytes);
});
