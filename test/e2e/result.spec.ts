import { expectNoViolations, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';

test.beforeEach(({ page }) => setPace(page, 0));

test('a run opens at its key moment, says what it found out, and leads to its end and back', async ({ page }) => {
  // Slow enough for every step to be seen.
  await setPace(page, 80);
  await open(page, '#/lock-limit');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const head = page.locator('header', { has: page.getByRole('heading', { level: 1 }) });
  await expect(head).toContainText(/Under a soft limit of 64 KiB the process could lock 16 pages, 64 KiB; .* ENOMEM/);
  const locked = page.getByRole('button', { name: /^locked \d+$/ });
  // All that may be locked is; the page that was refused is not.
  await expect(locked).toHaveAccessibleName('locked 16');
  await expect(page.locator('[role=option][data-marked]')).toContainText('ENOMEM');
  await page.getByRole('button', { name: /^Shown as of step/ }).click();
  await expect(locked).toHaveAccessibleName('locked 0');
  await page.getByRole('button', { name: /^Show step/ }).click();
  await expect(locked).toHaveAccessibleName('locked 16');
});

test('the figure has every amount in words, and the numbers of the run stand below it', async ({ page }) => {
  await open(page, '#/prefault');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const figure = page.getByRole('tabpanel', { name: 'Result' }).locator('figure');
  await expect(figure.getByRole('listitem')).toHaveCount(5);
  await expect(figure.getByRole('listitem').nth(3)).toHaveText(
    /^MADV_POPULATE_READ: [\d.,]+ [nµm]s, \d+ faults later$/,
  );
  await expect(figure.locator('dt')).toHaveText([
    'touchLoopPerPageNs',
    'mapPopulatePerPageNs',
    'populateWritePerPageNs',
    'populateReadPerPageNs',
    'mlockPerPageNs',
  ]);
  await page.getByText('中文', { exact: true }).click();
  await expect(page.getByRole('tabpanel', { name: '结果' }).getByRole('listitem').nth(3)).toContainText('之后缺页');
});

test('axe finds nothing in results, of each kind of figure, in both languages and both themes', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    for (const experiment of ['first-touch', 'fork', 'lock-range', 'lock-on-fault']) {
      await open(page, `#/${experiment}`);
      await page.getByRole('button', { name: language === 'en' ? 'Run' : '运行', exact: true }).click();
      await expect(page.getByText(language === 'en' ? 'Completed' : '已完成')).toBeVisible();
      await expect(page.getByRole('tab', { name: language === 'en' ? 'Result' : '结果' })).toBeVisible();
      await expectNoViolations(page);
    }
  });
});
