import { expectNoViolationsNow } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';
import { benchOf, map, openBench, select } from '../support/e2e/workbench.ts';

test('the first click on Step does a step, and Space then runs on: what was clicked is not pressed again', async ({
  page,
}) => {
  await setPace(page, 5);
  const { step, steps, state } = windowOf(page);
  await step.click();
  await expect(steps.getByRole('option')).toHaveCount(1);
  await expect(state).toHaveAttribute('data-state', 'paused');
  await page.keyboard.press('Space');
  await expect(state).toHaveAttribute('data-state', 'completed', { timeout: 30_000 });
});

test('a button that Tab led to is pressed by Space', async ({ page }) => {
  await setPace(page, 5);
  const { run, step, steps, state } = windowOf(page);
  await run.focus();
  await page.keyboard.press('Tab');
  await expect(step).toBeFocused();
  await page.keyboard.press('Space');
  await expect(steps.getByRole('option')).toHaveCount(1);
  await expect(state).toHaveAttribute('data-state', 'paused');
});

test('the question mark lists the keys of every view, those that run an experiment among them', async ({ page }) => {
  for (const hash of ['#/first-touch', '#/', '#limits', '#/recordings', '#workbench']) {
    await open(page, hash);
    await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
    const keys = page.getByRole('dialog', { name: 'Keys' });
    // The keys of a dialog are its own while it fades.
    await expect(async () => {
      await page.keyboard.press('?');
      await expect(keys.getByText('run, pause, go on')).toBeVisible({ timeout: 1000 });
    }).toPass();
    if (hash === '#/') await expectNoViolationsNow(page);
    await page.keyboard.press('Escape');
    await expect(keys).toBeHidden();
  }
});

test('a box that a key opened gives the focus back, also when it is opened for the first time', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const grid = benchOf(page).grid('A');
  for (const key of ['?', 'Control+k', 'g', '?']) {
    await grid.focus();
    await page.keyboard.press(key);
    await expect(grid).not.toBeFocused();
    await page.keyboard.press('Escape');
    await expect(grid).toBeFocused();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

test('Tab stops once at the tools and once at the choices of pages; arrows lead through them', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid, range, tool, selected } = benchOf(page);
  await tool('Read').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(tool('Process')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(tool('Write')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(tool('Write')).toBeFocused();
  await range.focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'All', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(selected).toContainText('16 of 16');
  let tabs = 3;
  for (; !(await grid('A').evaluate((element) => element === document.activeElement)) && tabs < 20; tabs++)
    await page.keyboard.press('Tab');
  expect(tabs).toBeLessThanOrEqual(7);
});

test('a first region that is mapped has the keys, and a typed range gives them back to its pages', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid, range, selected, entries } = benchOf(page);
  await expect(grid('A')).toBeFocused();
  await select(page, '0-3');
  await expect(selected).toContainText('4 of 16');
  await expect(grid('A')).toBeFocused();
  await page.keyboard.press('l');
  await expect(entries.filter({ hasText: 'mlock' })).toHaveCount(1);
  await expect(range).toHaveValue('0-3');
  await range.focus();
  await page.keyboard.press('Escape');
  await expect(grid('A')).toBeFocused();
});

test('F6 goes through the parts of the window, and Shift F6 back', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid, range } = benchOf(page);
  await expect(grid('A')).toBeFocused();
  await page.keyboard.press('Shift+F6');
  await expect(range).toBeFocused();
  await page.keyboard.press('F6');
  await expect(grid('A')).toBeFocused();
  await page.keyboard.press('F6');
  await expect(page.getByRole('tab', { name: 'Log' })).toBeFocused();
});

test('Ctrl Z takes back one action after the other and says how, and leaves the text of a field that was left', async ({
  page,
}) => {
  await openBench(page);
  await map(page, '16');
  const { grid, range, entries } = benchOf(page);
  await select(page, '0-3');
  await expect(grid('A')).toBeFocused();
  await page.keyboard.press('w');
  await page.keyboard.press('l');
  await expect(entries).toHaveCount(4);
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/^Undone: step 4, /)).toBeVisible();
  await expect(entries).toHaveCount(5);
  await expect(entries.nth(4)).toContainText('munlock');
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/^Undone: step 3, /)).toBeVisible();
  await expect(page.getByText(/what was written into them since is lost/)).toBeVisible();
  await expect(entries).toHaveCount(6);
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/^Not undone: step 2, /)).toBeVisible();
  await expect(entries).toHaveCount(6);
  await expect(range).toHaveValue('0-3');
  // What is done next is what is taken back next.
  await page.keyboard.press('r');
  await expect(entries).toHaveCount(7);
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/^Undone: step 7, /)).toBeVisible();
});

test('one search finds views, terms, errnos with their fix and experiment, claims, steps, exports and settings', async ({
  page,
}) => {
  await setPace(page, 5);
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveAttribute('data-state', 'completed', { timeout: 30_000 });
  await page.keyboard.press('Control+k');
  const field = page.getByRole('textbox', { name: 'Search' });
  const found = (name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name });
  const finds = {
    VmLck: /^VmLck/,
    'core dump': /^core file/,
    swap: /^swap/,
    export: 'Markdown',
    'Cannot allocate memory': /ENOMEM.*: how to fix it/,
    enomem: /ENOMEM.*: watch it happen/,
    'no page is resident': /^Before the first touch/,
    'write page 5': /^\d+ Write page 5/,
    docker: /--ulimit memlock/,
    'theme system': 'Theme of the system',
    pace: 'Pace: no wait',
    limits: /^Limits/,
  };
  for (const [query, name] of Object.entries(finds)) {
    await field.fill(query);
    await expect(found(name).first(), query).toBeVisible();
  }
  await field.fill('enomem fix');
  await field.press('Enter');
  await expect(page).toHaveURL(/#limits\/ulimit$/);
});

test('the theme of the system is followed, also when it changes', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(windowOf(page).run).toBeEnabled();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('theme of the system');
  await page.getByRole('button', { name: 'Theme of the system' }).click();
  const html = page.locator('html');
  await expect(html).toHaveCSS('color-scheme', 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(html).toHaveCSS('color-scheme', 'dark');
  await page.reload();
  await expect(html).toHaveCSS('color-scheme', 'dark');
});
