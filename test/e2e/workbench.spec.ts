import { writeFile } from 'node:fs/promises';
import { consoleOf, expectNoViolations, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { chooseExperiment, open, windowOf } from '../support/e2e/window.ts';
import { benchOf, choose, map, openBench, select } from '../support/e2e/workbench.ts';

test.use({ hash: '#workbench' });

test('the navigation and the search lead to it, and its session outlives a visit elsewhere', async ({ page }) => {
  const { heading, state, grid } = benchOf(page);
  await open(page, '#/first-touch');
  await expect(windowOf(page).run).toBeEnabled();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('workbench');
  await page.keyboard.press('Enter');
  await expect(heading).toBeVisible();
  await expect(page).toHaveTitle('Workbench · Pagescope');
  await expect(state).toContainText(/Open · in its own process, pid \d+/);
  await map(page, '16');
  await expect(grid('A')).toBeVisible();
  const where = await state.innerText();
  await chooseExperiment(page, 'First touch');
  await expect(heading).toBeHidden();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('link', { name: 'Workbench' }).click();
  await expect(grid('A')).toBeVisible();
  await expect(state).toHaveText(where);
});

test('a click selects a page, and keys write and lock it: the grid shows what the kernel did', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid, line, selected } = benchOf(page);
  await expect(grid('A')).toHaveAccessibleName(/16 absent/);
  const box = await grid('A').boundingBox();
  if (!box) throw new Error('The grid has no box.');
  await page.mouse.click(box.x + box.width / 2 + 8, box.y + box.height / 2 + 8);
  await expect(selected).toContainText('1 of 16 pages');
  await page.keyboard.press('w');
  await expect(grid('A')).toHaveAccessibleName(/15 absent, 1 resident/);
  await select(page, '0-3,8');
  await expect(selected).toContainText('5 of 16 pages in 2 runs');
  await benchOf(page).tool('Lock L').hover();
  await expect(line).toContainText('mlock on 5 pages in 2 calls, 20 KiB');
  await grid('A').press('l');
  await expect(grid('A')).toHaveAccessibleName(/5 locked/);
  await grid('A').press('u');
  await expect(grid('A')).not.toHaveAccessibleName(/locked/);
  // Again what was done last.
  await select(page, '5');
  await grid('A').press('f');
  await expect(grid('A')).toHaveAccessibleName(/1 locked, not in yet/);
  await select(page, '6');
  await grid('A').press('Space');
  await expect(grid('A')).toHaveAccessibleName(/2 locked, not in yet/);
  // The longest name leaves the counts where they are seen.
  for (const entry of await page.getByRole('group', { name: 'Page states' }).getByRole('button').all())
    expect(await entry.evaluate((button) => button.scrollWidth - (button.parentElement?.clientWidth ?? 0))).toBe(0);
});

test('keys build a selection of several runs, and letters in a field are letters', async ({ page }) => {
  await openBench(page);
  await map(page, '64');
  const { grid, selected, range } = benchOf(page);
  await grid('A').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+Space');
  await expect(selected).toContainText('3 of 64 pages in 2 runs');
  await range.focus();
  await page.keyboard.type('l0x10-0x1f');
  await expect(range).toHaveValue('l0x10-0x1f');
  await expect(grid('A')).toHaveAccessibleName('Region A, 64 pages: 64 absent');
  for (const [button, count] of [
    ['All', '64 of 64'],
    ['Invert', 'nothing selected'],
    ['Not resident', '64 of 64'],
    ['Locked', 'nothing selected'],
  ] as const) {
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect(selected).toContainText(count);
  }
  await page.getByRole('button', { name: 'Every n-th…' }).click();
  await page.getByLabel('One page in').fill('4');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await expect(selected).toContainText('16 of 64 pages in 16 runs');
});

test('a typed range that is wrong is answered beside the field, in a sentence', async ({ page }) => {
  await openBench(page);
  await map(page, '64');
  const { selection, selected } = benchOf(page);
  for (const [typed, sentence] of [
    ['', 'Enter pages, such as 0-15,32.'],
    ['60-64', '“60-64” reaches beyond the region, whose last page is 63.'],
    ['9-4', '“9-4” runs backwards'],
    ['some', '“some” is neither a page nor a range'],
  ] as const) {
    await select(page, typed);
    await expect(selection.getByRole('alert')).toContainText(sentence);
    await expect(selected).toContainText('nothing selected');
  }
  await select(page, '0-7,4-11');
  await expect(selection.getByRole('alert')).toHaveText('Some pages were named twice; each is selected once.');
  await expect(selected).toContainText('12 of 64 pages');
});

test('every kind of memory can be mapped, named and removed', async ({ page }, info) => {
  const path = info.outputPath('data.bin');
  await writeFile(path, new Uint8Array(5 * 4096));
  await openBench(page);
  const { field, grid, region, add } = benchOf(page);
  let letter = 'A';
  for (const [kind, shown] of [
    ['anonymous, private', 'anonymous'],
    ['anonymous, shared', 'shared'],
    ['memfd', 'memfd'],
    ['file', 'file'],
  ] as const) {
    if (letter !== 'A') await add.click();
    await choose(page, 'Memory', kind);
    if (kind === 'file') await field('Path of the file').fill(path);
    await map(page, kind === 'file' ? '' : '32 KiB');
    await expect(grid(letter)).toHaveAccessibleName(new RegExp(`Region ${letter}, ${kind === 'file' ? 5 : 8} pages`));
    await expect(region(letter)).toContainText(shown);
    letter = String.fromCharCode(letter.charCodeAt(0) + 1);
  }
  await page.getByRole('button', { name: 'Region B: rename' }).click();
  await page.getByLabel('Name of the region').fill('ring');
  await page.keyboard.press('Enter');
  await expect(region('ring')).toBeVisible();
  await page.getByRole('button', { name: 'Remove ring: unmap it' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(region('ring')).toBeVisible();
  await page.getByRole('button', { name: 'Remove ring: unmap it' }).click();
  await page.getByRole('button', { name: 'Unmap ring' }).click();
  await expect(region('ring')).toHaveCount(0);
  await expect(page.getByRole('article')).toHaveCount(3);
});

test('memfd_secret is mapped where the kernel has it, and refused in words where it has not', async ({ page }) => {
  await openBench(page);
  await choose(page, 'Memory', 'memfd_secret');
  await map(page, '8');
  const { grid, form } = benchOf(page);
  const refused = form.getByRole('alert');
  await expect(grid('A').or(refused)).toBeVisible();
  if (await refused.isVisible()) await expect(refused).toContainText('memfd_secret');
  else await expect(grid('A')).toHaveAccessibleName(/8 locked, not in yet/);
});

test('a file that is not there, and sizes that are none, are answered at the form, and nothing typed is lost', async ({
  page,
}) => {
  await openBench(page);
  const { field, form, mapIt } = benchOf(page);
  await map(page, 'many');
  await expect(form).toContainText('“many” isn’t a size');
  await field('Size').fill('0');
  await expect(form).toContainText('A region has at least one page');
  await choose(page, 'Memory', 'file');
  await mapIt.click();
  await expect(form).toContainText('Enter the path of the file');
  await field('Path of the file').fill('/no/such/file');
  await mapIt.click();
  await expect(form.getByRole('alert')).toContainText('/no/such/file');
  await page.getByRole('link', { name: 'Limits' }).click();
  await page.getByRole('link', { name: 'Workbench' }).click();
  await expect(field('Path of the file')).toHaveValue('/no/such/file');
});

test('what the kernel refuses is a result with its errno and what it means', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const { grid } = benchOf(page);
  await select(page, '0-7');
  await grid('A').press('l');
  await expect(grid('A')).toHaveAccessibleName(/8 locked/);
  await grid('A').press('d');
  const refusal = page.getByRole('alert');
  await expect(refusal).toContainText('Refused: madvise, EINVAL');
  await expect(refusal).toContainText('locked');
  await page.getByRole('tab', { name: '2 VMAs' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'locked' })).toHaveCount(1);
  await refusal.getByRole('button', { name: 'Dismiss the refusal' }).click();
  await expect(refusal).toHaveCount(0);
});

test('where locked pages stand in the way, buttons name the pages of each way out and go it', async ({ page }) => {
  await openBench(page);
  await map(page, '20');
  const { grid } = benchOf(page);
  await select(page, '0-19');
  await grid('A').press('w');
  await select(page, '4-11');
  await grid('A').press('l');
  await expect(grid('A')).toHaveAccessibleName(/8 locked/);
  await select(page, '4-19');
  await grid('A').press('d');
  const refusal = page.getByRole('alert');
  await expect(refusal.getByRole('button', { name: 'Only drop 12–19' })).toBeVisible();
  await expectNoViolations(page);
  await refusal.getByRole('button', { name: 'Only drop 12–19' }).click();
  await expect(grid('A')).toHaveAccessibleName(/8 absent/);
  await expect(grid('A')).toHaveAccessibleName(/8 locked/);
  await expect(refusal).toHaveCount(0);
  await grid('A').press('d');
  await refusal.getByRole('button', { name: 'Unlock 4–11, then drop all 16' }).click();
  await expect(grid('A')).toHaveAccessibleName(/16 absent/);
  await expect(refusal).toHaveCount(0);
});

test('mlockall is explained in the main process, and done in a process of its own', async ({ page }) => {
  await openBench(page);
  await choose(page, 'Where', 'the main process');
  const { state, grid, tool } = benchOf(page);
  await expect(state).toContainText('in the main process');
  await map(page, '8');
  await expect(grid('A')).toBeVisible();
  await tool('Process').click();
  const panel = page.getByRole('dialog', { name: 'Process' });
  await expect(panel).toContainText('This workbench runs in the main process of Pagescope');
  await panel.getByRole('button', { name: 'Reopen in its own process' }).click();
  await expect(state).toContainText('in its own process');
  await expect(grid('A')).toHaveAccessibleName(/Region A, 8 pages/);
  await panel.getByRole('checkbox', { name: /MCL_ONFAULT/ }).check();
  await panel.getByRole('button', { name: 'Lock', exact: true }).click();
  // What was locked is unlocked in the same turn: the process would not survive the next.
  const log = page.getByRole('region', { name: 'Log' });
  await expect(log).toContainText('mlockall(MCL_CURRENT|MCL_ONFAULT) = 0');
  await expect(log).toContainText('munlockall() = 0');
});

test('a region of a million pages is as workable as one of four', async ({ page }) => {
  await openBench(page);
  await map(page, '1048576');
  const { grid, selected, line } = benchOf(page);
  await expect(grid('A')).toHaveAccessibleName(/1,048,576 absent/);
  await grid('A').press('Control+a');
  await expect(selected).toContainText('1,048,576 of 1,048,576 pages');
  await expect(line).toContainText('4 GiB');
  await select(page, '0-1048575/2');
  await expect(benchOf(page).selection.getByRole('alert')).toContainText('524,288 separate runs');
  await select(page, '0-1048575/64');
  await expect(selected).toContainText('16,384 of 1,048,576 pages in 16,384 runs');
  await grid('A').press('w');
  await expect(grid('A')).toHaveAccessibleName(/1,032,192 absent, 16,384 resident/);
  await select(page, '1048575');
  await grid('A').press('w');
  await expect(grid('A')).toHaveAccessibleName(/16,385 resident/);
});

test('the question mark shows every key', async ({ page }) => {
  await openBench(page);
  await map(page, '4');
  const toolBar = page.getByRole('toolbar', { name: 'Tools' });
  await expect(toolBar).toBeVisible();
  await page.locator('#main').focus();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  const calls = {
    R: 'process_vm_readv',
    W: 'process_vm_writev',
    L: 'mlock',
    F: 'mlock2(MLOCK_ONFAULT)',
    U: 'munlock',
    D: 'madvise(MADV_DONTNEED)',
    P: 'madvise(MADV_PAGEOUT)',
    X: 'explicit_bzero',
    N: 'madvise(MADV_DONTDUMP)',
  };
  await expect(help.locator('dt kbd')).toHaveText([...Object.keys(calls), 'Space']);
  await expect(help.locator('dd .code')).toHaveText(Object.values(calls));
  await expect(help.locator('dt:not(:has(kbd))')).toHaveText([
    // Of the window and of runs, of the pages, of a process's mappings, and of the filmstrip.
    'Ctrl K',
    '?',
    'F6, Shift F6',
    'Ctrl Z',
    'Space',
    'S',
    'Shift S',
    'F11',
    'Arrow keys, Home, End, Page Up, Page Down',
    'Shift with them, or a drag',
    'Ctrl with an arrow, Ctrl Space, Ctrl click',
    'Ctrl A, Escape',
    'plus, minus, 0, Ctrl wheel',
    'G',
    'Right, Left',
    'Enter',
    'Arrow keys, Home, End',
    'Shift with them',
    'Escape',
    'plus, minus, 0',
  ]);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(toolBar).toBeVisible();
  const keyed = toolBar.locator('[aria-keyshortcuts]');
  const shortcuts = await keyed.evaluateAll((buttons) => buttons.map((each) => each.getAttribute('aria-keyshortcuts')));
  expect(shortcuts).toEqual(Object.keys(calls));
});

test('axe finds nothing, in both themes and both languages, empty and at work', async ({ page }) => {
  await open(page, '#workbench');
  await inEachLanguage(page, async (language) => {
    const mapIt = page.getByRole('button', { name: language === 'en' ? 'Map it' : '映射', exact: true });
    await expect(mapIt).toBeEnabled();
    await expectNoViolationsNow(page);
    await mapIt.click();
    const grid = page.getByRole('application');
    await grid.press('Control+a');
    await grid.press('l');
    await grid.press('d');
    await expect(page.getByRole('alert')).toBeVisible();
    await expectNoViolationsNow(page);
  });
});

test('the console stays empty, and everything is in reach at 1024 by 700', async ({ page }) => {
  const said = consoleOf(page);
  await page.setViewportSize({ width: 1024, height: 700 });
  await openBench(page);
  await map(page, '64');
  const { grid, tool, range, add } = benchOf(page);
  await grid('A').press('Control+a');
  await grid('A').press('w');
  await expect(grid('A')).toHaveAccessibleName(/64 resident/);
  for (const control of [range, add, tool('Read'), tool('No dump'), tool('More'), tool('Process')])
    await expect(control).toBeInViewport();
  const box = await grid('A').boundingBox();
  expect(box?.height).toBeGreaterThan(150);
  expect(said).toEqual([]);
});

test('a preset opens a workbench in which it is done', async ({ page }) => {
  await openBench(page);
  await page.getByRole('button', { name: 'Presets' }).click();
  await page.getByRole('menuitem').first().click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByRole('textbox').first();
  await field.fill('0');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await field.fill('128');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(benchOf(page).grid('A')).toBeVisible();
});
