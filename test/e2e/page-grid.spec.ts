import { expect, test } from './fixtures.ts';
import { setPace, windowOf } from './window.ts';

test.beforeEach(async ({ page }) => {
  await setPace(page, 0);
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
});

test('the cursor says page, address, state, flags and the last change', async ({ page }) => {
  const { grid, note } = windowOf(page);
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await expect(note).toContainText('Page 0');
  await page.keyboard.press('ArrowRight');
  await expect(note).toContainText('Page 1');
  await expect(note).toContainText(/0x[0-9a-f]+000/);
  await expect(note).toContainText('resident');
  await expect(note).toContainText('Resident');
  await expect(note).toContainText(/changed during steps? \d+/);
  await page.keyboard.press('Control+End');
  await expect(note).toContainText('Page 63');
});

test('Shift extends the selection, Ctrl A selects all, Escape clears', async ({ page }) => {
  const { grid, note } = windowOf(page);
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(note).toContainText('3 pages selected (12 KiB)');
  await page.keyboard.press('Control+a');
  await expect(note).toContainText('64 pages selected (256 KiB)');
  await page.keyboard.press('Escape');
  await expect(note).not.toContainText('selected');
});

test('a drag selects, and the wheel zooms in and out again', async ({ page }) => {
  const { grid, note } = windowOf(page);
  const box = await grid.boundingBox();
  if (!box) throw new Error('The grid has no box.');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x - 60, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x + 60, middle.y, { steps: 4 });
  await page.mouse.up();
  await expect(note).toContainText(/\d+ pages selected/);
  await page.mouse.wheel(0, -400);
  await expect(page.getByRole('button', { name: 'Fit' })).toBeVisible();
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(page.getByRole('button', { name: 'Fit' })).toBeHidden();
});

test('the canvas is painted in the colour of resident pages', async ({ page }) => {
  const { grid } = windowOf(page);
  const share = await grid.locator('canvas').evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const colour = getComputedStyle(canvas).getPropertyValue('--page-resident').trim();
    const value = Number.parseInt(colour.slice(1), 16);
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let painted = 0;
    for (let at = 0; at < data.length; at += 4) {
      const pixel = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
      if (pixel === value) painted++;
    }
    return painted / (data.length / 4);
  });
  expect(share).toBeGreaterThan(0.2);
});

test('the legend picks one state out', async ({ page }) => {
  const absent = page.getByRole('button', { name: /^absent 0$/ });
  await absent.click();
  await expect(absent).toHaveAttribute('aria-pressed', 'true');
  await absent.click();
  await expect(absent).toHaveAttribute('aria-pressed', 'false');
});

test('choosing a step marks it, and its key gives it up', async ({ page }) => {
  const { steps } = windowOf(page);
  await steps.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  await expect(steps.getByRole('option', { selected: true })).toContainText('mmap(');
  await page.keyboard.press('Escape');
  await expect(steps.getByRole('option', { selected: true })).toHaveCount(0);
});
