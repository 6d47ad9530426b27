import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Text } from '../protocol/text.ts';
import { openExternalPage } from './guards.ts';
import { desktopLanguage } from './language.ts';

type Role = NonNullable<MenuItemConstructorOptions['role']>;

const openRecording: Text = { en: '&Open a Recording…', zh: '打开录制文件(&O)…' };
const openRecent: Text = { en: 'Open &Recent', zh: '最近打开(&R)' };
const noneRecent: Text = { en: 'No Recordings', zh: '没有录制文件' };
const clearRecent: Text = { en: '&Clear This List', zh: '清除此列表(&C)' };

/** A key as the page hears it. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey?: boolean;
  readonly shiftKey?: boolean;
}

/** A command of the page: the menu presses its key there, so that both do the same. */
interface Command {
  readonly text: Text;
  /** As the menu shows it. */
  readonly accelerator: string;
  readonly pressed: PressedKey;
}

const runCommands: readonly Command[] = [
  { text: { en: '&Run, Pause or Go On', zh: '运行、暂停或继续(&R)' }, accelerator: 'Space', pressed: { key: ' ' } },
  { text: { en: '&Step', zh: '单步(&S)' }, accelerator: 'S', pressed: { key: 's' } },
  { text: { en: 'S&top', zh: '停止(&T)' }, accelerator: 'Shift+S', pressed: { key: 'S', shiftKey: true } },
  {
    text: { en: 'Undo the Last &Action', zh: '撤销最近的操作(&A)' },
    accelerator: 'Ctrl+Z',
    pressed: { key: 'z', ctrlKey: true },
  },
  { text: { en: '&Present', zh: '演示(&P)' }, accelerator: 'F11', pressed: { key: 'F11' } },
];

const search: Command = {
  text: { en: '&Find a Command, Term or Fix…', zh: '查找命令、术语或修复方法(&F)…' },
  accelerator: 'Ctrl+K',
  pressed: { key: 'k', ctrlKey: true },
};
const keys: Command = { text: { en: '&Keys', zh: '按键(&K)' }, accelerator: '?', pressed: { key: '?' } };

/** The places of the window, by their address. */
const places: readonly (readonly [Text, string])[] = [
  [{ en: '&Home', zh: '首页(&H)' }, '#/'],
  [{ en: '&Workbench', zh: '工作台(&W)' }, '#workbench'],
  [{ en: '&Guide', zh: '指南(&G)' }, '#/guide'],
  [{ en: '&Limits', zh: '限制(&L)' }, '#limits'],
  [{ en: 'Re&cordings', zh: '录制(&C)' }, '#/recordings'],
];

const menus: readonly {
  readonly label: Text;
  readonly items: readonly (readonly [Role, Text] | 'separator' | 'open' | 'recent')[];
}[] = [
  {
    label: { en: '&File', zh: '文件(&F)' },
    items: [
      'open',
      'recent',
      'separator',
      ['close', { en: '&Close Window', zh: '关闭窗口(&C)' }],
      ['quit', { en: '&Quit', zh: '退出(&Q)' }],
    ],
  },
  {
    label: { en: '&Edit', zh: '编辑(&E)' },
    items: [
      ['undo', { en: '&Undo', zh: '撤销(&U)' }],
      ['redo', { en: '&Redo', zh: '重做(&R)' }],
      'separator',
      ['cut', { en: 'Cu&t', zh: '剪切(&T)' }],
      ['copy', { en: '&Copy', zh: '复制(&C)' }],
      ['paste', { en: '&Paste', zh: '粘贴(&P)' }],
      ['selectAll', { en: 'Select &All', zh: '全选(&A)' }],
    ],
  },
  {
    label: { en: '&View', zh: '视图(&V)' },
    items: [
      ['reload', { en: '&Reload', zh: '重新加载(&R)' }],
      ['toggleDevTools', { en: '&Developer Tools', zh: '开发者工具(&D)' }],
      'separator',
      ['resetZoom', { en: '&Actual Size', zh: '实际大小(&A)' }],
      ['zoomIn', { en: 'Zoom &In', zh: '放大(&I)' }],
      ['zoomOut', { en: 'Zoom &Out', zh: '缩小(&O)' }],
      'separator',
      ['togglefullscreen', { en: '&Full Screen', zh: '全屏(&F)' }],
    ],
  },
  {
    label: { en: '&Window', zh: '窗口(&W)' },
    items: [['minimize', { en: '&Minimize', zh: '最小化(&M)' }]],
  },
];

const help: { readonly label: Text; readonly pages: readonly (readonly [Text, address: string])[] } = {
  label: { en: '&Help', zh: '帮助(&H)' },
  pages: [
    [{ en: 'Pagescope on the &Web', zh: 'Pagescope 网站(&W)' }, 'https://github.com/pagescope/pagescope'],
    [{ en: '&Manual Pages', zh: '手册页(&M)' }, 'https://man7.org/linux/man-pages/'],
  ],
};

/** What the menu asks of the window. */
export interface MenuActions {
  /** Lets a person choose a recording, and shows it. */
  readonly open: () => void;
  /** The recordings that were shown last. */
  readonly recent: readonly string[];
  readonly openRecent: (file: string) => void;
  readonly clearRecent: () => void;
  /** Shows a place of the window. */
  readonly show: (address: string) => void;
  /** Does the page's command of a key. */
  readonly press: (pressed: PressedKey) => void;
}

/** Puts up the menu: every command of the window, with its key. */
export function setMenu(actions: MenuActions): void {
  const language = desktopLanguage();
  const command = ({ text, accelerator, pressed }: Command): MenuItemConstructorOptions => ({
    label: text[language],
    accelerator,
    // The page hears its keys itself, and knows when a letter is text.
    registerAccelerator: false,
    click: () => actions.press(pressed),
  });
  const recent = (): MenuItemConstructorOptions => ({
    label: openRecent[language],
    submenu:
      actions.recent.length === 0
        ? [{ label: noneRecent[language], enabled: false }]
        : [
            // A single & would mark a letter.
            ...actions.recent.map((file) => ({
              label: file.replaceAll('&', '&&'),
              click: () => actions.openRecent(file),
            })),
            { type: 'separator' },
            { label: clearRecent[language], click: actions.clearRecent },
          ],
  });
  const item = (of: (typeof menus)[number]['items'][number]): MenuItemConstructorOptions => {
    if (of === 'separator') return { type: 'separator' };
    if (of === 'open') return { label: openRecording[language], accelerator: 'CmdOrCtrl+O', click: actions.open };
    if (of === 'recent') return recent();
    const [role, text] = of;
    return { role, label: text[language] };
  };
  const template: MenuItemConstructorOptions[] = menus.map(({ label, items }) => ({
    label: label[language],
    submenu: items.map(item),
  }));
  const go: MenuItemConstructorOptions = {
    label: { en: '&Go', zh: '转到(&G)' }[language],
    submenu: [
      ...places.map(([text, address]) => ({ label: text[language], click: () => actions.show(address) })),
      { type: 'separator' },
      command(search),
    ],
  };
  const run: MenuItemConstructorOptions = {
    label: { en: '&Run', zh: '运行(&R)' }[language],
    submenu: runCommands.map(command),
  };
  template.splice(3, 0, go, run);
  template.push({
    label: help.label[language],
    submenu: [
      command(keys),
      ...help.pages.map(([text, address]) => ({ label: text[language], click: () => openExternalPage(address) })),
    ],
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
