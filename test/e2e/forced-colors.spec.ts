import type { Locator } from '@playwright/test';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, windowOf } from '../support/e2e/window.ts';
import { map, openBench } from '../support/e2e/workbench.ts';

const styleOf = (at: Locator, name: string): Promise<string> =>
  at.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'light' });
});

test('in forced colours bars, meters and the sign of a run have their fill, and what is current or chosen its outline', async ({
  page,
}) => {
  const { run, state, steps } = windowOf(page);
  await run.click();
  await expect(state).toHaveAttribute('data-state', 'completed');
  // The theme goes with the forced colours, whichever was chosen: addresses are drawn on their ground.
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  const ground = await styleOf(page.locator('body'), 'background-color');
  const bar = page.getByRole('region', { name: 'Result' }).locator('i').first();
  expect(await styleOf(bar, 'background-color')).not.toBe(ground);
  expect(await styleOf(bar, 'background-color')).toBe(await styleOf(page.locator('body'), 'color'));
  await steps.getByRole('option').last().click();
  const chosen = steps.getByRole('option', { selected: true });
  expect(await styleOf(chosen, 'outline-style')).toBe('solid');
  const current = page.getByRole('navigation').getByRole('button', { name: 'Experiments' });
  expect(await styleOf(current, 'outline-style')).toBe('solid');
  expect(await styleOf(page.getByRole('tab', { selected: true }).first(), 'border-bottom-style')).toBe('solid');

  await open(page, '#limits');
  const meter = page.getByRole('progressbar').first();
  await expect(meter).toBeAttached();
  expect(await styleOf(meter, 'background-color')).not.toBe(ground);
});

test('every separator has a name of its own', async ({ page }) => {
  await openBench(page);
  await map(page, '8');
  const names = await page
    .getByRole('separator')
    .evaluateAll((all) => all.filter((each) => each.tabIndex >= 0).map((each) => each.getAttribute('aria-label')));
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain(null);
});
