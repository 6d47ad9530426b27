import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from '@playwright/test';
import { feature } from '../../native/probes/features.ts';
import { expectNoViolations, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, exported, test } from '../support/e2e/fixtures.ts';
import { open, windowOf } from '../support/e2e/window.ts';
import { benchOf, map, openBench, select } from '../support/e2e/workbench.ts';

async function runFirstTouch(page: Page, pages: string): Promise<void> {
  await open(page, '#/first-touch');
  const { run, state, parameter } = windowOf(page);
  await parameter('Pages').fill(pages);
  await run.click();
  await expect(state).toHaveText('Completed');
}

/** The same recording with a step that nobody can read. */
async function damagedOf(bytes: Buffer, folder: string): Promise<Buffer> {
  const file = join(folder, 'damaged.pagescope');
  await writeFile(file, bytes);
  const database = new DatabaseSync(file);
  database.exec("UPDATE step SET json = '{' WHERE idx = 3");
  database.close();
  return readFile(file);
}

test('a run is found among the recordings, and its steps show their pages again', async ({ page }) => {
  await runFirstTouch(page, '23');
  await page.getByRole('navigation').getByRole('link', { name: 'Recordings' }).click();
  const row = page
    .getByRole('table', { name: /^Recordings/ })
    .getByRole('row')
    .filter({ hasText: 'Pages 23' })
    .first();
  await expect(row).toContainText('completed');
  await row.getByRole('link', { name: 'First touch' }).click();
  const { run, state, steps, grid } = windowOf(page);
  await expect(state).toHaveText('Completed');
  await expect(run).toHaveCount(0);
  await expect(grid).toBeVisible();
  const resident = page.getByRole('button', { name: /^resident [\d,]+$/ });
  await expect(resident).toHaveAccessibleName('resident 23');
  await steps.getByRole('listbox').press('Home');
  await expect(resident).toHaveAccessibleName('resident 0');
  await steps.getByRole('option').filter({ hasText: 'Write page 0' }).click();
  await expect(resident).toHaveAccessibleName('resident 1');

  await page.getByRole('button', { name: 'Export' }).click();
  const file = await exported(page, () => page.getByRole('menuitem', { name: 'Web page (HTML)' }).click());
  expect(file.name).toMatch(/^pagescope-first-touch-.*\.html$/);
  expect(file.text).toContain('First touch');
  await expect(page.getByText(file.name)).toBeVisible();

  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Table (CSV)' }).click();
  const table = await exported(page, () => page.getByRole('menuitem', { name: 'Claims' }).click());
  expect(table.name).toMatch(/^pagescope-first-touch-claims-.*\.csv$/);
  expect(table.text).toMatch(/^claim,status,/);

  // The address leads back to it, and to the step.
  await expect(page).toHaveURL(/%40step=\d+$/);
  await page.reload();
  await expect(resident).toHaveAccessibleName('resident 1');
  await page.getByRole('link', { name: 'All recordings' }).click();
  await expect(row).toBeVisible();
});

test('a recording has its filmstrip in the list, is kept there, and is deleted when its deletion is confirmed', async ({
  page,
}) => {
  await runFirstTouch(page, '29');
  // Another run ends the session of the one before: what is still written is neither moved nor deleted.
  await runFirstTouch(page, '16');
  await open(page, '#/recordings');
  const row = page.getByRole('table').getByRole('row').filter({ hasText: 'Pages 29' }).first();
  const film = row.locator('canvas');
  const colours = () =>
    film.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 4).join())).size;
    });
  await expect.poll(colours).toBe(2);
  const keep = row.getByRole('button', { name: /^Keep First touch, / });
  const before = await row.getByRole('link').getAttribute('href');
  await keep.click();
  await expect(keep).toHaveAttribute('aria-pressed', 'true');
  await expect(row.getByRole('link')).toHaveAttribute('href', /kept/);
  await keep.click();
  await expect(row.getByRole('link')).toHaveAttribute('href', before ?? '');
  const remove = row.getByRole('button', { name: /^Delete First touch, / });
  const dialog = page.getByRole('dialog', { name: 'Delete this recording?' });
  await remove.click();
  await expect(dialog).toContainText('Can’t be undone');
  await dialog.getByRole('button', { name: 'Cancel' }).last().click();
  await expect(dialog).toBeHidden();
  await remove.click();
  await expectNoViolationsNow(page);
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.locator(`a[href="${before}"]`)).toHaveCount(0);
  await expect(page.getByText('one at most 16 MiB')).toBeVisible();
});

test('how much all recordings may take is changed in the list, and asks before it deletes any', async ({ page }) => {
  await runFirstTouch(page, '37');
  await runFirstTouch(page, '16');
  await open(page, '#/recordings');
  const limit = page.getByRole('combobox', { name: 'How much all recordings may take' });
  const row = page.getByRole('table').getByRole('row').filter({ hasText: 'Pages 37' }).first();
  await expect(row).toBeVisible();
  await expect(limit).toHaveValue(String(64 << 20));
  await limit.selectOption('1 GiB');
  await expect(page.getByText('in all, one at most 256 MiB')).toBeVisible();
  await page.reload();
  await expect(limit).toHaveValue(String(1 << 30));
  const dialog = page.getByRole('dialog', { name: 'Delete the oldest recordings?' });
  await limit.selectOption('record nothing');
  await expect(dialog).toContainText(/^.*\d+ recordings? \([\d.,]+ [KM]iB\) (is|are) over this limit/);
  await expectNoViolationsNow(page);
  await dialog.getByRole('button', { name: 'Cancel' }).last().click();
  await expect(limit).toHaveValue(String(1 << 30));
  await expect(row).toBeVisible();
  await limit.selectOption('record nothing');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('Nothing is recorded, as the limit says.')).toBeVisible();
  await expect(row).toHaveCount(0);
  // From the next run on.
  await runFirstTouch(page, '37');
  await runFirstTouch(page, '16');
  await open(page, '#/recordings');
  await expect(row).toHaveCount(0);
  await limit.selectOption('64 MiB');
  await runFirstTouch(page, '37');
  await open(page, '#/recordings');
  await expect(row).toBeVisible();
});

test('a name that no recording has is said to be missing', async ({ page }) => {
  await open(page, '#/recordings/gone.pagescope');
  await expect(page.getByText('There is no recording named “gone.pagescope”.')).toBeVisible();
});

test('a recording elsewhere is opened by its path, and a file that is none is refused with a sentence', async ({
  page,
}) => {
  await open(page, '#/recordings');
  const path = page.getByLabel('A recording elsewhere');
  const openIt = page.getByRole('button', { name: 'Open', exact: true });
  await path.fill('run.pagescope');
  await openIt.click();
  await expect(page.getByText('Write the absolute path of a recording')).toBeVisible();
  await path.fill('/etc/passwd');
  await openIt.click();
  await expect(page.getByRole('alert')).toContainText('/etc/passwd');
  await page.getByRole('link', { name: 'All recordings' }).click();
  await expect(path).toBeVisible();
});

/** The bytes of a recording that is listed for such parameters, from the disk of this machine. */
function bytesOf(page: Page, home: string, parameters: string): Promise<Buffer> {
  const row = page.getByRole('table').getByRole('row').filter({ hasText: parameters }).first();
  const title = row.getByRole('link').getAttribute('title');
  return title.then((name) => readFile(join(home, 'data', 'pagescope', 'recordings', name ?? '')));
}

async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, base64]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, bytes.toString('base64')] as const,
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await expect(page.getByText('Drop the recording to open it')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await expect(page.getByText('Drop the recording to open it')).toHaveCount(0);
}

test('a recording that is dropped or chosen opens, and one that is none is refused with a sentence', async ({
  page,
  home,
}) => {
  await runFirstTouch(page, '31');
  // The next run ends the session, and with it the writing of its recording.
  await runFirstTouch(page, '16');
  await open(page, '#/recordings');
  const bytes = await bytesOf(page, home, 'Pages 31');
  await open(page, '#/first-touch');
  await drop(page, 'mine.pagescope', bytes);
  const { state, grid } = windowOf(page);
  const resident = page.getByRole('button', { name: /^resident [\d,]+$/ });
  await expect(page.locator('header').getByText('Pages 31, Access write')).toBeVisible();
  await expect(state).toHaveText('Completed');
  await expect(grid).toBeVisible();
  await expect(resident).toHaveAccessibleName('resident 31');
  // What was sent goes with its window.
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('“mine.pagescope” was dropped on a window that is gone');

  await open(page, '#/recordings');
  const choose = async (name: string, buffer: Buffer): Promise<void> => {
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await (await chosen).setFiles({ name, mimeType: 'application/octet-stream', buffer });
  };
  await choose('mine.pagescope', bytes);
  await expect(page.locator('header').getByText('Pages 31, Access write')).toBeVisible();

  await drop(page, 'damaged.pagescope', await damagedOf(bytes, home));
  await expect(page.getByText('This recording is damaged: 1 of its records could not be read')).toBeVisible();
  await expectNoViolations(page);

  const newer = Buffer.from(bytes);
  newer.writeUInt32BE(99, 60);
  await drop(page, 'newer.pagescope', newer);
  await expect(page.getByRole('alert')).toContainText('newer.pagescope cannot be opened: a newer version');
  await drop(page, 'cut.pagescope', bytes.subarray(0, 60));
  await expect(page.getByRole('alert')).toContainText('cut.pagescope cannot be opened: it is not a recording');
  await drop(page, 'notes.txt', Buffer.from('not a recording'));
  await expect(page.getByText('“notes.txt” cannot be opened: it is not a recording of Pagescope.')).toBeVisible();
  await expectNoViolations(page);
});

test('two recordings are compared at linked instants, which their address has, and swapped', async ({ page }) => {
  test.skip(feature('zero-page').status !== 'available', 'here a page that was read is as one that was written');
  await runFirstTouch(page, '19');
  await page.getByRole('combobox', { name: 'Access' }).click();
  await page.getByRole('option', { name: 'read', exact: true }).click();
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await open(page, '#/recordings');
  const rows = page.getByRole('table').getByRole('row').filter({ hasText: 'Pages 19' });
  await rows.filter({ hasText: 'Access write' }).first().getByRole('checkbox').check();
  await rows.filter({ hasText: 'Access read' }).first().getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Compare the two' }).click();
  const side = (letter: string) => page.getByRole('region', { name: `Recording ${letter}`, exact: true });
  await expect(side('A')).toContainText('Access write');
  await expect(side('B')).toContainText('Access read');
  const numbers = page.getByRole('region', { name: 'Numbers' });
  await expect(numbers.getByRole('row').filter({ hasText: 'firstTouchPerPageNs' })).toContainText(/[µnm]s.*× [\d.]+/);
  const differ = page.getByText(/pages (is|are) in another state at these instants/);
  await expect(differ).toHaveText(/^19 of 19 pages are/);
  await expect(page.getByText(/^B touched 19 pages in .*; the claims came out the same/)).toContainText(
    '19 of 19 pages differ at the end (resident in A, zero page in B)',
  );
  // Moving one playhead moves the other.
  const film = (letter: string) => page.getByRole('slider', { name: new RegExp(`^${letter}: `) });
  const [filmA, filmB] = [film('A'), film('B')];
  await filmA.press('Home');
  for (let moves = 0; moves < 5; moves++) await filmA.press('ArrowRight');
  await expect(filmB).toHaveAttribute('aria-valuenow', '6');
  await expect(differ).toHaveText(/^3 of 19 pages are/);
  await expect(numbers.getByRole('row').filter({ hasText: 'zero page' }).first()).toHaveText(/^0.*3$/);
  await filmB.press('ArrowRight');
  await expect(filmA).toHaveAttribute('aria-valuenow', '7');
  // The bar is the other's, which is zoomed with it.
  await filmB.press('+');
  await page.getByRole('button', { name: 'Zoomed in 1.5 times' }).click();
  await expect(page.getByRole('button', { name: /^Zoomed in/ })).toHaveCount(0);
  // Apart, each has its own, and a reload comes back to both.
  await page.getByRole('button', { name: 'One playhead for both' }).click();
  await filmB.press('ArrowRight');
  await expect(filmB).toHaveAttribute('aria-valuenow', '8');
  await expect(differ).toHaveText(/^5 of 19 pages are/);
  await expect(page).toHaveURL(/%40a=7&%40b=8$/);
  await page.reload();
  await expect(filmA).toHaveAttribute('aria-valuenow', '7');
  await expect(filmB).toHaveAttribute('aria-valuenow', '8');
  await expect(page.getByRole('button', { name: 'One playhead for both' })).toHaveAttribute('aria-pressed', 'false');
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Swap' }).click();
  await expect(side('A')).toContainText('Access read');
  await expect(filmA).toHaveAttribute('aria-valuenow', '8');
});

test('both of two runs are run again, one after the other, and what is recorded then is compared', async ({ page }) => {
  for (const pages of ['20', '21']) await runFirstTouch(page, pages);
  await open(page, '#/recordings');
  const rows = page.getByRole('table').getByRole('row');
  for (const of of ['Pages 20', 'Pages 21']) {
    await rows.filter({ hasText: of }).first().getByRole('checkbox').check();
  }
  await page.getByRole('button', { name: 'Compare the two' }).click();
  const side = (letter: string) => page.getByRole('region', { name: `Recording ${letter}`, exact: true });
  await expect(side('A')).toContainText('Pages 20');
  await expect(side('B')).toContainText('Pages 21');
  const addresses = async () => {
    const links = [side('A'), side('B')].map((each) => each.getByRole('link').first().getAttribute('href'));
    return Promise.all(links);
  };
  const before = await addresses();
  await page.getByRole('button', { name: 'Run both' }).click();
  const old = before.map((address) => (address ?? '').replace('#/recordings/', ''));
  await expect(page).not.toHaveURL(new RegExp(old[0] ?? ''));
  await expect(side('A')).toContainText('Pages 20');
  await expect(side('B')).toContainText('Pages 21');
  const after = await addresses();
  expect(new Set([...before, ...after]).size).toBe(4);
  await expect(page.getByText(/^\d+ of 20 pages (is|are) in another state/)).toBeVisible();
  await open(page, '#/recordings');
  for (const name of after) await expect(page.locator(`a[href="${name}"]`)).toHaveCount(1);
});

test('a recorded workbench can be looked at as one, takes no actions, and is saved to be opened again', async ({
  page,
}) => {
  await openBench(page);
  await map(page, '8');
  await select(page, '2-4');
  await benchOf(page).tool('Lock').first().click();
  await expect(benchOf(page).entries.filter({ hasText: 'mlock' })).toHaveCount(1);
  await open(page, '#/recordings');
  await page.getByRole('row').filter({ hasText: 'Workbench' }).first().getByRole('link').click();
  await expect(windowOf(page).state).toHaveText('Completed');
  const { entries, log, grid } = benchOf(page);
  await expect(grid('A')).toBeVisible();
  await expect(page.getByRole('toolbar', { name: 'Tools' })).toHaveCount(0);
  const locked = page.getByRole('button', { name: /^locked [\d,]+$/ });
  await expect(locked).toHaveAccessibleName('locked 3');
  await entries.first().click();
  await expect(locked).toHaveAccessibleName('locked 0');
  await expect(page).toHaveURL(/%40step=1$/);
  await expect(log.getByRole('button', { name: 'Copy as C' })).toBeVisible();
  await expect(log.getByRole('button', { name: /^(Repeat|Do it again|Undo)/ })).toHaveCount(0);
  await page.getByRole('slider', { name: /^Time of the session/ }).press('Escape');
  await expect(locked).toHaveAccessibleName('locked 3');
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Export' }).click();
  const file = await exported(page, () => page.getByRole('menuitem', { name: 'Save the session' }).click());
  expect(JSON.parse(file.text)).toMatchObject({ actions: [{ action: { kind: 'add' } }, { action: { kind: 'act' } }] });
});

test('axe finds nothing in the list, in both themes and both languages', async ({ page }) => {
  await runFirstTouch(page, '16');
  await inEachLanguage(page, async () => {
    await open(page, '#/recordings');
    await expect(page.getByRole('table').getByRole('link').first()).toBeVisible();
    await expectNoViolationsNow(page);
  });
});

test('axe finds nothing in an opened recording, in both themes and both languages', async ({ page }) => {
  await runFirstTouch(page, '16');
  await inEachLanguage(page, async () => {
    await open(page, '#/recordings');
    await page.getByRole('table').getByRole('link').first().click();
    // The last: the locks over time have one too.
    await expect(page.getByRole('slider').last()).toBeVisible();
    await expectNoViolationsNow(page);
  });
});

test('axe finds nothing in two recordings, in both themes and both languages', async ({ page }) => {
  for (const pages of ['16', '17']) await runFirstTouch(page, pages);
  await inEachLanguage(page, async () => {
    await open(page, '#/recordings');
    for (const at of [0, 1]) await page.getByRole('table').getByRole('checkbox').nth(at).check();
    await page.getByRole('button', { name: /^(Compare the two|比较这两个)$/ }).click();
    await expect(page.getByRole('slider')).toHaveCount(2);
    await page.getByRole('slider').first().press('Home');
    await expectNoViolationsNow(page);
  });
});
