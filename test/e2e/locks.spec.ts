import type { Page } from '@playwright/test';
import { expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';

test.use({ hash: '#/lock-on-fault' });

/** Runs an experiment to its end, which is then shown, with its locks. */
async function runToEnd(page: Page, experiment: string): Promise<void> {
  await open(page, `#/${experiment}`);
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await page.getByRole('tab', { name: 'Locks' }).click();
  const keyMoment = page.getByRole('button', { name: /^Shown as of step/ });
  if (await keyMoment.isVisible()) await keyMoment.click();
}

const timelineOf = (page: Page) => ({
  locks: page.getByRole('tab', { name: 'Locks' }),
  plot: page.getByRole('slider', { name: /^Locks over time/ }),
  caption: page.getByRole('tabpanel', { name: 'Locks' }).locator('figcaption'),
});

test('lock-on-fault shows its two regions below each other, and their locks in two looks', async ({ page }) => {
  await runToEnd(page, 'lock-on-fault');
  const [a, b] = [
    await page.getByRole('article', { name: 'Region A' }).boundingBox(),
    await page.getByRole('article', { name: 'Region B' }).boundingBox(),
  ];
  expect(a?.x).toBe(b?.x);
  expect((a?.y ?? 0) + (a?.height ?? 0)).toBeLessThanOrEqual(b?.y ?? 0);
  const { caption } = timelineOf(page);
  await expect(caption).toContainText('mlock');
  await expect(caption).toContainText('on fault');
  await expect(caption).toContainText('VmLck 64 KiB');
  await expect(caption).toContainText(/soft limit/);
});

test('keys go through the moments of a run: pages, legend and steps are those of then', async ({ page }) => {
  await runToEnd(page, 'lock-on-fault');
  const { plot } = timelineOf(page);
  const locked = page.getByRole('button', { name: /^locked \d+$/ });
  await expect(plot).toHaveAttribute('aria-valuetext', 'now');
  await expect(locked).toHaveAccessibleName('locked 9');
  await plot.focus();
  await page.keyboard.press('Home');
  await expect(plot).toHaveAttribute('aria-valuetext', /VmLck 0 B.*Step 1: Map/);
  await expect(locked).toHaveAccessibleName('locked 0');
  const { headline } = windowOf(page);
  await expect(headline).toContainText('Map 8 pages');
  const marked = page.locator('[role=option][data-marked]');
  await page.getByRole('tab', { name: 'Calls' }).click();
  await expect(marked).toHaveCount(1);
  await expect(marked).toContainText('mmap(');
  await page.getByRole('tab', { name: 'Locks' }).click();
  await plot.focus();
  await page.keyboard.press('Escape');
  await expect(plot).toHaveAttribute('aria-valuetext', 'now');
  await expect(locked).toHaveAccessibleName('locked 9');
});

test('the pointer tells what was locked, how many pages and bytes, and leaving leads back to now', async ({ page }) => {
  await runToEnd(page, 'lock-on-fault');
  const { plot } = timelineOf(page);
  const box = await plot.boundingBox();
  if (!box) throw new Error('The plot has no box.');
  await page.mouse.move(box.x + box.width - 24, box.y + 14);
  await expect(page.getByText('A, pages 0–7: 8 locked, 32 KiB')).toBeVisible();
  await expect(plot).not.toHaveAttribute('aria-valuetext', 'now');
  await page.mouse.move(box.x + box.width / 2, box.y - 200);
  await expect(plot).toHaveAttribute('aria-valuetext', 'now');
});

test('lock-everything shows mlockall, seen in snapshots alone', async ({ page }) => {
  await runToEnd(page, 'lock-everything');
  await expect(timelineOf(page).caption).toContainText('mlockall');
});

test('lock-limit explains its refusals with the numbers and leads to the fix', async ({ page }) => {
  await runToEnd(page, 'lock-limit');
  const { plot, caption } = timelineOf(page);
  await expect(caption).toContainText(/\d calls refused/);
  await plot.focus();
  for (let moves = 0; moves < 40; moves++) {
    if ((await plot.getAttribute('aria-valuetext'))?.includes('ENOMEM')) break;
    await page.keyboard.press('ArrowLeft');
  }
  await expect(windowOf(page).headline).toContainText(/VmLck .* > 64 KiB/);
  await page.getByRole('link', { name: 'How to fix it' }).click();
  await expect(page).toHaveURL(/#limits\/[a-z-]+\?%40limit=\d+$/);
  await expect(page.locator('[data-fix] button[aria-expanded="true"]:focus')).toHaveCount(1);
});

test('an isolated process that is killed is a result with its signal, and the window lives on', async ({ page }) => {
  await setPace(page, 300);
  await open(page, '#/lock-limit');
  const { run, state } = windowOf(page);
  await run.click();
  const facts = page.locator('header').getByText(/^pid \d+/);
  await expect(facts).toContainText('own process');
  const pid = Number(/pid (\d+)/.exec(await facts.innerText())?.[1]);
  process.kill(pid, 'SIGKILL');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The isolated process was ended by SIGKILL');
  await expect(alert).toHaveText(
    /ended \(SIGKILL\); what it showed until then is kept, .* to go on\. Pagescope itself runs on\.$/,
  );
  await expect(state).toHaveText('Failed');
  await setPace(page, 0);
  await windowOf(page).run.click();
  await expect(state).toHaveText('Completed');
});

test('an experiment that is not about locks has no panel for them: its filmstrip shows them', async ({ page }) => {
  await open(page, '#/prefault');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(timelineOf(page).locks).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Filmstrip' })).toContainText('VmLck64 KiB');
  await expect(page.getByRole('region', { name: 'Result' })).toBeVisible();
});

test('axe finds nothing in the lock timeline, in both themes and both languages', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    await open(page, '#/lock-limit');
    await page.getByRole('button', { name: language === 'en' ? 'Run' : '运行', exact: true }).click();
    await expect(page.getByText(language === 'en' ? 'Completed' : '已完成')).toBeVisible();
    await page.getByRole('tab', { name: language === 'en' ? 'Locks' : '锁定' }).click();
    await page.getByRole('slider', { name: language === 'en' ? /^Locks/ : /^锁定/ }).focus();
    await page.keyboard.press('Home');
    await expectNoViolationsNow(page);
  });
});
