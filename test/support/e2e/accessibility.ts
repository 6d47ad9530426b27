import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

/** What fades in has half its contrast: a tip under the pointer, a menu, a message. */
async function settled(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  await expect(page.getByRole('tooltip')).toHaveCount(0);
}

async function expectNone(page: Page, rules?: string[]): Promise<void> {
  await settled(page);
  const { violations } = await (await axeOf(page, rules)).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/**
 * In its legacy mode axe gathers its results without a second page, which takes a fifth of its time, and which Electron
 * does not open. It leaves out frames of other origins alone, of which there are none. What passes is not described,
 * and its source goes to a page once: each is as long again as the rules take.
 */
async function axeOf(page: Page, rules?: string[]): Promise<AxeBuilder> {
  const loaded = await page.evaluate(() => 'axe' in window);
  return new AxeBuilder({ page, ...(loaded && { axeSource: 'void 0' }) })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) });
}

/**
 * Holds what the page shows now to every rule of axe, and in the other theme to that of contrast: nothing else depends
 * on it.
 */
export async function expectNoViolations(page: Page): Promise<void> {
  await expectNone(page);
  await page.getByRole('button', { name: /^(Switch to the|切换到).*(theme|主题)$/ }).click();
  await expectNone(page, ['color-contrast']);
}

/**
 * The same in this theme alone: a box that is open is over the button that changes it, or `inEachLanguage` does.
 */
export const expectNoViolationsNow = (page: Page): Promise<void> => expectNone(page);

/**
 * Does the same in English on the dark theme, as a window begins, and in Chinese on the light one: so each view is held
 * to every rule in both languages and in both themes.
 */
export async function inEachLanguage(page: Page, act: (language: 'en' | 'zh') => Promise<void>): Promise<void> {
  await act('en');
  await page.evaluate(() => {
    const stored: object = JSON.parse(localStorage.getItem('pagescope.settings') ?? '{}');
    localStorage.setItem('pagescope.settings', JSON.stringify({ ...stored, language: 'zh', theme: 'light' }));
  });
  await page.reload();
  await act('zh');
}

/** What the page's console says that it should not, from now on. */
export function consoleOf(page: Page): readonly string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  return said;
}
