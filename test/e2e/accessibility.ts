import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

/** Holds what the page shows now to every rule of axe. */
export async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** Loads the page in both languages and both themes, and does the same in each. */
export async function inEveryLook(page: Page, act: (language: 'en' | 'zh') => Promise<void>): Promise<void> {
  for (const language of ['en', 'zh'] as const) {
    for (const theme of ['dark', 'light'] as const) {
      await page.evaluate(
        (chosen) => {
          const stored: object = JSON.parse(localStorage.getItem('pagescope.settings') ?? '{}');
          localStorage.setItem('pagescope.settings', JSON.stringify({ ...stored, ...chosen }));
        },
        { language, theme },
      );
      await page.reload();
      await act(language);
    }
  }
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
