import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Language } from '../protocol/language.ts';
import type { Text } from '../protocol/text.ts';
import { openExternalPage } from './guards.ts';

type Role = NonNullable<MenuItemConstructorOptions['role']>;

const menus: readonly { readonly label: Text; readonly items: readonly (readonly [Role, Text] | 'separator')[] }[] = [
  {
    label: { en: '&File', zh: '文件(&F)' },
    items: [
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

/** The language of the desktop: the menu belongs to it, while the page remembers its own. */
const desktopLanguage = (): Language => (app.getLocale().startsWith('zh') ? 'zh' : 'en');

/** Puts up the menu. */
export function setMenu(): void {
  const language = desktopLanguage();
  const template: MenuItemConstructorOptions[] = menus.map(({ label, items }) => ({
    label: label[language],
    submenu: items.map((item): MenuItemConstructorOptions => {
      if (item === 'separator') return { type: 'separator' };
      const [role, text] = item;
      return { role, label: text[language] };
    }),
  }));
  template.push({
    label: help.label[language],
    submenu: help.pages.map(([text, address]) => ({ label: text[language], click: () => openExternalPage(address) })),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
