import type { Page } from '@playwright/test';
import { experimentIds } from '../../lab/experiments/catalogue.ts';
import { inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

const widths = [1440, 1024, 640];

/** The marks that begin a line of the sentence, each with what stands before it. */
const begun = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const sentence = document.querySelector('[data-panel="sentence"] > div');
    if (!sentence) throw new Error('There is no sentence.');
    const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    const { left } = sentence.getBoundingClientRect();
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent ?? '';
      for (const { index } of text.matchAll(/[。，、；：！？）”.,;:!?)]/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + 1);
        const box = range.getBoundingClientRect();
        if (box.width > 0 && box.left < left + 4) found.push(`${sentence.textContent} … ${text.slice(index)}`);
      }
    }
    return found;
  });

/** The same at each width. */
async function expectNoneBegun(page: Page): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    expect(await begun(page), `at ${width} px`).toEqual([]);
  }
}

test('no line of a sentence begins with a full stop or a comma, in both languages', async ({ page }) => {
  await inEachLanguage(page, async () => {
    for (const id of experimentIds) {
      await open(page, `#/${id}`);
      await page.locator('[data-panel="sentence"] fieldset').waitFor();
      await expectNoneBegun(page);
    }
    // With a result behind it: each of these ends in numbers that are buttons.
    await page.setViewportSize({ width: 1440, height: 800 });
    for (const id of ['first-touch', 'lock-range', 'file-cache']) {
      await open(page, `#/${id}`);
      await page.keyboard.press('Space');
      await page.locator('header [role=status][data-state=completed]').waitFor();
      await expectNoneBegun(page);
    }
  });
});
