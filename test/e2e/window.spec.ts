import { consoleOf, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { windowOf } from '../support/e2e/window.ts';

test('a parameter that is out of bounds or no number is refused in a sentence', async ({ page }) => {
  const { parameter, run } = windowOf(page);
  await parameter('Pages').fill('0');
  await expect(page.getByRole('alert')).toContainText('Pages is 0; it must lie between 1 and');
  await expect(run).toBeDisabled();
  await parameter('Pages').fill('');
  await expect(page.getByRole('alert')).toContainText('Pages must be a whole number from 1 to');
  await page.getByRole('button', { name: 'Back to the defaults' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(run).toBeEnabled();
});

test('more memory than the budget is refused in the engine’s sentence, and the window lives on', async ({ page }) => {
  const { parameter, run, state } = windowOf(page);
  await parameter('Pages').fill('16777216');
  await run.click();
  await expect(page.getByRole('alert')).toContainText('64 GiB');
  await parameter('Pages').fill('4');
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('an experiment that does not exist is named, until the address is cleared', async ({ page }) => {
  await page.evaluate(() => {
    location.hash = '#/no-such';
  });
  await expect(page.getByText('There is no experiment named “no-such”.')).toBeVisible();
  await page.evaluate(() => {
    location.hash = '';
  });
  await expect(page.getByRole('heading', { level: 1, name: 'Start from a question' })).toBeVisible();
});

test('language and theme switch at once and are remembered', async ({ page }) => {
  await page.getByText('中文', { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: '首次访问' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.getByRole('button', { name: '切换到浅色主题' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '首次访问' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
});

test('the search finds an action by name and does it', async ({ page }) => {
  await expect(windowOf(page).run).toBeEnabled();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('light');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
});

test('axe finds nothing, in both themes and both languages, before and after a run', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    const run = page.getByRole('button', { name: language === 'en' ? 'Run' : '运行', exact: true });
    await expect(run).toBeEnabled();
    await expectNoViolationsNow(page);
    await run.click();
    await expect(page.getByText(language === 'en' ? 'Completed' : '已完成')).toBeVisible();
    await expectNoViolationsNow(page);
  });
});

test('the console stays empty through a whole visit', async ({ page }) => {
  const said = consoleOf(page);
  await page.reload();
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await page.getByRole('tab', { name: 'As C' }).click();
  await page.getByText('中文', { exact: true }).click();
  await page.getByRole('button', { name: '切换到浅色主题' }).click();
  await page.getByRole('button', { name: '运行', exact: true }).click();
  await expect(page.getByText('已完成')).toBeVisible();
  expect(said).toEqual([]);
});

test('everything can be used at 1024 by 700', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  const { run, step, stop, parameter } = windowOf(page);
  // What does not matter now is not shown.
  await expect(parameter('Seed')).toHaveCount(0);
  await parameter('Order').click();
  await page.getByRole('option', { name: 'random', exact: true }).click();
  for (const control of [run, step, stop, parameter('Pages'), parameter('Seed')])
    await expect(control).toBeInViewport();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});

test('the search leads to the licences of third parties', async ({ page }) => {
  await expect(windowOf(page).run).toBeEnabled();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: 'Search' }).fill('licences');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Licences of third parties' });
  await expect(dialog).toContainText('SIL OPEN FONT LICENSE');
  await expect(dialog).toContainText('react 19');
  await dialog.getByRole('button', { name: 'Close the licences' }).click();
  await expect(dialog).toHaveCount(0);
});

test('a tip stands below its control, follows it, and goes when that is used and when the view changes', async ({
  page,
}) => {
  const { run, step } = windowOf(page);
  const tip = page.getByRole('tooltip');
  const below = async () => {
    const [own, shown] = [await step.boundingBox(), await tip.boundingBox()];
    return Math.round((shown?.y ?? 0) - (own?.y ?? 0) - (own?.height ?? 0));
  };
  await expect(run).toBeEnabled();
  await step.hover();
  await expect(tip).toBeVisible();
  await expect.poll(below).toBe(6);
  await step.evaluate((button) => button.style.setProperty('translate', '0 12px'));
  await expect.poll(below).toBe(6);
  await step.click();
  await expect(tip).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(tip).toBeVisible();
  await page.evaluate(() => {
    location.hash = '#/recordings';
  });
  await expect(tip).toHaveCount(0);
});
