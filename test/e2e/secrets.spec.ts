import type { Page } from '@playwright/test';
import { expectNoViolations } from '../support/e2e/accessibility.ts';
import { test as appTest, expect } from '../support/e2e/fixtures.ts';
import { open, windowOf } from '../support/e2e/window.ts';

/** gcore stops a process of a gigabyte of address space and writes much of it, twice. */
const longRun = { timeout: 120_000 };

/** One run of the experiment, for every test of this file. */
const test = appTest.extend<object, { secretPage: Page }>({
  secretPage: [
    async ({ withApp }, use) =>
      withApp(
        async (page) => {
          await open(page, '#/secret-page');
          const { step, resume, state } = windowOf(page);
          // As far as the protected page is made: the three stand below each other, and the legend counts what core
          // files leave out.
          for (let next = ''; !next.includes('writes random bytes into A'); next = await state.innerText()) {
            await step.click();
            await expect(state).toContainText('Paused');
            await expect(state).not.toHaveText(next);
          }
          await expect(page.getByRole('button', { name: /^don’t dump [1-9]$/ })).toBeVisible();
          await expect(page.getByRole('application').nth(1)).toHaveAccessibleName(/ 1 don’t dump/);
          const boxes = await Promise.all(
            ['A', 'B', 'C'].map((label) => page.getByRole('article', { name: `Region ${label}` }).boundingBox()),
          );
          expect(new Set(boxes.map((box) => box?.x)).size).toBe(1);
          await resume.click();
          await expect(state).toHaveText('Completed', longRun);
          await use(page);
        },
        { locale: 'en-US', viewport: { width: 1440, height: 900 } },
      ),
    { scope: 'worker', timeout: 2 * longRun.timeout },
  ],
});

const coreFiles = (page: Page) => page.getByRole('region', { name: 'Core files' });
const notMeasured = (page: Page) => coreFiles(page).getByRole('list', { name: 'Not measured' }).getByRole('listitem');

/**
 * The card of the kernel's core file, whichever way it was found. Where there is none here, the window says why, and so
 * does the skip.
 */
async function kernelCore(page: Page) {
  const card = coreFiles(page).getByRole('article', { name: /^Core file (written by the kernel|kept by)/ });
  if ((await card.count()) === 0) {
    const reason = notMeasured(page).filter({ hasText: /Skipped for it: .*core file/i });
    await expect(reason.first()).toBeVisible();
    test.skip(true, await reason.first().innerText());
  }
  return card.first();
}

// By one worker: each would run it anew.
test.describe.configure({ mode: 'default' });

test('secret-page proves that the protected page is not in the core file', async ({ secretPage: page }) => {
  const card = await kernelCore(page);
  await expect(card.getByRole('banner').or(card.locator('header'))).toContainText('found 1 time in A (unprotected)');
  await expect(card).toContainText('not found in B (locked, don’t dump)');
  await expect(card).toContainText('Kept out');
  const rows = card.getByRole('row');
  await expect(rows.filter({ hasText: 'A (unprotected)' })).toContainText('marker of A found 1 time');
  await expect(rows.filter({ hasText: 'B (locked, don’t dump)' })).toContainText(/0 B.*no marker found/);
  await expect(card).toContainText(/searched in .*mappings/);
});

test('keys go from mapping to mapping of the core file, and each is told in words', async ({ secretPage: page }) => {
  const card = await kernelCore(page);
  const strip = card.getByRole('slider');
  await expect(strip).toHaveAttribute('aria-valuetext', /\d+ mappings/);
  await strip.focus();
  const told: string[] = [];
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('PageDown');
    const text = (await strip.getAttribute('aria-valuetext')) ?? '';
    if (told.at(-1) === text) break;
    told.push(text);
  }
  expect(told.filter((text) => /region A .*marker of A found 1 time/.test(text))).toHaveLength(1);
  expect(told.filter((text) => /region B .*nothing of it in the file · no marker found/.test(text))).toHaveLength(1);
  await expect(card).toContainText(told.at(-1) ?? '');
  await page.keyboard.press('Escape');
  await expect(strip).toHaveAttribute('aria-valuetext', /\d+ mappings/);
});

test('gcore -a is shown to override MADV_DONTDUMP', async ({ secretPage: page }) => {
  const card = coreFiles(page).getByRole('article', { name: 'Core file of gcore -a' });
  if ((await card.count()) === 0) {
    const reason = notMeasured(page).filter({ hasText: 'gcore -a' });
    await expect(reason.first()).toBeVisible();
    test.skip(true, await reason.first().innerText());
  }
  await expect(card).toContainText('found 1 time in B (locked, don’t dump)');
  await expect(card).toContainText('In the file');
});

// Last: it leaves the window in Chinese.
test('axe finds nothing in the core files, in both languages and both themes', async ({ secretPage: page }) => {
  await expect(coreFiles(page)).toBeVisible();
  await expectNoViolations(page);
  await page.getByText('中文', { exact: true }).click();
  await expectNoViolations(page);
});
