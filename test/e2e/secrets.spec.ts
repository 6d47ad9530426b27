import type { Page } from '@playwright/test';
import { expectNoViolations } from './accessibility.ts';
import { expect, test } from './fixtures.ts';
import { open, setPace, windowOf } from './window.ts';

/** gcore stops a process of a gigabyte of address space and writes much of it, twice. */
const longRun = { timeout: 60_000 };

async function runSecretPage(page: Page): Promise<void> {
  await setPace(page, 0);
  await open(page, '#/secret-page');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed', longRun);
}

const coreFiles = (page: Page) => page.getByRole('tabpanel', { name: 'Core files' });

/** The card of the kernel's core file, whichever way it was found. Undefined where there is none here, and the reason is shown. */
async function kernelCore(page: Page) {
  const card = coreFiles(page).getByRole('article', { name: /^Core file (written by the kernel|kept by)/ });
  if ((await card.count()) > 0) return card.first();
  const reasons = coreFiles(page).getByRole('list', { name: 'Not measured' }).getByRole('listitem');
  await expect(reasons.filter({ hasText: /Skipped for it: .*core file/i }).first()).toBeVisible();
  return undefined;
}

test.describe.configure({ timeout: 120_000 });

test('secret-page proves that the protected page is not in the core file, or says why it could not', async ({
  page,
}) => {
  await runSecretPage(page);
  const card = await kernelCore(page);
  if (!card) return;
  await expect(card.getByRole('banner').or(card.locator('header'))).toContainText('found 1 time in A (unprotected)');
  await expect(card).toContainText('not found in B (locked, don’t dump)');
  await expect(card).toContainText('Kept out');
  const rows = card.getByRole('row');
  await expect(rows.filter({ hasText: 'A (unprotected)' })).toContainText('marker of A found 1 time');
  await expect(rows.filter({ hasText: 'B (locked, don’t dump)' })).toContainText(/0 B.*no marker found/);
  await expect(card).toContainText(/searched in .*mappings/);
});

test('keys go from mapping to mapping of the core file, and each is told in words', async ({ page }) => {
  await runSecretPage(page);
  const card = await kernelCore(page);
  if (!card) return;
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

test('gcore -a is shown to override MADV_DONTDUMP, or what it lacks here', async ({ page }) => {
  await runSecretPage(page);
  const card = coreFiles(page).getByRole('article', { name: 'Core file of gcore -a' });
  if ((await card.count()) === 0) {
    await expect(coreFiles(page).getByRole('list', { name: 'Not measured' })).toContainText('gcore -a');
    return;
  }
  await expect(card).toContainText('found 1 time in B (locked, don’t dump)');
  await expect(card).toContainText('In the file');
});

test('the three pages stand side by side, and the legend counts what core files leave out', async ({ page }) => {
  await setPace(page, 60);
  await open(page, '#/secret-page');
  await windowOf(page).run.click();
  const hidden = page.getByRole('button', { name: /^don’t dump \d+$/ });
  await expect(hidden).toBeVisible(longRun);
  await expect(page.getByRole('application').nth(1)).toHaveAccessibleName(/don’t dump/);
  await hidden.click();
  await expect(hidden).toHaveAttribute('aria-pressed', 'true');
  const boxes = await Promise.all(
    ['A', 'B', 'C'].map((label) => page.getByRole('article', { name: `Region ${label}` }).boundingBox()),
  );
  expect(new Set(boxes.map((box) => box?.y)).size).toBe(1);
});

test('axe finds nothing in the core files, in both languages and both themes', async ({ page }) => {
  await open(page, '#/secret-page');
  await expectNoViolations(page);
  await runSecretPage(page);
  // A reload would end the session, and another run writes gigabytes: switch as a person does.
  for (const [language, otherTheme] of [
    ['EN', /^Switch to/],
    ['中文', /^切换到/],
  ] as const) {
    await page.getByText(language, { exact: true }).click();
    for (let looks = 0; looks < 2; looks++) {
      await page.getByRole('button', { name: otherTheme }).click();
      await expectNoViolations(page);
    }
  }
});
