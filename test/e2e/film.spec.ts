import type { Page } from '@playwright/test';
import { expectNoViolations, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';

const filmOf = (page: Page) => ({
  film: page.getByRole('region', { name: 'Filmstrip' }),
  slider: page.getByRole('slider', { name: /^Time of the session/ }),
  resident: page.getByRole('button', { name: /^resident [\d,]+$/ }),
});

async function runFirstTouch(page: Page, pages: string): Promise<void> {
  await open(page, '#/first-touch');
  const { run, state, parameter } = windowOf(page);
  await parameter('Pages').fill(pages);
  await run.click();
  await expect(state).toHaveText('Completed');
}

test('a chosen step shows the pages that it left, everywhere, and Escape leads back to the end', async ({ page }) => {
  await runFirstTouch(page, '16');
  const { film, slider, resident } = filmOf(page);
  const { steps, grid } = windowOf(page);
  await expect(resident).toHaveAccessibleName('resident 16');
  await steps.getByRole('listbox').press('Home');
  await expect(resident).toHaveAccessibleName('resident 0');
  await expect(slider).toHaveAttribute('aria-valuetext', /^Step 1 of 20, Map 16 pages/);
  await expect(film).toContainText('pinned here');
  // The claims are those that were settled by then.
  await page.getByRole('tab', { name: 'Claims' }).click();
  const claims = page.getByRole('tabpanel', { name: /^Claims/ }).getByRole('listitem');
  await expect(claims.filter({ hasText: 'pending' })).toHaveCount(await claims.count());
  // The sixth page was written by the ninth step; its line in the program is a loop's.
  await page.getByRole('tab', { name: 'Calls' }).click();
  await steps.getByRole('option').filter({ hasText: 'Write page 5' }).click();
  await expect(resident).toHaveAccessibleName('resident 6');
  await page.getByRole('tab', { name: 'As C' }).click();
  await expect(page.locator('mark')).toContainText('write_page(');
  await slider.press('Escape');
  await expect(resident).toHaveAccessibleName('resident 16');
  await page.getByRole('tab', { name: 'Calls' }).click();
  await expect(steps.getByRole('option', { selected: true })).toHaveCount(0);
  await page.getByRole('tab', { name: 'Claims' }).click();
  await expect(claims.filter({ hasText: 'pending' })).toHaveCount(0);
  // Choosing a claim leads to the step that settled it.
  await claims.last().getByRole('button').click();
  await expect(film).toContainText('pinned here');
  await expect(grid).toBeVisible();
});

test('keys and the pointer go through the steps: pointing shows one for a moment, a click holds it', async ({
  page,
}) => {
  await runFirstTouch(page, '16');
  const { film, slider, resident } = filmOf(page);
  await slider.focus();
  await page.keyboard.press('Home');
  for (let moves = 0; moves < 4; moves++) await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuenow', '5');
  await expect(resident).toHaveAccessibleName('resident 2');
  // With Shift, steps are summed up.
  for (let moves = 0; moves < 3; moves++) await page.keyboard.press('Shift+ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', /^4 steps, \+4 resident, \d+ faults, [\d.]+ .s$/);
  await expect(film).toContainText('4 steps, +4 resident');
  await expect(resident).toHaveAccessibleName('resident 2');
  await page.keyboard.press('PageUp');
  await expect(resident).toHaveAccessibleName('resident 12');
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuenow', '20');
  await page.keyboard.press('Escape');

  const box = await slider.boundingBox();
  if (!box) throw new Error('The strip has no box.');
  const at = (step: number): [number, number] => [box.x + ((step - 0.5) / 20) * box.width, box.y + 30];
  await page.mouse.move(...at(8));
  await expect(slider).toHaveAttribute('aria-valuenow', '8');
  await expect(resident).toHaveAccessibleName('resident 5');
  await page.mouse.move(box.x + 30, box.y - 200);
  await expect(resident).toHaveAccessibleName('resident 16');
  await page.mouse.click(...at(6));
  await page.mouse.move(...at(10));
  await expect(resident).toHaveAccessibleName('resident 7');
  await page.mouse.move(box.x + 30, box.y - 200);
  await expect(resident).toHaveAccessibleName('resident 3');
  await film.getByRole('button', { name: 'change' }).click();
  await expect(resident).toHaveAccessibleName('resident 4');
  await film.getByRole('button', { name: /^End/ }).click();
  await expect(resident).toHaveAccessibleName('resident 16');
  // Played from the start, it comes to the end.
  await film.getByRole('combobox', { name: 'Playing speed' }).selectOption('16');
  await film.getByRole('button', { name: 'Play the steps' }).click();
  await expect(film.getByRole('button', { name: 'Stop playing' })).toBeVisible();
  await expect(film.getByRole('button', { name: 'Play the steps' })).toBeVisible();
  await expect(slider).toHaveAttribute('aria-valuetext', /^Now: /);
});

test('the wheel and keys zoom time: a step under the pointer stays there, and one that is gone to comes into sight', async ({
  page,
}) => {
  await runFirstTouch(page, '64');
  const { film, slider, resident } = filmOf(page);
  const box = await slider.boundingBox();
  if (!box) throw new Error('The strip has no box.');
  const x = box.x + (20.5 / 68) * box.width;
  await page.mouse.move(x, box.y + 20);
  await expect(slider).toHaveAttribute('aria-valuenow', '21');
  await page.mouse.wheel(0, -400);
  await expect(film.getByRole('button', { name: 'Zoomed in 2.7 times' })).toBeVisible();
  await page.mouse.click(x, box.y + 20);
  await expect(slider).toHaveAttribute('aria-valuenow', '21');
  // What is farther away by a step is farther away in pixels too.
  await page.mouse.move(x + box.width / 68, box.y + 20);
  await expect(slider).toHaveAttribute('aria-valuenow', '21');
  await page.mouse.move(x + (box.width / 68) * 2.7, box.y + 20);
  await expect(slider).toHaveAttribute('aria-valuenow', '22');
  await page.mouse.move(box.x, box.y - 200);
  await slider.press('End');
  await page.mouse.move(box.x + box.width - 10, box.y + 20);
  await expect(slider).toHaveAttribute('aria-valuenow', '68');
  await page.mouse.move(box.x, box.y - 200);
  await slider.press('0');
  await expect(film.getByRole('button', { name: /^Zoomed in/ })).toHaveCount(0);
  await slider.press('+');
  await expect(film.getByRole('button', { name: 'Zoomed in 1.5 times' })).toBeVisible();
  await film.getByRole('button', { name: 'Zoomed in 1.5 times' }).click();
  await expect(film.getByRole('button', { name: /^Zoomed in/ })).toHaveCount(0);
  await expect(resident).toHaveAccessibleName('resident 64');
});

test('a step is compared with others: pages that differ are counted, from the keyboard, and a reload keeps both', async ({
  page,
}) => {
  await runFirstTouch(page, '16');
  const { film, slider, resident } = filmOf(page);
  await slider.press('Home');
  for (let moves = 0; moves < 5; moves++) await slider.press('ArrowRight');
  await expect(resident).toHaveAccessibleName('resident 3');
  await slider.press('c');
  await expect(film).toContainText('From step 6 to step 6: 0 of 16 pages differ');
  for (let moves = 0; moves < 4; moves++) await slider.press('ArrowRight');
  await expect(film).toContainText('From step 6 to step 10: 4 of 16 pages differ');
  await expect(film).toContainText('4 pages absent → resident');
  await slider.press('Escape');
  await expect(film).toContainText('From step 6 to now: 13 of 16 pages differ');
  await slider.press('Home');
  await expect(film).toContainText('From step 6 to step 1: 3 of 16 pages differ');
  await slider.press('PageUp');
  await expect(film).toContainText('From step 6 to step 11: 5 of 16 pages differ');
  await expect(page).toHaveURL(/%40step=11&%40with=6$/);
  await page.reload();
  await expect(film).toContainText('From step 6 to step 11: 5 of 16 pages differ');
  await expectNoViolations(page);
  await film.getByRole('button', { name: 'End the comparison' }).click();
  await expect(film).not.toContainText('From step 6');
  await film.getByRole('button', { name: 'Compare with…' }).click();
  await expect(film).toContainText('From step 11 to step 11: 0 of 16 pages differ');
});

test('while a run goes on, what was is looked back at, and Live follows the newest again', async ({ page }) => {
  await setPace(page, 300);
  await open(page, '#/first-touch');
  const { run, stop } = windowOf(page);
  const { film, slider, resident } = filmOf(page);
  await run.click();
  await expect(resident).toHaveAccessibleName(/^resident [2-9]$/);
  await slider.press('Home');
  await expect(resident).toHaveAccessibleName('resident 0');
  const now = async (): Promise<number> => Number(/now at step (\d+)/.exec(await film.innerText())?.[1] ?? 0);
  const then = await now();
  await expect.poll(now).toBeGreaterThan(then);
  await expect(resident).toHaveAccessibleName('resident 0');
  await expect(slider).toHaveAttribute('aria-valuenow', '1');
  await film.getByRole('button', { name: /^Live/ }).click();
  await expect(resident).toHaveAccessibleName(/^resident ([3-9]|\d\d)$/);
  await stop.click();
});

test('4096 pages in 64 steps without a wait are 64 columns, and none is missing', async ({ page }) => {
  await runFirstTouch(page, '4096');
  const { slider, resident } = filmOf(page);
  await expect(slider).toHaveAttribute('aria-valuemax', '68');
  const columns = await slider
    .locator('canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 12, canvas.width, 1) ?? { data: [] };
      let runs = 0;
      for (let x = 0; x < canvas.width; x++) if (data[x * 4 + 3] && !data[x * 4 - 1]) runs++;
      return runs;
    });
  expect(columns).toBe(68);
  await slider.press('Home');
  await slider.press('ArrowRight');
  await slider.press('ArrowRight');
  for (let step = 1; step <= 64; step++) {
    await slider.press('ArrowRight');
    await expect(resident).toHaveAccessibleName(`resident ${(step * 64).toLocaleString('en')}`);
  }
});

test('axe finds nothing in a filmstrip that is held, in both themes and both languages', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    await open(page, '#/lock-limit');
    await page.getByRole('button', { name: language === 'en' ? 'Run' : '运行', exact: true }).click();
    await expect(page.getByText(language === 'en' ? 'Completed' : '已完成')).toBeVisible();
    await page.getByRole('slider', { name: language === 'en' ? /^Time of the session/ : /^会话的时间/ }).press('Home');
    await expectNoViolationsNow(page);
  });
});

test('a reload comes back to the same run at the same step, with its parameters', async ({ page }) => {
  await runFirstTouch(page, '16');
  const { slider, resident } = filmOf(page);
  const { steps, parameter, state } = windowOf(page);
  await steps.getByRole('listbox').press('Home');
  for (let moves = 0; moves < 6; moves++) await steps.getByRole('listbox').press('ArrowDown');
  await expect(resident).toHaveAccessibleName('resident 4');
  const call = await steps.getByRole('option', { selected: true }).locator('code').innerText();
  await expect(page).toHaveURL(/#\/first-touch\?pages=16&.*recording=.*step=7$/);
  await page.reload();
  await expect(slider).toHaveAttribute('aria-valuetext', /^Step 7 of 20, /);
  await expect(resident).toHaveAccessibleName('resident 4');
  await expect(steps.getByRole('option', { selected: true }).locator('code')).toHaveText(call);
  await expect(parameter('Pages')).toHaveValue('16');
  await expect(state).toHaveText('Completed');
});

test('the pages that are selected are in the address, and a reload selects them again', async ({ page }) => {
  await runFirstTouch(page, '16');
  const { grid, note } = windowOf(page);
  await grid.press('Home');
  for (let moves = 0; moves < 3; moves++) await grid.press('Shift+ArrowRight');
  await expect(note).toContainText('4 pages');
  await expect(page).toHaveURL(/%40pages=A%3A0-3$/);
  await page.reload();
  // Nothing else was chosen before: the first of them has the keyboard's cursor.
  await grid.focus();
  await expect(note).toContainText('Page 0');
  await expect(note).toContainText('4 pages');
  await grid.press('Escape');
  await expect(page).not.toHaveURL(/pages=A/);
});

test('a lost connection leaves the run readable, and a reload brings it back', async ({ page, host }) => {
  test.skip(host === 'electron', 'the desktop app has a port, which nobody can cut');
  const cut: (() => Promise<void>)[] = [];
  await page.routeWebSocket(/\/wire$/, (socket) => {
    socket.connectToServer();
    cut.push(() => socket.close());
  });
  await page.reload();
  await runFirstTouch(page, '16');
  const { slider, resident } = filmOf(page);
  const { run } = windowOf(page);
  await expect(page).toHaveURL(/recording=/);
  for (const close of cut) await close();
  await expect(page.getByRole('alert')).toContainText('The connection to Pagescope is gone');
  await expect(run).toBeDisabled();
  await slider.press('Home');
  await expect(resident).toHaveAccessibleName('resident 0');
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(slider).toHaveAttribute('aria-valuetext', /^Step 1 of 20, /);
  await expect(run).toBeEnabled();
});
