import { expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open, setPace, windowOf } from '../support/e2e/window.ts';

test('a run opens at its key moment, says what it found out, and leads to its end and back', async ({ page }) => {
  // Slow enough for every step to be seen.
  await setPace(page, 80);
  await open(page, '#/lock-limit');
  const { run, state, headline } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  await expect(headline).toContainText(
    /16 pages could be locked under a limit of 64 KiB; one more was answered ENOMEM/,
  );
  // The swatch of the legend stands before the pages that it is of.
  await expect(headline.locator('canvas + button')).toHaveText('16 pages');
  const locked = page.getByRole('button', { name: /^locked \d+$/ });
  // All that may be locked is; the page that was refused is not.
  await expect(locked).toHaveAccessibleName('locked 16');
  await expect(page.locator('[role=option][data-marked]')).toContainText('ENOMEM');
  await page.getByRole('button', { name: /^Shown as of step/ }).click();
  await expect(locked).toHaveAccessibleName('locked 0');
  await page.getByRole('button', { name: /^Show step/ }).click();
  await expect(locked).toHaveAccessibleName('locked 16');
});

test('a number of the sentence leads to the step that shows it, and lights its pages while it is pointed at', async ({
  page,
}) => {
  await setPace(page, 80);
  await open(page, '#/fork');
  const { run, state, headline, grid } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const own = headline.getByRole('button', { name: '1 page', exact: true });
  await expect(own).toBeVisible();
  const out = await own.evaluate((button) => {
    let frame = button.parentElement;
    while (frame && getComputedStyle(frame).overflowY !== 'auto') frame = frame.parentElement;
    return frame ? frame.scrollHeight - frame.clientHeight : undefined;
  });
  expect(out, 'of the sentence that is out of sight').toBe(0);
  const canvas = grid.first().locator('canvas');
  // Pages 0 and 3 at the middle of the first row’s first and last cells.
  const colours = () =>
    canvas.evaluate((element: HTMLCanvasElement) =>
      [0.1, 0.9].map((share) => {
        const data = element.getContext('2d')?.getImageData(element.width * share, element.height / 4, 1, 1).data;
        return [...(data ?? [])].join();
      }),
    );
  await page.keyboard.press('Escape');
  const [first, written] = await colours();
  expect(first).toBe(written);
  await own.hover();
  await expect.poll(async () => (await colours())[0]).not.toBe(first);
  expect((await colours())[1]).toBe(written);
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await colours())[0]).toBe(first);
  await page.getByRole('slider', { name: /^Time of the session/ }).press('Home');
  await own.click();
  await expect(page.locator('[role=option][aria-selected=true]')).toContainText('The parent writes page 3');
});

test('the limit is the rim of a tank of pages, and the piece that was refused is above it', async ({ page }) => {
  await open(page, '#/lock-limit');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const figure = page.locator('figure');
  await expect(figure.getByRole('listitem')).toHaveText(
    'mlock: locked 64 KiB, refused: ENOMEM 4 KiB, soft limit 64 KiB',
  );
  const pages = figure.locator('[data-tone=locked]');
  await expect(pages).toHaveCount(16);
  const [highest, over] = [await pages.last().boundingBox(), await figure.locator('[data-tone=refused]').boundingBox()];
  if (!highest || !over) throw new Error('The tank is not drawn.');
  expect(over.y + over.height).toBeLessThan(highest.y);
});

test('parent and child hang on the same frames, and the copied page is set apart', async ({ page }) => {
  await open(page, '#/fork');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const figure = page.locator('figure');
  await expect(figure.getByRole('listitem')).toHaveText([/^parent: .*its own: page 3$/, /^child: .*its own: page 3$/]);
  const cells = figure.locator('rect[data-state]');
  await expect(cells).toHaveCount(16);
  const tops = await cells.evaluateAll((all) => all.map((cell) => Math.round(cell.getBoundingClientRect().top)));
  for (const row of [tops.slice(0, 8), tops.slice(8)]) {
    expect(row.flatMap((top, index) => (top === row[0] ? [] : [index]))).toEqual([3]);
  }
});

test('the figure has every amount in words, and the numbers of the run stand below the claims', async ({ page }) => {
  await open(page, '#/prefault');
  const { run, state } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Completed');
  const figure = page.getByRole('region', { name: 'Result' }).locator('figure');
  await expect(figure.getByRole('listitem')).toHaveCount(5);
  await expect(figure.getByRole('listitem').nth(3)).toHaveText(
    /^MADV_POPULATE_READ: [\d.,]+ [nµm]s, \d+ faults later$/,
  );
  await page.getByRole('tab', { name: 'Claims' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Claims' }).locator('dt')).toHaveText([
    'touchLoopPerPageNs',
    'mapPopulatePerPageNs',
    'populateWritePerPageNs',
    'populateReadPerPageNs',
    'mlockPerPageNs',
  ]);
  await page.getByText('中文', { exact: true }).click();
  await expect(page.getByRole('region', { name: '结果' }).getByRole('listitem').nth(3)).toContainText('之后缺页');
});

test('the figure of a run that maps no memory has the place of the pages', async ({ page }) => {
  await open(page, '#/thread-cache?milliseconds=20');
  const { run, state } = windowOf(page);
  await expect(page.getByRole('region', { name: 'Pages' })).toBeVisible();
  await run.click();
  await expect(state).toHaveText('Completed', { timeout: 60_000 });
  const figure = page.getByRole('region', { name: 'Result' });
  await expect(figure).toHaveCount(1);
  await expect(page.getByRole('region', { name: 'Pages' })).toHaveCount(0);
  const room = page.viewportSize()?.width ?? 0;
  expect((await figure.boundingBox())?.width).toBeGreaterThan(room / 2);
});

test('axe finds nothing in results, of each kind of figure, in both languages and both themes', async ({ page }) => {
  await inEachLanguage(page, async (language) => {
    for (const experiment of ['first-touch', 'fork', 'lock-range', 'lock-limit', 'lock-on-fault']) {
      await open(page, `#/${experiment}`);
      await page.getByRole('button', { name: language === 'en' ? 'Run' : '运行', exact: true }).click();
      await expect(page.getByText(language === 'en' ? 'Completed' : '已完成')).toBeVisible();
      await expect(page.getByRole('region', { name: language === 'en' ? 'Result' : '结果' })).toBeVisible();
      await expectNoViolationsNow(page);
    }
  });
});
