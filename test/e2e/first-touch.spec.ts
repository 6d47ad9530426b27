import { expect, exported, test } from '../support/e2e/fixtures.ts';
import { setPace, windowOf } from '../support/e2e/window.ts';

test('opens on first touch, ready to run, and steps from the start one call at a time', async ({ page }) => {
  const { run, step, stop, parameter, state, claims, grid } = windowOf(page);
  await expect(page.getByRole('heading', { level: 1, name: 'First touch' })).toBeVisible();
  await expect(page).toHaveTitle(/First touch/);
  await expect(page).toHaveURL(/#\/first-touch$/);
  await expect(run).toBeEnabled();
  await expect(step).toBeEnabled();
  await expect(stop).toBeDisabled();
  await expect(parameter('Pages')).toHaveValue('64');
  await expect(state).toHaveText('Ready');
  await expect(page.getByText('Nothing is mapped yet.')).toBeVisible();
  await page.getByRole('tab', { name: 'Claims' }).click();
  await expect(claims.first()).toContainText('pending');
  await step.click();
  await expect(state).toContainText('Paused');
  await step.click();
  await expect(grid).toHaveAccessibleName(/64 absent/);
});

test('a run brings all pages in, every claim holds or says why not, and it is run again with other parameters', async ({
  page,
}) => {
  const { run, state, grid, steps, parameter, claims } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(grid).toHaveAccessibleName('Region A, 64 pages: 64 resident');
  await expect(page.getByRole('button', { name: /^resident 64$/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Claims' }).click();
  for (const claim of await claims.all()) await expect(claim).toContainText(/held|skipped/);
  await expect(claims.filter({ hasText: 'held' }).first()).toBeVisible();
  await expect(claims.filter({ hasText: 'failed' })).toHaveCount(0);

  // Four pages list four touches as calls with arguments and results; the region is a new mapping.
  await page.getByRole('tab', { name: 'Calls' }).click();
  await parameter('Pages').fill('4');
  await run.click();
  await expect(grid).toHaveAccessibleName('Region A, 4 pages: 4 resident');
  await expect(state).toHaveText('Completed');
  const touches = steps.getByRole('option').filter({ hasText: 'Write page' });
  await expect(touches).toHaveCount(4);
  await expect(touches.first()).toContainText('process_vm_writev(');
  await expect(touches.first()).toContainText('= 1');
  await steps.getByRole('listbox').press('End');
  await expect(steps.getByRole('option').last()).toContainText(/mincore\(0x[0-9a-f]+, 16384, vec\) = 0/);

  await parameter('Pages').fill('8');
  await parameter('Access').click();
  await page.getByRole('option', { name: 'read', exact: true }).click();
  await run.click();
  await expect(grid).toHaveAccessibleName(/Region A, 8 pages: 8 (zero page|resident)/);
  await expect(state).toHaveText('Completed');
  await page.getByRole('tab', { name: 'As C' }).click();
  await expect(page.getByRole('region', { name: 'The steps as a C program' })).toContainText('mmap(');
});

test('each entry of the export menu gives what it says, and tells where', async ({ page, host }) => {
  const { run, state, parameter } = windowOf(page);
  await parameter('Pages').fill('4');
  await run.click();
  await expect(state).toHaveText('Completed');
  const choose = async (entry: string): Promise<void> => {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  for (const [entry, name, words] of [
    ['Download the report (JSON)', /^pagescope-first-touch-.*\.json$/, '"schema": "pagescope/report@1"'],
    ['Download the C program', /^pagescope-program-.*\.c$/, 'int main('],
    ['Web page (HTML)', /^pagescope-first-touch-.*\.html$/, '<!doctype html>'],
    ['Text (Markdown)', /^pagescope-first-touch-.*\.md$/, '# First touch'],
    ['Picture of the pages (PNG)', /^pagescope-first-touch-.*\.png$/, 'PNG'],
    ['Picture of the pages (SVG)', /^pagescope-first-touch-.*\.svg$/, '<svg'],
    ['Calls, as strace writes them', /^pagescope-first-touch-.*\.strace\.txt$/, 'mincore('],
  ] as const) {
    const file = await exported(page, () => choose(entry));
    expect(file.name).toMatch(name);
    await expect(page.getByText(file.name)).toBeVisible();
    expect(file.text).toContain(words);
  }
  // The desktop app has one clipboard for all tests.
  if (host === 'electron') return;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await choose('Copy the report (JSON)');
  await expect(page.getByText('The report is on the clipboard.')).toBeVisible();
  expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toMatchObject({
    schema: 'pagescope/report@1',
    experiment: { id: 'first-touch', parameters: { pages: 4 } },
    outcome: 'completed',
  });
});

test('pauses, steps, resumes and stops', async ({ page }) => {
  await setPace(page, 300);
  const { run, pause, resume, step, stop, state, grid } = windowOf(page);
  await run.click();
  await pause.click();
  await expect(state).toContainText('Paused');
  await expect(state).toContainText('Next:');
  const film = page.getByRole('region', { name: 'Filmstrip' });
  const count = async () => Number(/Step \d+ of (\d+)/.exec(await film.innerText())?.[1] ?? 0);
  const before = await count();
  await step.click();
  await expect.poll(count).toBe(before + 1);
  await resume.click();
  await expect(state).toHaveText('Running');
  await stop.click();
  await expect(state).toHaveText('Stopped');
  await expect(grid).toBeVisible();
  await expect(run).toBeEnabled();
});
