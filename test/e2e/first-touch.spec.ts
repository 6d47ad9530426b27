import { expect, test } from './fixtures.ts';
import { setPace, windowOf } from './window.ts';

test('opens on first touch, ready to run', async ({ page }) => {
  const { run, step, stop, parameter, state, claims } = windowOf(page);
  await expect(page.getByRole('heading', { level: 1, name: 'First touch' })).toBeVisible();
  await expect(page).toHaveTitle(/First touch/);
  await expect(page).toHaveURL(/#\/first-touch$/);
  await expect(run).toBeEnabled();
  await expect(step).toBeEnabled();
  await expect(stop).toBeDisabled();
  await expect(parameter('Pages')).toHaveValue('64');
  await expect(state).toHaveText('Ready');
  await expect(claims.first()).toContainText('pending');
  await expect(page.getByText('Nothing is mapped yet.')).toBeVisible();
});

test('a run brings all 64 pages in, and every claim holds or says why it was skipped', async ({ page }) => {
  await setPace(page, 0);
  const { run, state, grid, claims } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(grid).toHaveAccessibleName('Region A, 64 pages: 64 resident');
  await expect(page.getByRole('button', { name: /^resident 64$/ })).toBeVisible();
  for (const claim of await claims.all()) await expect(claim).toContainText(/held|skipped/);
  await expect(claims.filter({ hasText: 'held' }).first()).toBeVisible();
  await expect(claims.filter({ hasText: 'failed' })).toHaveCount(0);
});

test('four pages list four touches as calls with arguments and results', async ({ page }) => {
  await setPace(page, 0);
  const { run, state, steps, parameter } = windowOf(page);
  await parameter('Pages').fill('4');
  await run.click();
  await expect(state).toHaveText('Completed');
  const touches = steps.getByRole('option').filter({ hasText: 'Write page' });
  await expect(touches).toHaveCount(4);
  await expect(touches.first()).toContainText('process_vm_writev(');
  await expect(touches.first()).toContainText('= 1');
  await steps.getByRole('listbox').press('End');
  await expect(steps.getByRole('option').last()).toContainText(/mincore\(0x[0-9a-f]+, 16384, vec\) = 0/);
});

test('pauses, steps, resumes and stops', async ({ page }) => {
  await setPace(page, 300);
  const { run, pause, resume, step, stop, state, grid } = windowOf(page);
  await run.click();
  await pause.click();
  await expect(state).toContainText('Paused');
  await expect(state).toContainText('Next:');
  const count = page.getByRole('region', { name: 'Steps', exact: true }).locator('header');
  const before = Number((await count.innerText()).match(/\d+/)?.[0] ?? 0);
  await step.click();
  await expect(count).toContainText(String(before + 1));
  await resume.click();
  await expect(state).toHaveText('Running');
  await stop.click();
  await expect(state).toHaveText('Stopped');
  await expect(grid).toBeVisible();
  await expect(run).toBeEnabled();
});

test('steps from the start, one call at a time', async ({ page }) => {
  const { step, state, grid } = windowOf(page);
  await step.click();
  await expect(state).toContainText('Paused');
  await step.click();
  await expect(grid).toHaveAccessibleName(/64 absent/);
});

test('runs again with other parameters, on a new mapping', async ({ page }) => {
  await setPace(page, 0);
  const { run, state, grid, parameter } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await parameter('Pages').fill('8');
  await parameter('Access').click();
  await page.getByRole('option', { name: 'read', exact: true }).click();
  await run.click();
  await expect(grid).toHaveAccessibleName(/Region A, 8 pages: 8 (zero page|resident)/);
  await expect(state).toHaveText('Completed');
});

test('the space bar runs and pauses, S steps, Shift S stops', async ({ page }) => {
  await setPace(page, 300);
  const { state } = windowOf(page);
  await page.locator('#main').focus();
  await page.keyboard.press('Space');
  await expect(state).toHaveText('Running');
  await page.keyboard.press('Space');
  await expect(state).toContainText('Paused');
  await page.keyboard.press('Shift+S');
  await expect(state).toHaveText('Stopped');
});

test('shows the steps as C', async ({ page }) => {
  await setPace(page, 0);
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await page.getByRole('tab', { name: 'As C' }).click();
  await expect(page.getByRole('region', { name: 'The steps as a C program' })).toContainText('mmap(');
});

test('downloads the report and says under which name', async ({ page }) => {
  await setPace(page, 0);
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await page.getByRole('button', { name: 'Export' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Download the report (JSON)' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^pagescope-first-touch-.*\.json$/);
  await expect(page.getByText(download.suggestedFilename())).toBeVisible();
});
