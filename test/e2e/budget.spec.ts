import type { Locator, Page } from '@playwright/test';
import { expectNoViolations } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';
import { benchOf, map, openBench, select } from '../support/e2e/workbench.ts';
import { measureGrid, tokensOf } from '../support/grid-pixels.ts';

/** The share of the window that cells cover, with the gaps between them: read from the picture. */
async function shareOfCells(page: Page, grid: Locator, pages: number, columns: number): Promise<number> {
  const { well = 0 } = await tokensOf(page, ['well']);
  const { cell } = await measureGrid(grid.locator('canvas'), pages, columns, well);
  const { width = 1, height = 1 } = page.viewportSize() ?? {};
  return (cell.width * columns * cell.height * Math.ceil(pages / columns)) / (width * height);
}

test('the cells of 64 pages cover at least 40 % of the window, before and after a run', async ({ page }) => {
  const { run, step, state, grid } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(grid).toHaveAccessibleName(/64 resident/);
  expect(await shareOfCells(page, grid, 64, 8)).toBeGreaterThanOrEqual(0.4);
  await step.click();
  await expect(state).toContainText('Paused');
  await step.click();
  await expect(grid).toHaveAccessibleName(/64 absent/);
  expect(await shareOfCells(page, grid, 64, 8)).toBeGreaterThanOrEqual(0.4);
});

for (const [pages, columns] of [
  [64, 8],
  [4096, 64],
] as const) {
  test(`the cells of ${pages} pages cover at least 40 % of the window in the workbench, and a refusal moves none`, async ({
    page,
  }) => {
    await openBench(page);
    await map(page, `${pages}`);
    const { grid } = benchOf(page);
    await grid('A').press('Control+a');
    await grid('A').press('w');
    await expect(grid('A')).toHaveAccessibleName(new RegExp(`${pages.toLocaleString('en')} resident`));
    await grid('A').press('Escape');
    await page.mouse.move(0, 0);
    expect(await shareOfCells(page, grid('A'), pages, columns)).toBeGreaterThanOrEqual(0.4);
    await select(page, '0-7');
    await grid('A').press('l');
    await expect(grid('A')).toHaveAccessibleName(/8 locked/);
    const before = await grid('A').boundingBox();
    await grid('A').press('d');
    await expect(page.getByRole('alert')).toContainText('EINVAL');
    expect(await grid('A').boundingBox()).toEqual(before);
    await page.getByRole('alert').hover();
    expect(await grid('A').boundingBox()).toEqual(before);
    await page.getByRole('button', { name: 'Dismiss the refusal' }).click();
    expect(await grid('A').boundingBox()).toEqual(before);
  });
}

test('nothing that a run says moves its pages: a caption, a refusal, its result, its end', async ({ page }) => {
  await setPace(page, 40);
  await open(page, '#/lock-limit');
  const { run, state, grid, headline } = windowOf(page);
  await run.click();
  await expect(grid).toBeVisible();
  const before = await grid.boundingBox();
  await expect(headline).toContainText('ENOMEM');
  expect(await grid.boundingBox()).toEqual(before);
  await expect(state).toHaveText('Completed');
  expect(await grid.boundingBox()).toEqual(before);
});

// 1440 × 900 enlarged to twice its size.
test('enlarged to 200 %, the grid keeps half of the window, and the calls are a sheet', async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  const { run, state, grid, steps } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const box = await grid.boundingBox();
  // With its ruler.
  expect(((box?.height ?? 0) + 20) / 450).toBeGreaterThanOrEqual(0.5);
  await expect(steps).toHaveCount(0);
  await page.getByRole('button', { name: 'Calls, C and claims' }).click();
  await expect(steps.getByRole('option').last()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(steps).toHaveCount(0);
  await expectNoViolations(page);
});

test('enlarged to 200 %, the grid of the workbench has half of the window too, and no button is cut', async ({
  page,
}) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await openBench(page);
  await map(page, '64');
  const { grid, tool } = benchOf(page);
  await expect(tool('Process')).toBeVisible();
  const box = await grid('A').boundingBox();
  expect(((box?.height ?? 0) + 20) / 450).toBeGreaterThanOrEqual(0.5);
  for (const button of await page.getByRole('button').all())
    expect(await button.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
});

test('a page is found by its number and by its address', async ({ page }) => {
  await openBench(page);
  await map(page, '1048576');
  const { grid, region } = benchOf(page);
  const note = page.getByRole('status', { name: 'Page in question' });
  await grid('A').press('g');
  const field = page.getByRole('textbox', { name: 'Go to page or address' });
  await field.fill('1048576');
  await expect(region('A')).toContainText('A page from 0 to 1,048,575');
  await field.fill('525,456');
  await field.press('Enter');
  await expect(note).toContainText('Page 525,456');
  const address = /0x[0-9a-f]+/.exec(await note.innerText())?.[0] ?? '';
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+Home');
  await expect(note).toContainText('Page 0');
  await page.keyboard.press('g');
  await field.fill(address);
  await field.press('Enter');
  await expect(note).toContainText('Page 525,456');
});

test('regions collapse to a line, share one scale, and a new one has the keys', async ({ page }) => {
  await openBench(page);
  const { grid, add, entries } = benchOf(page);
  await map(page, '64');
  await add.click();
  await map(page, '64');
  await expect(grid('B')).toBeFocused();
  const height = async (name: string) => (await grid(name).boundingBox())?.height ?? 0;
  expect(await height('A')).toBe(await height('B'));
  await grid('B').press('Home');
  await grid('B').press('w');
  await expect(grid('B')).toHaveAccessibleName(/1 resident/);
  const calls = await entries.count();
  await page.getByRole('button', { name: 'Region A: its pages' }).click();
  await expect.poll(() => height('A')).toBeLessThan(30);
  // What was clicked takes the keys that press it: they don't do again what was done last.
  await page.keyboard.press('Enter');
  await expect.poll(() => height('A')).toBeGreaterThan(100);
  await page.keyboard.press('Space');
  await expect.poll(() => height('A')).toBeLessThan(30);
  await expect(entries).toHaveCount(calls);
  const remove = async (name: string) => {
    await page.getByRole('button', { name: `Remove ${name}: unmap it` }).click();
    await page.getByRole('button', { name: `Unmap ${name}` }).click();
  };
  await remove('B');
  await expect(grid('A')).toBeFocused();
  await remove('A');
  await expect(page.getByRole('form', { name: 'New region' }).locator('input:focus')).toHaveCount(1);
});
