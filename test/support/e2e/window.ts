import type { Locator, Page } from '@playwright/test';

/** The parts of the window by what a person calls them, in English. */
export function windowOf(page: Page) {
  return {
    run: page.getByRole('button', { name: 'Run', exact: true }),
    pause: page.getByRole('button', { name: 'Pause', exact: true }),
    resume: page.getByRole('button', { name: 'Resume', exact: true }),
    step: page.getByRole('button', { name: 'Step', exact: true }),
    stop: page.getByRole('button', { name: 'Stop', exact: true }),
    state: page.locator('header').getByRole('status'),
    parameter: (name: string): Locator =>
      page.getByRole('group', { name: 'Parameters' }).getByLabel(name, { exact: true }),
    grid: page.getByRole('application'),
    /** What is told of the page under the pointer, or the cursor’s. */
    note: page.getByRole('status', { name: 'Page in question' }),
    headline: page.locator('section', { has: page.getByRole('group', { name: 'Parameters' }) }),
    steps: page.getByRole('tabpanel', { name: 'Calls' }),
    claims: page.getByRole('tabpanel', { name: /^Claims/ }).getByRole('listitem'),
  };
}

/** Sets the pace for the runs of a test that have to be watched: without this they go as fast as possible. */
export async function setPace(page: Page, paceMs: number): Promise<void> {
  await page.evaluate((ms) => {
    const stored: object = JSON.parse(localStorage.getItem('pagescope.settings') ?? '{}');
    localStorage.setItem('pagescope.settings', JSON.stringify({ ...stored, paceMs: ms }));
  }, paceMs);
  await page.reload();
}

/** Opens the experiments beside the rail, and turns to one. */
export async function chooseExperiment(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Experiments', exact: true }).click();
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

/** Goes to an address within the window. */
export async function open(page: Page, hash: string): Promise<void> {
  await page.evaluate((wanted) => {
    location.hash = wanted;
  }, hash);
}
