/**
 * A stand-in for the module `electron` in the app's main process: what the app uses of it, with the behaviour that the
 * app relies on. Its windows are pages of a real Chromium, which `desktop.ts` shows in the process of the tests. What
 * the app imports and is not here fails when the app is loaded.
 */
import { EventEmitter } from 'node:events';
import { app, requireReady } from './app.ts';
import { dialog } from './boxes.ts';
import { downloads } from './downloads.ts';
import { link } from './link.ts';
import { MessageChannelMain } from './message-channel-main.ts';
import type { Question, SchemeAnswer } from './messages.ts';
import { utilityProcess } from './utility-process.ts';
import { BrowserWindow, WebContents, WebFrameMain } from './windows.ts';

export { app, BrowserWindow, dialog, MessageChannelMain, utilityProcess };

type Invoked = (event: object, ...args: unknown[]) => unknown;
class IpcMain extends EventEmitter {
  readonly invoked = new Map<string, Invoked>();
  handle(channel: string, handler: Invoked): void {
    this.invoked.set(channel, handler);
  }
}
export const ipcMain = new IpcMain();
export const nativeTheme = { shouldUseDarkColors: true };
export const shell = { openExternal: async (url: string) => link.tell('external', url) };
export const screen = {
  getAllDisplays() {
    requireReady(true, 'screen');
    return [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];
  },
};

interface MenuItem {
  readonly label?: string;
  readonly type?: string;
  readonly role?: string;
  readonly click?: () => void;
  readonly submenu?: readonly MenuItem[];
}
let shownMenu: readonly MenuItem[] = [];
export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu(menu: readonly MenuItem[]) {
    shownMenu = menu;
    const told = (items: readonly MenuItem[] = []): unknown =>
      items
        .filter(({ type }) => type !== 'separator')
        .map(({ label, role, submenu }) => (submenu ? [label, told(submenu)] : [label, role ?? null]));
    link.tell('menu', told(menu));
  },
};

type SchemeHandler = (request: Request) => Response | Promise<Response>;
const privileged = new Set<string>();
const handlers = new Map<string, SchemeHandler>();
let registered = false;
export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string; privileges: { standard?: boolean } }[]) {
    requireReady(false, 'protocol.registerSchemesAsPrivileged');
    if (registered) throw new Error('The schemes were registered before; only the last call counts.');
    registered = true;
    for (const { scheme, privileges } of schemes) if (privileges.standard) privileged.add(scheme);
  },
  handle(scheme: string, handler: SchemeHandler) {
    requireReady(true, 'protocol');
    // Without it there is no origin, no relative address and no window message to one.
    if (!privileged.has(scheme)) throw new Error(`${scheme} was not registered as standard.`);
    handlers.set(scheme, handler);
  },
};

let allowDevice = (_details: object): boolean => true;
type Details = { requestingUrl: string };
let checkPermission = (_contents: null, _permission: string, _origin: string, _details: object): boolean => true;
let requestPermission = (_contents: null, _permission: string, answer: (granted: boolean) => void, _details: Details) =>
  answer(true);
export const session = {
  defaultSession: {
    on: downloads.on.bind(downloads),
    setPermissionCheckHandler(handler: typeof checkPermission) {
      checkPermission = handler;
    },
    setPermissionRequestHandler(handler: typeof requestPermission) {
      requestPermission = handler;
    },
    setDevicePermissionHandler(handler: typeof allowDevice) {
      allowDevice = handler;
    },
  },
};

async function schemeAnswer({ url, method }: { url: string; method: string }): Promise<SchemeAnswer> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1));
  if (!handler) throw new Error(`Nothing handles ${url}.`);
  const response = await handler(new Request(url, { method }));
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

async function answer(question: Question): Promise<unknown> {
  if (question.about === 'request') return schemeAnswer(question);
  if (question.about === 'permission') {
    const { permission, url } = question;
    const checked = checkPermission(null, permission, new URL(url).href.replace(/^([a-z]+:\/\/[^/]+).*/, '$1'), {});
    const requested = await new Promise<boolean>((resolve) => {
      requestPermission(null, permission, resolve, { requestingUrl: url });
    });
    return { checked, requested };
  }
  if (question.about === 'device') return allowDevice({ deviceType: 'usb', origin: 'app://pagescope' });
  if (question.about === 'menu') {
    const all = (items: readonly MenuItem[]): MenuItem[] => items.flatMap((item) => [item, ...all(item.submenu ?? [])]);
    const item = all(shownMenu).find(({ label }) => label === question.label);
    item?.click?.();
    return item?.click !== undefined;
  }
  if (question.about === 'devtools') {
    const tools = new WebContents(0);
    tools.mainFrame.url = 'devtools://devtools/bundled/devtools_app.html';
    return tools.mayNavigate(question.url);
  }
  const contents = BrowserWindow.all.get(question.window)?.webContents;
  if (!contents) return false;
  if (question.about === 'navigation') return contents.mayNavigate(question.url, question.how);
  if (question.about === 'window-open') return contents.openHandler({ url: question.url }).action === 'allow';
  let attached = true;
  contents.emit('will-attach-webview', {
    preventDefault() {
      attached = false;
    },
  });
  return attached;
}

link.on('ask', ({ id, question }) => {
  void answer(question).then((value) => link.send({ kind: 'answer', id, value }));
});

const invoke = async (channel: string, event: object, args: unknown[]) =>
  ipcMain.invoked.get(channel)?.(event, ...args);

link.on('ipc', ({ window, channel, args, url, top, call, frame }) => {
  const contents = BrowserWindow.all.get(window)?.webContents;
  if (!contents) return;
  if (top) contents.mainFrame.url = url;
  const asking = frame || !top ? new WebFrameMain(window, top ? null : contents.mainFrame, url) : contents.mainFrame;
  if (frame === 'disposed') asking.dispose();
  const senderFrame = frame === 'null' ? null : asking;
  const event = { sender: contents, senderFrame, ports: [] };
  if (call === undefined) ipcMain.emit(channel, event, ...args);
  else void invoke(channel, event, args).then((value) => link.send({ kind: 'invoked', window, call, value }));
});
