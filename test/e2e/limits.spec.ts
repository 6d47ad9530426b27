import type { Page } from '@playwright/test';
import { consoleOf, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { chooseExperiment, open, windowOf } from '../support/e2e/window.ts';

test.use({ hash: '#limits' });

/** The page about limits by what a person calls its parts. */
const limitsOf = (page: Page) => ({
  heading: page.getByRole('heading', { level: 1, name: 'Limits' }),
  refresh: page.getByRole('button', { name: 'Measure again' }),
  measured: page.getByText(/^pid \d+, measured at/),
  table: page.getByRole('table'),
  amount: page.getByLabel('I want to lock'),
  unit: page.getByRole('combobox', { name: 'Unit' }),
  answer: page.getByRole('region', { name: 'Would it work?' }).getByRole('status'),
  fixes: page.getByRole('region', { name: 'Fixes' }),
  fix: (id: string) => page.locator(`[data-fix="${id}"]`),
});

/** The engine runs in a process started by this one: both have the same limit. */
async function softLimitBytes(page: Page): Promise<number | undefined> {
  const cell = limitsOf(page)
    .table.getByRole('row', { name: /^Soft limit/ })
    .getByRole('cell')
    .nth(1);
  const text = await cell.innerText();
  return text === '∞' ? undefined : Number(text.replaceAll(',', ''));
}

test('the navigation leads to the limits, and back to the experiment', async ({ page }) => {
  const { heading, measured } = limitsOf(page);
  await open(page, '#/first-touch');
  await expect(windowOf(page).run).toBeEnabled();
  await page.getByRole('link', { name: 'Limits' }).click();
  await expect(heading).toBeVisible();
  await expect(measured).toBeVisible();
  await expect(page).toHaveTitle('Limits · Pagescope');
  await expect(page).toHaveURL(/#limits$/);
  await expect(page.getByRole('link', { name: 'Limits' })).toHaveAttribute('aria-current', 'page');
  await page.goBack();
  await expect(windowOf(page).run).toBeEnabled();
  await expect(page.getByRole('link', { name: 'Limits' })).not.toHaveAttribute('aria-current');
});

test('keys that run an experiment do nothing here', async ({ page }) => {
  await open(page, '#limits');
  const { heading, measured } = limitsOf(page);
  await expect(measured).toBeVisible();
  await page.locator('#main').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('s');
  await chooseExperiment(page, 'First touch');
  await expect(heading).toBeHidden();
  await expect(windowOf(page).state).toHaveText('Ready');
});

test('the limit is there in bytes, in KiB as ulimit prints it, and in pages', async ({ page }) => {
  await open(page, '#limits');
  const { table } = limitsOf(page);
  const row = table.getByRole('row', { name: /^Soft limit/ }).getByRole('cell');
  const [, bytes, kib, pages] = await row.allInnerTexts();
  const number = (text: string | undefined) => Number((text ?? '').replaceAll(',', ''));
  if (bytes === '∞') expect([kib, pages]).toEqual(['unlimited', '∞']);
  else {
    expect(number(kib)).toBe(Math.floor(number(bytes) / 1024));
    expect(number(pages)).toBe(Math.floor(number(bytes) / 4096));
  }
  for (const name of ['Hard limit', 'In use, VmLck'])
    await expect(table.getByRole('rowheader', { name })).toBeVisible();
  for (const title of ['Where this process runs', 'The machine']) {
    await expect(page.getByRole('region', { name: title })).toBeVisible();
  }
});

test('measures again on request', async ({ page }) => {
  await open(page, '#limits');
  const { refresh, measured } = limitsOf(page);
  await expect(measured).toBeVisible();
  await page.clock.setFixedTime(new Date('2030-01-01T03:04:05Z'));
  await refresh.click();
  await expect(measured).toContainText(/\d:04:05/);
});

test('the calculator answers as the limit and the capability say, and refuses what isn’t a size', async ({ page }) => {
  await open(page, '#limits');
  const { amount, unit, answer, fixes } = limitsOf(page);
  await amount.fill('4');
  await unit.click();
  await page.getByRole('option', { name: 'KiB' }).click();
  const soft = await softLimitBytes(page);
  const lifted = await page.getByText('RLIMIT_MEMLOCK does not apply to this process.').isVisible();
  const small = soft === undefined || soft >= 65536 || lifted;
  await expect(answer).toContainText(small ? 'It would work' : 'It would be refused');
  await amount.fill('');
  await expect(answer).toContainText('Enter a size above 0');
  await unit.click();
  await page.getByRole('option', { name: 'GiB' }).click();
  await amount.fill('4096');
  if (lifted || soft === undefined) {
    // No limit stops it, and no machine has that much.
    await expect(answer).toContainText('It would get the process killed');
    return;
  }
  await expect(answer).toContainText(/It would be refused: (ENOMEM|EPERM)/);
  await expect(answer).toContainText('The smallest change');
  await expect(fixes).toContainText('Written for 4');
  await answer.getByRole('link', { name: 'Show how' }).click();
  await expect(page.locator('[data-fix] button[aria-expanded="true"]:focus')).toHaveCount(1);
});

test('the fixes for this setup are open, the others folded, and an address opens one', async ({ page }) => {
  await open(page, '#limits');
  const { fixes, fix } = limitsOf(page);
  const here = fixes.getByRole('region', { name: 'For this setup' }).getByRole('heading').getByRole('button');
  await expect(here.first()).toHaveAttribute('aria-expanded', 'true');
  const kubernetes = fix('kubernetes').getByRole('heading').getByRole('button');
  await expect(kubernetes).toHaveAttribute('aria-expanded', 'false');
  await open(page, '#limits/kubernetes');
  await expect(kubernetes).toHaveAttribute('aria-expanded', 'true');
  await expect(kubernetes).toBeFocused();
  await expect(kubernetes).toBeInViewport();
  await expect(fix('kubernetes')).toContainText('What it changes');
  await expect(fix('kubernetes')).toContainText('How to check it');
  await page.keyboard.press('Enter');
  await expect(kubernetes).toHaveAttribute('aria-expanded', 'false');
});

test('a refused lock leads to its fix, written for what was refused', async ({ page }) => {
  await open(page, '#/lock-limit');
  const { run } = windowOf(page);
  await run.click();
  await page.getByRole('link', { name: /fix/i }).first().click({ timeout: 30_000 });
  await expect(page).toHaveURL(/limit=69632$/);
  const { fixes, amount } = limitsOf(page);
  await expect(amount).toHaveValue('68');
  await expect(fixes.getByText('68 KiB').first()).toBeVisible();
});

test('an address that names a fix opens it from the start', async ({ page }) => {
  await open(page, '#limits/setcap');
  await page.reload();
  const setcap = limitsOf(page).fix('setcap').getByRole('heading').getByRole('button');
  await expect(setcap).toHaveAttribute('aria-expanded', 'true');
  await expect(setcap).toBeInViewport();
});

test('a fix is copied with one click, and says so', async ({ page, host }) => {
  if (host === 'browser') await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '#limits/docker');
  const { fix } = limitsOf(page);
  await fix('docker').getByRole('button', { name: 'Copy: docker run' }).click();
  await expect(page.getByText('On the clipboard: docker run')).toBeVisible();
  if (host === 'browser') {
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^docker run --ulimit memlock=(-1|\d+):(-1|\d+) IMAGE$/);
  }
});

test('axe finds nothing, in both themes and both languages, and the console stays empty', async ({ page }) => {
  const said = consoleOf(page);
  await open(page, '#limits/systemd-service');
  await inEachLanguage(page, async (language) => {
    await expect(page.getByRole('heading', { level: 1, name: language === 'en' ? 'Limits' : '上限' })).toBeVisible();
    await expect(page.locator('[data-fix="systemd-service"] button[aria-expanded="true"]')).toBeVisible();
    await expectNoViolationsNow(page);
  });
  expect(said).toEqual([]);
});

test('everything fits at 1024 by 700', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await open(page, '#limits');
  const { measured, amount } = limitsOf(page);
  await expect(measured).toBeVisible();
  await expect(amount).toBeVisible();
  const overflow = await page.locator('#main > div').evaluate((main) => main.scrollWidth - main.clientWidth);
  expect(overflow).toBe(0);
});
