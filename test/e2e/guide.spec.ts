import type { Page } from '@playwright/test';
import { consoleOf, expectNoViolations, expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

test.use({ hash: '#/guide' });

const chapter = (page: Page) => page.getByRole('article');
const trial = (page: Page, name: string) => page.getByRole('region', { name: `Experiment: ${name}` });
const run = (page: Page, name: string) => trial(page, name).first().getByRole('button', { name: 'Run', exact: true });

test('an experiment of a chapter is run where it stands, with other parameters, and opened whole with them', async ({
  page,
}) => {
  const said = consoleOf(page);
  await open(page, '#/guide/what-mincore-tells');
  const touch = trial(page, 'First touch');
  await touch.getByLabel('Pages').fill('6');
  await run(page, 'First touch').click();
  await expect(touch.getByRole('status')).toHaveText(/^6 pages came one by one, with 6 faults/);
  await expect(touch.getByRole('img')).toHaveAccessibleName(/6 (zero page|resident)/);
  await touch.getByText('The same as C').click();
  await expect(touch.locator('pre')).toContainText('#include <sys/mman.h>');
  // Another one on the same page has a session of its own.
  const prefault = trial(page, 'Prefault');
  await run(page, 'Prefault').click();
  await expect(prefault.getByRole('status')).toContainText('MADV_POPULATE_READ took');
  await expect(prefault.getByRole('img')).toHaveCount(5);
  await expect(touch.getByRole('status')).toHaveText(/^6 pages came one by one/);

  await touch.getByRole('link', { name: /^Open First touch/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'First touch' })).toBeVisible();
  const { searchParams } = new URL(page.url().replace('#/', ''));
  expect([searchParams.get('pages'), searchParams.get('access')]).toEqual(['6', 'read']);
  expect(said).toEqual([]);
});

test('an experiment of a chapter goes step by step, and what it showed is still there when one comes back', async ({
  page,
}) => {
  await open(page, '#/guide/mlock-mlock2-mlockall');
  const range = trial(page, 'Lock a range');
  const step = range.getByRole('button', { name: 'Step', exact: true });
  await step.click();
  await expect(range.getByRole('status')).toHaveText(/^Next: /);
  await step.click();
  await expect(range.getByRole('status')).toHaveText(/^Step 1: Map 16 pages/);
  await expect(range.getByRole('img')).toHaveAccessibleName(/16 absent/);
  await run(page, 'Fork').click();
  await expect(trial(page, 'Fork').getByRole('status')).toContainText('after fork');
  await open(page, '#/guide/keeping-a-key');
  await expect(chapter(page).getByRole('heading', { level: 1 })).toHaveText(/^Keeping a key/);
  await open(page, '#/guide/mlock-mlock2-mlockall');
  await expect(trial(page, 'Fork').getByRole('status')).toContainText('after fork');
  await expect(trial(page, 'Fork').getByRole('img').first()).toHaveAccessibleName(/8 locked/);
});

test('what an experiment of a chapter is refused is said in its place', async ({ page }) => {
  await open(page, '#/guide/what-mincore-tells');
  const touch = trial(page, 'First touch');
  await touch.getByLabel('Access').selectOption('write');
  await touch.getByLabel('Pages').fill('16777216');
  await run(page, 'First touch').click();
  await expect(touch.getByRole('status')).toContainText(/^Refused: .*64 GiB/);
  await touch.getByLabel('Pages').fill('no');
  await expect(run(page, 'First touch')).toBeDisabled();
});

test('links lead to chapters, headings and programs within the guide, and others out of it', async ({ page }) => {
  await open(page, '#/guide/prefault-and-real-time#how-to-check-it');
  const heading = page.getByRole('heading', { name: 'How to check it' });
  await expect(heading).toBeInViewport();
  await expect(heading).toBeFocused();
  await chapter(page).getByRole('link', { name: 'the time bomb' }).click();
  await expect(page.getByRole('heading', { name: 'The time bomb: MCL_FUTURE' })).toBeInViewport();
  await chapter(page).getByRole('link', { name: 'lock-rules.c' }).click();
  await expect(chapter(page)).toContainText('int main(');
  await open(page, '#/guide/why-did-mlock-fail');
  const outside = chapter(page).getByRole('link', { name: /^systemd.exec\(5\)/ });
  await expect(outside).toHaveAttribute('rel', /noopener/);
  await expect(outside).toHaveAttribute('target', '_blank');
  await open(page, '#/guide/no-such');
  await expect(page.getByText('The guide has no chapter named “no-such”.')).toBeVisible();
});

test('a term has a card for pointer and keyboard, which Escape closes and which leads to its section', async ({
  page,
}) => {
  await open(page, '#/guide/prefault-and-real-time');
  const term = chapter(page).getByRole('button', { name: 'minor fault' }).first();
  const card = page.getByText('the kernel could fill one in without reading from a disk').first();
  await expect(card).toBeHidden();
  // What is still laid out above it may move it away from the pointer.
  await expect(async () => {
    await page.mouse.move(0, 0);
    await term.hover();
    await expect(card).toBeVisible({ timeout: 2000 });
  }).toPass();
  await page.mouse.move(0, 0);
  await expect(card).toBeHidden();
  await term.focus();
  // The word before has a card as well, with its link next in the order.
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(card).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(term).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(card).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'What a first touch costs' })).toBeFocused();
});

test('the search finds headings of the guide and terms', async ({ page }) => {
  await open(page, '#/first-touch');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  for (const [asked, named, found] of [
    ['misunderstandings', /^Misunderstandings/, 'Misunderstandings'],
    ['Cannot allocate memory', /From mlock: a limit/, 'What each errno means'],
    ['VmLck', /^VmLck How much/, 'What each errno means'],
  ] as const) {
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill(asked);
    await page.getByRole('dialog').getByRole('button', { name: named }).first().click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByRole('heading', { level: 2, name: found })).toBeFocused();
  }
});

test('home answers a question by a run, keeps the answer, and leads to it', async ({ page }) => {
  const said = consoleOf(page);
  await open(page, '#/');
  const question = page.getByRole('region', { name: 'Why did mlock fail?' });
  await expect(question.getByRole('link', { name: 'Fix it' })).toHaveAttribute('href', '#limits');
  await question.getByRole('button', { name: 'Run: Why did mlock fail?' }).click();
  const answer = question.getByRole('status');
  await expect(answer).toHaveText(/^16 pages could be locked under a limit of 64 KiB/);
  await expect(question.getByRole('img')).toHaveAccessibleName(/16 locked/);
  await expect(page.getByRole('complementary').getByRole('link', { name: 'The lock limit' }).first()).toBeVisible();
  await open(page, '#limits');
  await expect(page.getByRole('heading', { level: 1, name: 'Limits' })).toBeVisible();
  await open(page, '#/home');
  await expect(answer).toHaveText(/could be locked under a limit of/);
  // After a reload, the recording answers.
  await page.reload();
  await expect(answer).toHaveText(/could be locked under a limit of/);
  await expect(question).toContainText('Measured');
  await question.getByRole('heading').getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: 'The lock limit' })).toBeVisible();
  expect(said).toEqual([]);
});

test('axe finds nothing in home and guide, in both themes and both languages', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    await open(page, '#/home');
    await expect(page.getByRole('button', { name: /^(Run: |运行：)/ })).toHaveCount(6);
    await expectNoViolationsNow(page);
    await open(page, '#/guide/keeping-a-key');
    await expect(page.getByRole('region', { name: /^(Experiment|实验)/ })).toHaveCount(1);
    if (language === 'en') {
      await run(page, 'A secret page').click();
      await expect(trial(page, 'A secret page').getByRole('status')).toContainText('core file');
    }
    await expectNoViolationsNow(page);
  });
});

test('a view that can’t be loaded is a sentence, and the rest of the window stays', async ({ page }) => {
  await page.route(/limits-page/, (route) => route.abort());
  await open(page, '#limits');
  await expect(page.getByRole('alert')).toContainText('This view can’t be shown');
  await open(page, '#/guide');
  await expect(page.getByRole('heading', { level: 1, name: /^mlock/ })).toBeVisible();
});

test('an experiment that has not run says what will be seen, over the pages of its last recording', async ({
  page,
}) => {
  await open(page, '#/fork');
  const button = page.getByRole('button', { name: 'Run', exact: true });
  await button.click();
  await expect(page.getByText('Completed')).toBeVisible();
  await open(page, '#/guide');
  await page.evaluate(() => {
    location.hash = '#/fork?pages=8';
    location.reload();
  });
  await expect(page.getByRole('heading', { name: 'What you will see' })).toBeVisible();
  await expect(page.locator('ol').getByRole('listitem')).toHaveCount(3);
  await expect(page.getByText('Dimmed: the pages of the last recording')).toBeVisible();
  await expect(page.getByRole('img', { name: /8 locked/ })).toBeVisible();
  await expectNoViolations(page);
});

test('F11 presents an experiment: its sentence, the pages, the step as C and why; Escape leaves', async ({ page }) => {
  await open(page, '#/first-touch');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await page.keyboard.press('F11');
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1, name: 'First touch' })).toBeAttached();
  const told = page.getByRole('region', { name: 'This step' });
  await expect(async () => {
    await page.keyboard.press('s');
    await expect(page.getByText('made by process_vm_writev')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(told.locator('pre')).toHaveText(/^write_page\(A/);
  await expect(page.getByText(/^Write page \d+$/).first()).toBeVisible();
  await expectNoViolationsNow(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation')).toBeVisible();
});
