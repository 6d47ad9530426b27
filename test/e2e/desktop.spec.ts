import { expect, test } from '../support/e2e/fixtures.ts';

test('the window of the desktop app is seen, with its page in a world of its own', async ({ page }) => {
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  expect(await page.evaluate(() => document.visibilityState)).toBe('visible');
  expect(page.url()).toMatch(/^app:\/\/pagescope\//);
  const seen = await page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    bridge: Object.keys(Reflect.get(window, 'pagescope')),
  }));
  expect(seen).toEqual({ node: [], bridge: ['requestPort', 'chooseFile', 'pathOf'] });
});
