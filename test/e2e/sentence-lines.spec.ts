import type { Page } from '@playwright/test';
import { experimentIds } from '../../lab/experiments/catalogue.ts';
import { inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

/** Of the sentence itself, CSS pixels: to resize the window for each would take a hundred times as long. */
const widths = [1340, 940, 760, 620, 480];

/** The marks that begin a line of the sentence at any of the widths, each with what it stands in. */
const begun = (page: Page): Promise<string[]> =>
  page.evaluate((all) => {
    const sentence = document.querySelector<HTMLElement>('[data-panel="sentence"] > div');
    if (!sentence) throw new Error('There is no sentence.');
    const range = document.createRange();
    const at = (width: number): string[] => {
      sentence.style.width = `${width}px`;
      const { left } = sentence.getBoundingClientRect();
      const found: string[] = [];
      const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent ?? '';
        for (const { index } of text.matchAll(/[。，、；：！？）”.,;:!?)]/g)) {
          range.setStart(node, index);
          range.setEnd(node, index + 1);
          const box = range.getBoundingClientRect();
          if (box.width > 0 && box.left < left + 4)
            found.push(`${width}: ${sentence.textContent} … ${text.slice(index)}`);
        }
      }
      return found;
    };
    const found = all.flatMap(at);
    sentence.style.width = '';
    return found;
  }, widths);

test('no line of a sentence begins with a full stop or a comma, in both languages', async ({ page }) => {
  await inEachLanguage(page, async () => {
    for (const id of experimentIds) {
      await open(page, `#/${id}`);
      await page.locator('[data-panel="sentence"] fieldset').waitFor();
      expect(await begun(page)).toEqual([]);
    }
    // With a result behind it: each of these ends in numbers that are buttons.
    for (const id of ['first-touch', 'lock-range', 'file-cache']) {
      await open(page, `#/${id}`);
      await expect(page.getByRole('button', { name: /^(Run|运行)$/ })).toBeEnabled();
      await page.keyboard.press('Space');
      await page.locator('header [role=status][data-state=completed]').waitFor();
      expect(await begun(page)).toEqual([]);
    }
  });
});
