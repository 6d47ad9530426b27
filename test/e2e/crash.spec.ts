import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expectNoViolations } from '../support/e2e/accessibility.ts';
import { expect, exported, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';

const item = (page: Page, name: string) => async () => {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('menuitem', { name }).click();
};

test('of an isolated process that was killed, report, web page, C and recording can be taken away', async ({
  page,
}) => {
  await setPace(page, 300);
  await open(page, '#/lock-limit');
  const { run, state, steps } = windowOf(page);
  await run.click();
  const facts = page.locator('header').getByText(/^pid \d+/);
  await expect(facts).toContainText('own process');
  await expect(steps.getByRole('option').nth(2)).toBeVisible();
  process.kill(Number(/pid (\d+)/.exec(await facts.innerText())?.[1]), 'SIGKILL');
  await expect(state).toHaveText('Failed');
  const report = JSON.parse((await exported(page, item(page, 'Download the report (JSON)'))).text);
  expect(report).toMatchObject({ experiment: { id: 'lock-limit' } });
  expect(report.steps.length).toBeGreaterThan(2);
  expect((await exported(page, item(page, 'Web page (HTML)'))).text).toContain('SIGKILL');
  expect((await exported(page, item(page, 'program'))).text).toContain('mmap(');
  await open(page, '#/recordings');
  await page.getByRole('table').getByRole('row').nth(1).getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'Filmstrip' })).toBeVisible();
});

test('a view that fails at drawing offers what its session showed, and can be shown again', async ({ page }) => {
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await open(page, '#limits');
  await expect(run).toHaveCount(0);
  await page.evaluate(() => {
    const whole = window.ResizeObserver;
    window.ResizeObserver = class {
      constructor() {
        throw new Error('a fault for this test');
      }
    } as unknown as typeof whole;
    Object.assign(window, {
      mend: () => {
        window.ResizeObserver = whole;
      },
    });
  });
  await open(page, '#/first-touch');
  await expect(page.getByRole('heading', { name: 'This view can’t be shown' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('a fault for this test');
  await expectNoViolations(page);
  const button = (name: string) => page.getByRole('button', { name });
  expect((await exported(page, () => button('Web page (HTML)').click())).text).toContain('First touch');
  const { text } = await exported(page, () => button('Download the report (JSON)').click());
  expect(JSON.parse(text)).toMatchObject({ experiment: { id: 'first-touch' } });
  expect((await exported(page, () => button('program').click())).text).toContain('mmap(');
  const file = await page
    .locator('main')
    .getByText(/\.pagescope$/)
    .innerText();
  expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
  await page.evaluate(() => Reflect.get(window, 'mend')());
  await button('Show it again').click();
  await expect(windowOf(page).grid).toBeVisible();
});

test('a frame of the window that fails is a sentence too, and can be shown again', async ({ page }) => {
  await expect(windowOf(page).run).toBeEnabled();
  await page.evaluate(() =>
    Object.defineProperty(document, 'title', {
      configurable: true,
      set() {
        throw new Error('a fault for this test');
      },
    }),
  );
  await open(page, '#limits');
  await expect(page.getByRole('alert')).toContainText('a fault for this test');
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await page.evaluate(() => Reflect.deleteProperty(document, 'title'));
  await page.getByRole('button', { name: 'Show it again' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Limits' })).toBeVisible();
  await expect(page).toHaveTitle('Limits · Pagescope');
});
