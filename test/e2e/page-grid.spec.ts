import { expect, test } from '../support/e2e/fixtures.ts';
import { windowOf } from '../support/e2e/window.ts';
import { hex, measureGrid, readCells, tokensOf } from '../support/grid-pixels.ts';

test('the grid of a run: every page painted, told by the cursor, selected by keys and by a drag, zoomed by the wheel', async ({
  page,
}) => {
  const { run, state, grid, note, steps } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(grid).toHaveAccessibleName('Region A, 64 pages: 64 resident');

  // The end of the first row tells how many columns there are.
  await grid.press('End');
  await expect(note).toContainText(/Page [1-9]/);
  const columns = 1 + Number(/Page (\d+)/.exec(await note.innerText())?.[1]);
  await grid.press('Escape');
  const canvas = grid.locator('canvas');
  const { well = 0, 'page-resident': resident = 0 } = await tokensOf(page, ['well', 'page-resident']);
  await expect(async () => {
    const cells = await readCells(canvas, await measureGrid(canvas, 64, columns, well), false);
    expect([...cells.values()].map(({ fill }) => hex(fill))).toEqual(new Array(64).fill(hex(resident)));
  }).toPass({ timeout: 40_000 });

  await page.keyboard.press('ArrowRight');
  await expect(note).toContainText('Page 0');
  await page.keyboard.press('ArrowRight');
  await expect(note).toContainText(/Page 10x[0-9a-f]+000resident.*Resident.*changed during steps? \d+/);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(note).toContainText('3 pages selected (12 KiB)');
  await page.keyboard.press('Control+End');
  await expect(note).toContainText('Page 63');
  await page.keyboard.press('Control+a');
  await expect(note).toContainText('64 pages selected (256 KiB)');
  await page.keyboard.press('Escape');
  await expect(note).toHaveCount(0);

  const box = await grid.boundingBox();
  if (!box) throw new Error('The grid has no box.');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x - 60, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x + 60, middle.y, { steps: 4 });
  await page.mouse.up();
  await expect(note).toContainText(/\d+ pages selected/);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await page.getByRole('button', { name: 'Fit' }).click();
  await expect(page.getByRole('button', { name: 'Fit' })).toBeHidden();

  await steps.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  await expect(steps.getByRole('option', { selected: true })).toContainText('mmap(');
  await page.keyboard.press('Escape');
  await expect(steps.getByRole('option', { selected: true })).toHaveCount(0);
});
