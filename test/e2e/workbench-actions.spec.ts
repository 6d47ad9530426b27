import { truncate, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { feature } from '../../native/probes/features.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { benchOf, choose, map, openBench, select } from '../support/e2e/workbench.ts';

test.use({ hash: '#workbench' });

test('a long action shows how far it is, and Stop ends it and gives up those that wait', async ({ page }) => {
  await openBench(page);
  // The zero page is mapped a million times, again and again: long work that takes no memory. Where each page is one of
  // its own, a quarter of that is as long, and takes 1 GiB.
  const pages = feature('zero-page').status === 'available' ? 1 << 20 : 1 << 18;
  const count = pages.toLocaleString('en');
  await map(page, `${pages}`);
  const { grid, line, log, entries } = benchOf(page);
  await expect(grid('A')).toHaveAccessibleName(new RegExp(`${count} absent`));
  await grid('A').press('Control+a');
  const asked = 'rd'.repeat(12);
  for (const key of asked) await page.keyboard.press(key);
  // Between two actions the button is another, and an action may be over in less than a look from outside takes.
  const stopped = await page.waitForFunction((text) => {
    const bar = document.querySelector('#action-line:has([role=progressbar])');
    const stop = [...(bar?.querySelectorAll('button') ?? [])].find(({ textContent }) => textContent === 'Stop');
    const said = bar?.textContent ?? '';
    if (!(stop && said.includes(text) && /\d+ actions wait/.test(said))) return;
    stop.click();
    return said;
  }, `of ${count}`);
  expect(await stopped.jsonValue()).toContain('Read: pages 0');
  await expect(line.getByRole('progressbar')).toHaveCount(0);
  await expect(line).toContainText(`madvise(MADV_DONTNEED) on ${count} pages`);
  expect(await entries.count()).toBeLessThan(2 + asked.length);
  await expect(log).toContainText(`Read: pages 0–${pages - 1} of A`);
});

/** Each tool of the bar: its key, what it is called in both languages, and the call that the log shows. */
const bar = [
  ['R', /^Read/, /^读/, 'process_vm_readv('],
  ['W', /^Write/, /^写/, 'process_vm_writev('],
  ['L', /^Lock/, /^锁定/, /^mlock\((?!.*ONFAULT)/],
  ['F', /^On fault/, /^缺页/, /^mlock2\(.*MLOCK_ONFAULT/],
  ['U', /^Unlock/, /^解锁/, 'munlock('],
  ['D', /^Drop/, /^丢弃/, 'MADV_DONTNEED'],
  ['P', /^Page out/, /^换出/, 'MADV_PAGEOUT'],
  ['X', /^Wipe/, /^清零/, 'explicit_bzero('],
  ['N', /^No dump/, /^不转储/, 'MADV_DONTDUMP'],
] as const;

/** Each tool of the menu; what it says that it calls is what it calls. */
const menu = [
  [/^Free when needed/, /^可按需释放/, 'MADV_FREE'],
  [/^Cold/, /冷页/, 'MADV_COLD'],
  [/^Drop, locked pages too/, /^丢弃.*已锁定/, 'MADV_DONTNEED_LOCKED'],
  [/^Remove from/, /移除/, 'MADV_REMOVE'],
  [/^Will need/, /^即将/, 'MADV_WILLNEED'],
  [/^Populate, for reading/, /读/, 'MADV_POPULATE_READ'],
  [/^Populate, for writing/, /写/, 'MADV_POPULATE_WRITE'],
  [/^Dump again/, /^恢复转储/, 'MADV_DODUMP'],
  [/^Zeros in a child/, /^子进程中为零/, 'MADV_WIPEONFORK'],
  [/^Contents in a child/, /^子进程中保留/, 'MADV_KEEPONFORK'],
  [/^Not in a child/, /^子进程中不映射/, 'MADV_DONTFORK'],
  [/^In a child again/, /^恢复子进程/, 'MADV_DOFORK'],
  [/^Guard/, /^设为保护页/, 'MADV_GUARD_INSTALL'],
  [/^Remove guards/, /^移除保护页/, 'MADV_GUARD_REMOVE'],
  [/^Huge pages/, /^使用大页/, 'MADV_HUGEPAGE'],
  [/^No huge pages/, /^不用大页/, 'MADV_NOHUGEPAGE'],
  [/^Collapse/, /^合并/, 'MADV_COLLAPSE'],
  [/^No rights/, /^无/, 'PROT_NONE'],
  [/^Read(?! and)/, /^只读/, 'PROT_READ'],
  [/^Write/, /^只写/, 'PROT_WRITE'],
  [/^Read and write/, /^可读可写/, 'PROT_READ|PROT_WRITE'],
] as const;

/** Sixteen selected pages, and what finds the one call that something made: its name, its last argument. */
async function benchThatTells(page: Page) {
  await openBench(page);
  await map(page, '16');
  const { grid, entries } = benchOf(page);
  await grid('A').press('Control+a');
  let made = 2;
  await expect(entries).toHaveCount(made);
  return async (call: string | RegExp, act: () => Promise<unknown>, calls = 1) => {
    await act();
    made += calls;
    await expect(entries.last()).toHaveAttribute('aria-posinset', String(made));
    const text = (await entries.last().locator('code').innerText()).replaceAll(/\s+/g, ' ');
    if (typeof call !== 'string') expect(text).toMatch(call);
    else if (call.endsWith('(')) expect(text.startsWith(call), `${text} is ${call}`).toBe(true);
    else expect(text).toContain(`, ${call}) = `);
  };
}

for (const [language, name] of [
  [1, 'English'],
  [2, 'Chinese'],
] as const) {
  test(`each button and each entry of the menu makes the call that it names, in ${name}`, async ({ page }) => {
    const expectCall = await benchThatTells(page);
    const tools = page.getByRole('toolbar');
    const items = page.getByRole('menuitem');
    if (language === 2) await page.getByText('中文', { exact: true }).click();
    for (const [place, tool] of bar.entries()) {
      const [key, , , call] = tool;
      const button = tools.getByRole('button').nth(place);
      await expect(button).toHaveText(new RegExp(`${tool[language].source}.*${key}$`));
      await expectCall(call, () => button.click());
    }
    for (const [place, entry] of menu.entries()) {
      // A menu that is closing takes the click as its own.
      await expect(items).toHaveCount(0);
      await tools.getByRole('button').nth(bar.length).click();
      await expect(items.nth(place)).toHaveText(entry[language - 1] ?? '');
      await expect(items.nth(place)).toContainText(entry[2]);
      await expectCall(entry[2], () => items.nth(place).click());
    }
  });
}

test('each key of the tools makes its call, and so do the boxes and buttons of the process', async ({ page, host }) => {
  const expectCall = await benchThatTells(page);
  const { grid, tool } = benchOf(page);
  for (const [key, , , call] of bar) await expectCall(call, () => grid('A').press(key.toLowerCase()));
  // The last one again.
  await expectCall('MADV_DONTDUMP', () => grid('A').press('Enter'));
  const process = page.getByRole('dialog', { name: 'Process' });
  for (const [boxes, button, call] of [
    [['MCL_FUTURE'], 'Lock', /^mlockall\(MCL_FUTURE\)/],
    [[], 'Unlock everything', 'munlockall('],
    [['MCL_FUTURE', 'MCL_ONFAULT'], 'Lock', /^mlockall\(MCL_FUTURE\|MCL_ONFAULT\)/],
    [[], 'Unlock everything', 'munlockall('],
  ] as const) {
    await tool('Process').click();
    for (const flag of ['MCL_CURRENT', 'MCL_FUTURE', 'MCL_ONFAULT']) {
      await process.getByRole('checkbox', { name: flag }).setChecked(boxes.some((wanted) => wanted === flag));
    }
    await expect(process.getByRole('button', { name: 'Lock', exact: true })).toBeEnabled({ enabled: boxes.length > 0 });
    const press = () => process.getByRole('button', { name: button, exact: true }).click();
    // In Electron MCL_FUTURE is undone in the step that sets it.
    if (host === 'electron' && button === 'Lock') await expectCall('munlockall(', press, 2);
    else await expectCall(call, press);
  }
});

test('when its process is killed, what it showed stays, nothing more is asked of it, and a new one is a click away', async ({
  page,
}) => {
  await openBench(page);
  await map(page, '16');
  const { state, grid, log, entries, tool, region } = benchOf(page);
  await select(page, '0-3');
  await grid('A').press('w');
  await expect(grid('A')).toHaveAccessibleName(/4 resident/);
  process.kill(Number(/pid (\d+)/.exec(await state.innerText())?.[1]), 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('ended by SIGKILL');
  await expect(tool('Read')).toHaveCount(0);
  await grid('A').press('l');
  await entries.last().click();
  await page.getByRole('button', { name: 'Repeat' }).click();
  await expect(page.getByText('This workbench has ended')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'SIGKILL' })).toHaveCount(1);
  await expect(log).toContainText('3 steps');
  await expect(region('A')).toBeVisible();
  await page.getByRole('button', { name: 'Open a new workbench' }).click();
  await expect(state).toContainText('Open · in its own process');
  await expect(region('A')).toHaveCount(0);
  await map(page, '4');
  await expect(grid('A')).toHaveAccessibleName(/4 absent/);
});

test('a touch of pages that a file no longer has, since it shrank under its region, is refused and explained', async ({
  page,
}, info) => {
  const path = info.outputPath('shrinking.bin');
  await writeFile(path, Buffer.alloc(16 * 4096, 1));
  await openBench(page);
  const { field, grid, entries } = benchOf(page);
  await choose(page, 'Memory', 'file');
  await field('Path of the file').fill(path);
  await map(page, '');
  await grid('A').press('Control+a');
  await page.keyboard.press('r');
  await expect(entries).toHaveCount(2);
  // How many pages are resident then is not for us to say: a folio that the kernel could not split stays whole.
  await truncate(path, 4 * 4096);
  await page.keyboard.press('r');
  await expect(page.getByRole('alert')).toContainText('EFAULT');
  await expect(page.getByRole('alert')).toContainText('past the end of the file');
});

test('the legend counts the regions that are there, and not those that were removed', async ({ page }) => {
  await openBench(page);
  await map(page, '16');
  const absent = (count: number) => page.getByRole('button', { name: `absent ${count}` });
  await expect(absent(16)).toBeVisible();
  await page.getByRole('button', { name: 'Remove A: unmap it' }).click();
  await page.getByRole('button', { name: 'Unmap A' }).click();
  await expect(absent(0)).toBeVisible();
});
