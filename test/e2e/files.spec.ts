import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

test.use({ hash: '#/files' });

const page4k = 4096;
const folder = mkdtempSync(join(tmpdir(), 'pagescope-e2e-files-'));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A clean file of so many pages, of which all are cached. */
function fileOf(path: string, pages: number): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  const fd = openSync(file, 'w');
  writeSync(fd, new Uint8Array(pages * page4k).fill(1));
  fsyncSync(fd);
  closeSync(fd);
  return file;
}

/** A tree whose cached pages a test changes: its own, or two tests would do so at once. */
function treeOf(name: string): string {
  fileOf(`${name}/deep/er/large.db`, 256);
  fileOf(`${name}/deep/er/small`, 8);
  fileOf(`${name}/log`, 32);
  return join(folder, name);
}

const addressOf = (path: string) => `#/files?${new URLSearchParams({ path })}`;
const map = (page: Page) => page.getByRole('list', { name: /^Map of the files|^文件图/ });
const band = (page: Page) => page.getByRole('region', { name: 'Pages of the chosen file' });

/** Looks at a folder, and waits until its map is there. */
async function lookAt(page: Page, path: string): Promise<void> {
  await open(page, addressOf(path));
  await expect(map(page).getByRole('button').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look again' })).toBeVisible();
}

test('a folder is typed, mapped and listed; what is wrong with a path is said beside it', async ({ page }) => {
  const tree = treeOf('typed');
  await page.getByRole('link', { name: 'Files' }).click();
  const field = page.getByRole('textbox', { name: 'Folder or file' });
  await field.fill('src');
  await field.press('Enter');
  await expect(page.getByRole('alert')).toContainText("isn't an absolute path");
  await field.fill(`${tree}/nothing`);
  await field.press('Enter');
  await expect(page.getByRole('alert')).toContainText('does not exist');
  await field.fill(tree);
  await field.press('Enter');
  await expect(page.getByText('3 files, looked at in')).toBeVisible();
  expect(new URL(page.url()).hash).toBe(addressOf(tree));
  await expect(page.getByText('This machine’s page cache has')).toBeVisible();
  await expect(map(page).getByRole('button', { name: /^large\.db 1 MiB of 1 MiB in the page cache$/ })).toBeVisible();
  // Arrow keys go from one rectangle to the next.
  await map(page).getByRole('button').first().focus();
  await page.keyboard.press('End');
  await expect(map(page).getByRole('button').last()).toBeFocused();
  await map(page)
    .getByRole('button', { name: /^deep\/er / })
    .click();
  await expect(page.getByRole('navigation', { name: 'Where you are' })).toContainText('deep / er');
  await page.getByText('Table', { exact: true }).click();
  await expect(page.getByText('2 files found')).toBeVisible();
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('button', { name: 'all' }).click();
  await expect(page.getByText('3 files found')).toBeVisible();
  const table = page.getByRole('table');
  await expect(table.getByRole('columnheader', { name: 'Cached' })).toHaveAttribute('aria-sort', 'descending');
  await table.getByRole('button', { name: 'Size' }).click();
  await table.getByRole('button', { name: 'Size' }).click();
  await expect(table.getByRole('columnheader', { name: 'Size' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(table.getByRole('rowheader').first()).toHaveText('deep/er/small');
  await page.getByRole('textbox', { name: 'Part of a name' }).fill('LARGE');
  await expect(table.getByRole('rowheader')).toHaveText(['deep/er/large.db']);
  await page.getByRole('textbox', { name: 'Part of a name' }).fill('no such name');
  await expect(page.getByText('No file matches.')).toBeVisible();
});

test('a file’s pages are touched, evicted after a question, and locked by a process that Locks shows', async ({
  page,
}) => {
  await lookAt(page, treeOf('acted'));
  await map(page)
    .getByRole('button', { name: /^large\.db/ })
    .click();
  await expect(band(page)).toContainText('256 of 256 pages cached, in 1 run');
  await band(page).getByRole('button', { name: 'Evict…' }).click();
  const box = page.getByRole('dialog');
  await expect(box).toContainText('also for other people’s programs');
  await expect(box).toContainText('1 MiB');
  await expectNoViolationsNow(page);
  await box.getByRole('button', { name: 'Cancel' }).click();
  await expect(box).toBeHidden();
  await expect(band(page)).toContainText('256 of 256');
  await band(page).getByRole('button', { name: 'Evict…' }).click();
  await box.getByRole('button', { name: 'Evict', exact: true }).click();
  await expect(band(page)).toContainText('Evicted: 256 → 0 pages cached');
  await expect(map(page).getByRole('button', { name: /^large\.db 0 B of 1 MiB in the page cache$/ })).toBeVisible();
  const range = band(page).getByRole('textbox', { name: 'Pages' });
  await range.fill('nothing');
  await expect(band(page).getByRole('alert')).toContainText('isn’t a range of pages');
  await range.fill('16-31');
  await band(page).getByRole('button', { name: 'Touch missing' }).click();
  await expect(band(page)).toContainText('Touched: 0 → 16 pages cached');
  await band(page).getByRole('button', { name: 'Lock' }).click();
  await expect(band(page)).toContainText('Locked; 16 pages cached');
  await expect(band(page)).toContainText('16 locked');
  await page.getByRole('tab', { name: 'Locked' }).click();
  const locked = page.getByRole('region', { name: 'Locked' });
  await expect(locked).toContainText('pages 16–31');
  await expect(locked).toContainText(/process \d+: VmLck 64 KiB/);
  const pid = /process (\d+)/.exec((await locked.textContent()) ?? '')?.[1] ?? '';
  expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/VmLck:\s+64 kB/);
  await locked.getByRole('link', { name: 'Who locks what' }).click();
  await expect(page.getByRole('row', { name: new RegExp(` ${pid} `) })).toBeVisible();
  // What was looked at is still there.
  await page.goBack();
  await page.getByRole('tab', { name: 'Locked' }).click();
  await locked.getByRole('button', { name: /^Unlock/ }).click();
  await expect(page.getByText('Nothing is locked from here.')).toBeVisible();
});

test('all files of a folder are evicted after a question, and read again', async ({ page }) => {
  await lookAt(page, treeOf('all'));
  await page.getByRole('button', { name: 'Evict all…' }).click();
  const box = page.getByRole('dialog');
  await expect(box).toContainText('Evict the pages of 3 files?');
  await box.getByRole('button', { name: 'Evict', exact: true }).click();
  await expect(page.getByText('3 files: 1.16 MiB → 0 B cached')).toBeVisible();
  await expect(map(page).getByRole('button', { name: /^log 0 B of 128 KiB in the page cache$/ })).toBeVisible();
  await page.getByRole('button', { name: 'Touch all' }).click();
  await expect(page.getByText('3 files: 0 B → 1.16 MiB cached')).toBeVisible();
});

test('pages that somebody reads elsewhere appear while one looks', async ({ page }) => {
  const tree = treeOf('live');
  await lookAt(page, tree);
  await map(page)
    .getByRole('button', { name: /^large\.db/ })
    .click();
  await band(page).getByRole('button', { name: 'Evict…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Evict', exact: true }).click();
  await expect(band(page)).toContainText('0 of 256 pages cached');
  await expect(band(page).getByRole('img', { name: /^Pages 0–255: 0 cached$/ })).toBeVisible();
  readFileSync(join(tree, 'deep/er/large.db'));
  await expect(band(page)).toContainText('256 of 256 pages cached');
});

test('which pages are cached is saved, and read again after they were evicted', async ({ page }, info) => {
  const tree = treeOf('set');
  await lookAt(page, tree);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save which pages are cached' }).click();
  const saved = info.outputPath('cached.jsonl');
  await (await downloading).saveAs(saved);
  expect(readFileSync(saved, 'utf8').split('\n')[0]).toContain('pagescope/file-set@1');
  await map(page)
    .getByRole('button', { name: /^large\.db/ })
    .click();
  await band(page).getByRole('button', { name: 'Evict…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Evict', exact: true }).click();
  await expect(band(page)).toContainText('Evicted: 256 → 0 pages cached');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Read the pages of a saved set' }).click();
  await (await choosing).setFiles(saved);
  await expect(page.getByText('Of 3 files, 1 MiB were missing and were read.')).toBeVisible();
  await expect(map(page).getByRole('button', { name: /^large\.db 1 MiB of 1 MiB in the page cache$/ })).toBeVisible();
  const wrong = info.outputPath('wrong.jsonl');
  writeFileSync(wrong, 'no set\n');
  const again = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Read the pages of a saved set' }).click();
  await (await again).setFiles(wrong);
  await expect(page.getByRole('alert').filter({ hasText: 'is no set of cached pages' })).toBeVisible();
});

test('a process leads to the files that it has open, deleted ones too', async ({ page }) => {
  const path = fileOf('deleted-but-open', 16);
  const fd = openSync(path, 'r');
  rmSync(path);
  try {
    await open(page, `#/processes/${process.pid}`);
    await page.getByRole('tab', { name: 'About' }).click();
    await page.getByRole('link', { name: 'Its files in the page cache' }).click();
    await expect(page.getByText(`that process ${process.pid} has open or mapped`)).toBeVisible();
    await page.getByText('Table', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Part of a name' }).fill('deleted-but-open');
    const row = page.getByRole('table').getByRole('row').nth(1);
    await expect(row.getByRole('rowheader')).toHaveText(/deleted-but-open \(deleted\)$/);
    await row.getByRole('rowheader').getByRole('button').click();
    await expect(band(page)).toContainText('16 of 16 pages cached');
  } finally {
    closeSync(fd);
  }
});

test('a long walk is stopped, and what it found stays', async ({ page }) => {
  await open(page, addressOf('/usr'));
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  const again = page.getByRole('button', { name: 'Look again' });
  const over = page.getByText(/then stopped after|looked at in/);
  await expect(stop.or(over).first()).toBeVisible();
  // On a quick machine it may be over by now.
  await stop.click({ timeout: 5000 }).catch(() => {});
  await expect(over).toBeVisible();
  await expect(again).toBeVisible();
});

test('axe finds nothing in files, in both languages and both themes', async ({ page }) => {
  const tree = treeOf('axe');
  await inEachLanguage(page, async () => {
    await open(page, '#/files');
    await expect(page.getByRole('textbox', { name: /Folder or file|文件夹或文件/ })).toBeVisible();
    await expectNoViolationsNow(page);
    await open(page, addressOf(tree));
    await map(page)
      .getByRole('button', { name: /^large\.db/ })
      .click();
    await expect(page.getByRole('img', { name: /Pages 0–255|第 0–255 页/ })).toBeVisible();
    await expectNoViolationsNow(page);
    await page.getByText(/^(Table|表)$/).click();
    await expect(page.getByRole('rowheader').first()).toBeVisible();
    await expectNoViolationsNow(page);
  });
});
