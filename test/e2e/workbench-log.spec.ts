import type { Page } from '@playwright/test';
import { expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, exported, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

test.use({ hash: '#workbench' });

/** The parts of the workbench that the log is about, by what a person calls them in English. */
const logOf = (page: Page) => ({
  log: page.getByRole('region', { name: 'Log', exact: true }),
  entries: page.getByRole('listbox').getByRole('option'),
  entry: page.getByRole('region', { name: /^Step \d+$/ }),
  look: (name: string) => page.getByRole('radio', { name, exact: true }),
  act: (name: string) =>
    page.getByRole('group', { name: 'With this entry' }).getByRole('button', { name, exact: true }),
  locked: page.getByRole('button', { name: /^locked \d+$/ }),
  grid: page.getByRole('application'),
});

/** A region of 64 pages, mapped; its first two steps are the map and its advice. */
async function mapRegion(page: Page): Promise<void> {
  await open(page, '#workbench');
  await page.getByRole('button', { name: 'Map it' }).click();
  await expect(logOf(page).entries).toHaveCount(2);
}

/** Selects pages by what is typed, and presses a tool's key. */
async function act(page: Page, ranges: string, key: string): Promise<void> {
  const before = await logOf(page).entries.count();
  const field = page.getByRole('textbox', { name: 'Pages' });
  await field.fill(ranges);
  await field.press('Enter');
  await logOf(page).grid.focus();
  await page.keyboard.press(key);
  await expect(logOf(page).entries).toHaveCount(before + 1);
}

test('a chosen entry shows the pages before and after it, and what differs; Escape leads back to now', async ({
  page,
}) => {
  await mapRegion(page);
  await act(page, '0-15,32', 'l');
  await act(page, '0-3', 'u');
  const { entries, entry, look, locked } = logOf(page);
  await expect(locked).toHaveAccessibleName('locked 13');
  await entries.nth(2).click();
  await expect(entry).toContainText('mlock: pages 0–15, 32 of A');
  await expect(entry).toContainText('17 pages changed, 17 absent → locked');
  await expect(look('Difference')).toBeChecked();
  await expect(locked).toHaveAccessibleName('locked 17');
  await page.keyboard.press('Enter');
  await expect(look('Before')).toBeChecked();
  await expect(locked).toHaveAccessibleName('locked 0');
  await page.keyboard.press('Enter');
  await expect(look('After')).toBeChecked();
  await expect(locked).toHaveAccessibleName('locked 17');
  await page.keyboard.press('ArrowDown');
  await expect(entry).toContainText('4 pages changed, 4 locked → resident');
  await page.keyboard.press('Home');
  await expect(entry).toContainText('It was not mapped before this step.');
  await page.keyboard.press('Escape');
  await expect(entry).toHaveCount(0);
  await expect(locked).toHaveAccessibleName('locked 13');
});

test('an entry is repeated, and undone after saying how', async ({ page }) => {
  await mapRegion(page);
  await act(page, '0-7', 'l');
  await act(page, '0-7', 'u');
  const { entries, act: press, locked } = logOf(page);
  await expect(locked).toHaveAccessibleName('locked 0');
  await entries.nth(2).click();
  await press('Repeat').click();
  await expect(entries).toHaveCount(5);
  await expect(locked).toHaveAccessibleName('locked 8');
  await press('Undo…').click();
  const undo = page.getByRole('region', { name: 'How to undo it' });
  await expect(undo).toContainText('Unlocks the pages that were not locked before');
  await expect(undo).toContainText('munlock on 8 pages in 1 call, 32 KiB');
  await expect(entries).toHaveCount(5);
  await undo.getByRole('button', { name: 'Do it' }).click();
  await expect(entries).toHaveCount(6);
  await expect(locked).toHaveAccessibleName('locked 0');
  await act(page, '0-3', 'x');
  await entries.last().click();
  await press('Undo…').click();
  await expect(undo).toContainText('Can’t be undone');
  await expect(undo.getByRole('button', { name: 'Do it' })).toHaveCount(0);
});

test('an entry selects its pages again, and is copied as C and as a line of strace', async ({ page, host }) => {
  test.skip(host === 'electron', 'the desktop app has one clipboard for all tests');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await mapRegion(page);
  await act(page, '0-15,32', 'l');
  await act(page, '40', 'u');
  const { entries, act: press } = logOf(page);
  await entries.nth(2).click();
  await press('Select').click();
  await expect(page.getByText('17 of 64 pages')).toBeVisible();
  // Read only when it has been written: Chromium lets neither end when both are under way.
  const copied = async (said: string): Promise<string> => {
    await expect(page.getByText(said)).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  await press('Copy as text').click();
  expect(await copied('Step 3 is on the clipboard.')).toMatch(
    /^mlock\(0x[0-9a-f]+, 65536\) = 0 <\d+\.\d{6}> \/\* 2 calls in all \*\/$/,
  );
  await press('Copy as C').click();
  expect(await copied('The C lines of step 3 are on the clipboard.')).toContain('mlock(');
});

test('a refused entry is explained, and picked out of the log', async ({ page }) => {
  await mapRegion(page);
  await act(page, '0-7', 'l');
  await act(page, '4-9', 'd');
  const { log, entries, entry } = logOf(page);
  await entries.last().click();
  await expect(entry).toContainText('EINVAL');
  await expect(entry).toContainText(/locked/);
  await log.getByRole('checkbox', { name: 'Refused only' }).check();
  await expect(entries).toHaveCount(1);
  await expect(entries).toContainText('MADV_DONTNEED');
  await log.getByRole('checkbox', { name: 'Refused only' }).uncheck();
  await log.getByRole('textbox', { name: 'Filter by words' }).fill('MUNLOCK');
  await expect(log.getByText('No entry matches.')).toBeVisible();
  await log.getByRole('textbox', { name: 'Filter by words' }).fill('mlock page');
  await expect(entries).toHaveCount(1);
});

/** Saves the session as a person would, and gives what the file has. */
async function save(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Export' }).click();
  const saving = page.getByRole('menuitem', { name: 'Save the session (JSON)' });
  const { name, text } = await exported(page, () => saving.click());
  expect(name).toMatch(/^pagescope-workbench-[\d-]+T[\d-]+\.json$/);
  return text;
}

const reopen = (page: Page, name: string, text: string) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });

test('a saved session is opened again, and says what came out differently', async ({ page }) => {
  await mapRegion(page);
  await act(page, '0-15,32', 'l');
  await act(page, '0-3', 'u');
  const saved = await save(page);
  const { log, entries, entry, locked } = logOf(page);
  await reopen(page, 'session.json', saved);
  await expect(log.getByRole('region', { name: 'Reopened' })).toContainText('3 of 3 actions had the same result');
  await expect(locked).toHaveAccessibleName('locked 13');
  await expect(entries).toHaveCount(4);
  await reopen(page, 'other.json', saved.replace('"locked":17', '"locked":16'));
  const note = log.getByRole('region', { name: 'Reopened' });
  await expect(note).toContainText('2 of 3 actions had the same result');
  await note.getByRole('button', { name: 'Show them' }).click();
  await expect(entries).toHaveCount(1);
  await entries.click();
  await expect(entry).toContainText('when it was saved: locked pages 16');
});

test('a file that isn’t a saved session changes nothing, and one sentence says why', async ({ page }) => {
  await mapRegion(page);
  await act(page, '0-7', 'l');
  const { entries, locked } = logOf(page);
  const whole = {
    schema: 'pagescope/workbench@1',
    pagescope: '0',
    savedAt: '2025-01-01T00:00:00.000Z',
    kernel: '6',
    pageSize: 4096,
    actions: [],
  };
  const said = page.getByRole('alert').filter({ hasText: 'Not reopened' });
  for (const [name, json, words] of [
    ['cut.json', '{"schema":', '“cut.json” is not JSON'],
    ['list.json', '[]', 'isn’t a saved session: it has no “schema”'],
    ['report.json', '{"schema":"pagescope/report@1"}', 'has the schema “pagescope/report@1”'],
    ['pages.json', JSON.stringify({ ...whole, pageSize: 16384 }), 'pages of 16 KiB; pages here have 4 KiB'],
    [
      'long.json',
      JSON.stringify({ ...whole, actions: new Array(100_001).fill(0) }),
      '100,001 actions; 100,000 is the most',
    ],
    [
      'wrong.json',
      JSON.stringify({ ...whole, actions: [{ action: { kind: 'fly' } }] }),
      'actions.0.action.kind is wrong',
    ],
  ] as const) {
    await reopen(page, name, json);
    await expect(said).toContainText(words);
    await expect(said).toHaveCount(1);
  }
  await expect(entries).toHaveCount(3);
  await expect(locked).toHaveAccessibleName('locked 8');
});

test('axe finds nothing in the log and its entry, in both themes and both languages', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    await open(page, '#workbench');
    await page.getByRole('button', { name: language === 'en' ? 'Map it' : '映射', exact: true }).click();
    const { entries } = logOf(page);
    await expect(entries).toHaveCount(2);
    await logOf(page).grid.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('l');
    await expect(entries).toHaveCount(3);
    await entries.nth(2).click();
    await page.getByRole('button', { name: language === 'en' ? 'Undo…' : '撤销…' }).click();
    await expect(page.getByRole('button', { name: language === 'en' ? 'Do it' : '执行' })).toBeVisible();
    await expectNoViolationsNow(page);
  });
});

test('a long call stands whole in its row of the log, in two lines, where regions have to be told apart', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await mapRegion(page);
  await page.getByRole('button', { name: 'Add a region' }).click();
  await page.getByRole('button', { name: 'Map it', exact: true }).click();
  const { entries, grid } = logOf(page);
  await expect(entries).toHaveCount(4);
  await page.getByRole('textbox', { name: 'Pages' }).fill('0-63/4');
  await page.keyboard.press('Enter');
  await grid.last().press('f');
  await expect(entries).toHaveCount(5);
  const words = entries.last().getByText('mlock2 ONFAULT', { exact: true }).locator('..');
  await expect(words).toHaveText('mlock2 ONFAULT B 0–60 ×16');
  const drawn = await words.evaluate((element) => {
    const { textOverflow } = getComputedStyle(element);
    return { textOverflow, cut: element.scrollWidth > element.clientWidth };
  });
  expect(drawn).toEqual({ textOverflow: 'clip', cut: false });
  const [below, row] = [await words.boundingBox(), await entries.last().boundingBox()];
  expect(row?.height).toBeGreaterThanOrEqual(below?.height ?? Number.POSITIVE_INFINITY);
});
