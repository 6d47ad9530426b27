import { truncate, writeFile } from 'node:fs/promises';
import { feature } from '../../native/probes/features.ts';
import { benchOf, choose, map, openBench, select } from './bench.ts';
import { expect, test } from './fixtures.ts';

test('a long act shows how far it is, and Stop ends it and gives up those that wait', async ({ page }) => {
  await openBench(page);
  // The zero page is mapped a million times, again and again: long work that takes no memory. Where each page is one of its own,
  // a quarter of that is as long, and takes 1 GiB.
  const pages = feature('zero-page').status === 'available' ? 1 << 20 : 1 << 18;
  const count = pages.toLocaleString('en');
  await map(page, `${pages}`);
  const { grid, line, log, entries } = benchOf(page);
  await expect(grid('A')).toHaveAccessibleName(new RegExp(`${count} absent`));
  await grid('A').press('Control+a');
  for (const key of 'rdrdrdrd') await page.keyboard.press(key);
  await expect(line.getByRole('progressbar')).toBeVisible();
  await expect(line).toContainText(`of ${count}`);
  await expect(line).toContainText(/\d acts wait/);
  await line.getByRole('button', { name: 'Stop' }).click();
  await expect(line.getByRole('progressbar')).toHaveCount(0);
  await expect(line).toContainText(`madvise(MADV_DONTNEED) on ${count} pages`);
  expect(await entries.count()).toBeLessThan(2 + 8);
  await expect(log).toContainText(`Read: pages 0–${pages - 1} of A`);
});

test('each tool of the menu makes its call', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid, tool, entries } = benchOf(page);
  await grid('A').press('Control+a');
  await expect(entries).toHaveCount(2);
  const items = page.getByRole('menuitem');
  await tool('More').click();
  const calls = await items.locator('.code').allInnerTexts();
  expect(calls).toHaveLength(13);
  for (const [place, call] of calls.entries()) {
    if (place > 0) await tool('More').click();
    await items.nth(place).click();
    await expect(entries).toHaveCount(3 + place);
    const [, inside = call] = /^mprotect\((.*)\)$/.exec(call) ?? [];
    await expect(entries.last()).toContainText(inside);
  }
});

test('when its process is killed, what it showed stays, nothing more is asked of it, and a new one is a click away', async ({
  page,
}) => {
  await openBench(page);
  await map(page, '16');
  const { state, grid, log, entries, tool, region } = benchOf(page);
  await select(page, '0-3');
  await grid('A').press('w');
  await expect(grid('A')).toHaveAccessibleName(/4 resident/);
  process.kill(Number(/pid (\d+)/.exec(await state.innerText())?.[1]), 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('ended by SIGKILL');
  await expect(tool('Read')).toHaveCount(0);
  await grid('A').press('l');
  await entries.last().click();
  await page.getByRole('button', { name: 'Repeat' }).click();
  await expect(page.getByText('This workbench has ended')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'SIGKILL' })).toHaveCount(1);
  await expect(log).toContainText('3 steps');
  await expect(region('A')).toBeVisible();
  await page.getByRole('button', { name: 'Open a new workbench' }).click();
  await expect(state).toContainText('Open · in its own process');
  await expect(region('A')).toHaveCount(0);
  await map(page, '4');
  await expect(grid('A')).toHaveAccessibleName(/4 absent/);
});

test('a touch of pages that a file no longer has, since it shrank under its region, is refused and explained', async ({
  page,
}, info) => {
  const path = info.outputPath('shrinking.bin');
  await writeFile(path, Buffer.alloc(16 * 4096, 1));
  await openBench(page);
  const { field, grid, region, entries } = benchOf(page);
  await choose(page, 'Memory', 'file');
  await field('Path of the file').fill(path);
  await map(page, '');
  await grid('A').press('Control+a');
  await page.keyboard.press('r');
  await expect(entries).toHaveCount(2);
  // How many pages are resident then is not for us to say: a folio that the kernel could not split stays whole.
  await truncate(path, 4 * 4096);
  await page.keyboard.press('r');
  await expect(region('A').getByRole('alert')).toContainText('EFAULT');
  await expect(region('A').getByRole('alert')).toContainText('past the end of the file');
});

test('the legend counts the regions that are there, and not those that were removed', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const absent = (count: number) => page.getByRole('button', { name: `absent ${count}` });
  await expect(absent(16)).toBeVisible();
  await page.getByRole('button', { name: 'Remove A: unmap it' }).click();
  await expect(absent(0)).toBeVisible();
});
