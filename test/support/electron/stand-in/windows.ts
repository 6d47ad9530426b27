import { EventEmitter } from 'node:events';
import { app, refusable, requireReady } from './app.ts';
import { link } from './link.ts';
import type { MessagePortMain } from './message-channel-main.ts';
import type { WindowOptions } from './messages.ts';

/** The page in a window. Messages to it carry one port, as the app's do. */
export class WebFrameMain {
  url = '';
  readonly parent: WebFrameMain | null;
  readonly #window: number;

  constructor(window: number, parent: WebFrameMain | null = null, url = '') {
    this.#window = window;
    this.parent = parent;
    this.url = url;
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const [port] = transfer;
    if (!port || transfer.length > 1) throw new Error('The stand-in hands over one port with each message.');
    link.send({ kind: 'frame-message', window: this.#window, channel, message, port: link.handOver(port) });
  }
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

export class WebContents extends EventEmitter {
  readonly id: number;
  readonly mainFrame: WebFrameMain;
  openHandler: OpenHandler = () => ({ action: 'allow' });

  constructor(id: number) {
    super();
    this.id = id;
    this.mainFrame = new WebFrameMain(id);
    app.emit('web-contents-created', {}, this);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }

  /** Whether every listener lets the page go to `url`. */
  mayNavigate(url: string, how: 'page' | 'frame' | 'redirect' = 'page'): boolean {
    const event = refusable({ url, isSameDocument: false, isMainFrame: how !== 'frame' });
    if (how === 'redirect') this.emit('will-redirect', event, url);
    else this.emit('will-frame-navigate', event);
    if (how === 'page' && !event.defaultPrevented) this.emit('will-navigate', event, url);
    return !event.defaultPrevented;
  }
}

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Map<number, BrowserWindow>();
  static #last = 0;

  readonly id: number;
  readonly webContents: WebContents;
  #destroyed = false;
  #maximized = false;
  #minimized = false;
  readonly #bounds: Bounds;

  constructor(options: WindowOptions & Partial<Bounds>) {
    requireReady(true, 'BrowserWindow');
    super();
    this.id = ++BrowserWindow.#last;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width, height: options.height };
    this.webContents = new WebContents(this.id);
    BrowserWindow.all.set(this.id, this);
    link.send({ kind: 'create-window', window: this.id, options: structuredClone(options) });
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.all.get(contents.id) ?? null;
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    link.send({ kind: 'load', window: this.id, url });
  }

  /** Asks the page's owner, as the button in the title bar does. */
  close(): void {
    if (this.#destroyed) return;
    const event = refusable();
    this.emit('close', event);
    if (event.defaultPrevented) return;
    this.#destroyed = true;
    BrowserWindow.all.delete(this.id);
    link.send({ kind: 'close-window', window: this.id });
    this.webContents.emit('destroyed');
    this.emit('closed');
    if (BrowserWindow.all.size === 0) app.emit('window-all-closed');
  }

  isDestroyed = (): boolean => this.#destroyed;
  isMaximized = (): boolean => this.#maximized;
  isMinimized = (): boolean => this.#minimized;
  getNormalBounds = (): Bounds => this.#bounds;
  maximize = (): void => {
    this.#maximized = true;
    link.tell('maximize', this.id);
  };
  restore = (): void => {
    this.#minimized = false;
  };
  show = (): void => link.tell('show', this.id);
  focus = (): void => link.tell('focus', this.id);
}

app.closeWindows = () => {
  for (const window of BrowserWindow.all.values()) window.close();
  return BrowserWindow.all.size === 0;
};
link.on('close-request', ({ window }) => BrowserWindow.all.get(window)?.close());
link.on('ready-to-show', ({ window }) => BrowserWindow.all.get(window)?.emit('ready-to-show'));
