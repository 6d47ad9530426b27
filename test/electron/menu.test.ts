import { describe, expect, it } from 'vitest';
import { expectPage, inChromium, openFirst, started } from '../support/electron/started.ts';

inChromium();

type Entry = readonly [en: string, zh: string, what: string | null | readonly Entry[]];

/** The menu: its titles and entries in both languages, and what Electron does for an entry. */
const menu: readonly Entry[] = [
  [
    '&File',
    '文件(&F)',
    [
      ['&Open a Recording…', '打开录制文件(&O)…', null],
      ['Open &Recent', '最近打开(&R)', [['No Recordings', '没有录制文件', null]]],
      ['&Close Window', '关闭窗口(&C)', 'close'],
      ['&Quit', '退出(&Q)', 'quit'],
    ],
  ],
  [
    '&Edit',
    '编辑(&E)',
    [
      ['&Undo', '撤销(&U)', 'undo'],
      ['&Redo', '重做(&R)', 'redo'],
      ['Cu&t', '剪切(&T)', 'cut'],
      ['&Copy', '复制(&C)', 'copy'],
      ['&Paste', '粘贴(&P)', 'paste'],
      ['Select &All', '全选(&A)', 'selectAll'],
    ],
  ],
  [
    '&View',
    '视图(&V)',
    [
      ['&Reload', '重新加载(&R)', 'reload'],
      ['&Developer Tools', '开发者工具(&D)', 'toggleDevTools'],
      ['&Actual Size', '实际大小(&A)', 'resetZoom'],
      ['Zoom &In', '放大(&I)', 'zoomIn'],
      ['Zoom &Out', '缩小(&O)', 'zoomOut'],
      ['&Full Screen', '全屏(&F)', 'togglefullscreen'],
    ],
  ],
  [
    '&Go',
    '转到(&G)',
    [
      ['&Home', '首页(&H)', null],
      ['&Workbench', '工作台(&W)', null],
      ['&Guide', '指南(&G)', null],
      ['&Limits', '限制(&L)', null],
      ['Re&cordings', '录制(&C)', null],
      ['&Find a Command, Term or Fix…', '查找命令、术语或修复方法(&F)…', null],
    ],
  ],
  [
    '&Run',
    '运行(&R)',
    [
      ['&Run, Pause or Go On', '运行、暂停或继续(&R)', null],
      ['&Step', '单步(&S)', null],
      ['S&top', '停止(&T)', null],
      ['Undo the Last &Action', '撤销最近的操作(&A)', null],
      ['&Present', '演示(&P)', null],
    ],
  ],
  ['&Window', '窗口(&W)', [['&Minimize', '最小化(&M)', 'minimize']]],
  [
    '&Help',
    '帮助(&H)',
    [
      ['&Keys', '按键(&K)', null],
      ['Pagescope on the &Web', 'Pagescope 网站(&W)', null],
      ['&Manual Pages', '手册页(&M)', null],
    ],
  ],
];

/** The menu as it is told. */
function inLanguage(language: 0 | 1, entries: readonly Entry[] = menu): unknown {
  return entries.map((entry) => [entry[language], Array.isArray(entry[2]) ? inLanguage(language, entry[2]) : entry[2]]);
}

describe('the menu of the desktop app', { timeout: 60_000 }, () => {
  it('does from its menu what the keys of the page do, and tells the run in the title', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await openFirst(page);
    await expectPage(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
    await expectPage(page).toHaveTitle('First touch · Pagescope');
    await page.getByRole('textbox', { name: 'Pages', exact: true }).fill('8');
    // Also while a field has the keys.
    const choose = (label: string) => desktop.ask({ about: 'menu', label });
    expect(await choose('&Step')).toBe(true);
    await expectPage(page).toHaveTitle('First touch: Paused · Pagescope');
    expect(await choose('&Run, Pause or Go On')).toBe(true);
    await expectPage(page).toHaveTitle('First touch: Completed · Pagescope');
    expect(await choose('&Find a Command, Term or Fix…')).toBe(true);
    await expectPage(page.getByRole('dialog', { name: 'Search' })).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await choose('&Keys')).toBe(true);
    await expectPage(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await choose('&Limits')).toBe(true);
    await expectPage(page).toHaveTitle('Limits · Pagescope');
  });

  it('puts up the usual menu in the language of the desktop', async () => {
    await using english = await started();
    await using chinese = await started({ env: { STAND_IN_LOCALE: 'zh-TW' } });
    expect(await english.toldOf('menu')).toEqual(inLanguage(0));
    expect(await chinese.toldOf('menu')).toEqual(inLanguage(1));
  });
});
