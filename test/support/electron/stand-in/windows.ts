import { EventEmitter } from 'node:events';
import { app, refusable, requireReady } from './app.ts';
import { link } from './link.ts';
import type { MessagePortMain } from './message-channel-main.ts';
import type { WindowOptions } from './messages.ts';

/** The page in a window. Messages to it carry one port, as the app's do. */
export class WebFrameMain {
  #disposed = false;
  #url: string;
  readonly #parent: WebFrameMain | null;
  readonly #window: number;

  constructor(window: number, parent: WebFrameMain | null = null, url = '') {
    this.#window = window;
    this.#parent = parent;
    this.#url = url;
  }

  isDestroyed = (): boolean => this.#disposed;
  dispose = (): void => {
    this.#disposed = true;
  };
  /** A frame that is gone throws whatever it is asked. */
  #check(): void {
    if (this.#disposed) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
  }

  get url(): string {
    this.#check();
    return this.#url;
  }
  set url(url: string) {
    this.#url = url;
  }
  get parent(): WebFrameMain | null {
    this.#check();
    return this.#parent;
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    this.#check();
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

  #destroyed = false;
  isDestroyed = (): boolean => this.#destroyed;
  destroy(): void {
    this.#destroyed = true;
    this.emit('destroyed');
  }

  getURL = (): string => this.mainFrame.url;
  /** Its process is being taken down: what starts another one within the event ends Electron (electron#51900). */
  dying = false;
  reload = (): void => {
    if (this.dying) throw new Error('CHECK failed: the process that dies is still being told of');
    link.send({ kind: 'reload', window: this.id });
  };
  forcefullyCrashRenderer = (): void => link.send({ kind: 'crash', window: this.id });

  send(channel: string, message: unknown): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    link.send({ kind: 'sent', window: this.id, channel, message });
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

/** `STAND_IN_LOAD`: the first load `never` comes, or `fails`. */
const { STAND_IN_PLATFORM: platform = 'wayland', STAND_IN_LOAD: firstLoad } = process.env;

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
  #visible: boolean;
  /** It would have something to show, were it seen. */
  #painted = false;
  readonly #bounds: Bounds;

  constructor(options: WindowOptions & Partial<Bounds>) {
    requireReady(true, 'BrowserWindow');
    super();
    this.#visible = options.show;
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
    if (firstLoad === 'never') return new Promise(() => {});
    if (firstLoad === 'fails') {
      this.webContents.emit('did-fail-load', {}, -2, 'ERR_FAILED', url, true);
      throw new Error(`ERR_FAILED (-2) loading '${url}'`);
    }
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
    this.webContents.destroy();
    this.emit('closed');
    if (BrowserWindow.all.size === 0) app.emit('window-all-closed');
  }

  isDestroyed = (): boolean => this.#destroyed;
  isMaximized = (): boolean => this.#maximized;
  isMinimized = (): boolean => this.#minimized;
  /** Wayland tells no window where it is. */
  getNormalBounds = (): Bounds => (platform === 'x11' ? this.#bounds : { ...this.#bounds, x: 0, y: 0 });
  /** Shows it too, as Electron's does. */
  maximize = (): void => {
    this.#maximized = true;
    link.tell('maximize', this.id);
    this.show();
  };
  restore = (): void => {
    this.#minimized = false;
  };
  show = (): void => {
    link.tell('show', this.id);
    if (!this.#visible && this.#painted) this.emit('ready-to-show');
    this.#visible = true;
  };
  /**
   * The page is loaded. On Wayland nothing is painted in a window that nobody sees, so that `ready-to-show` does not
   * come before it is shown (electron#48859).
   */
  loaded(): void {
    link.tell('loaded', this.id);
    if (platform === 'x11' || this.#visible) this.emit('ready-to-show');
    else this.#painted = true;
    this.webContents.emit('did-finish-load');
  }
  focus = (): void => link.tell('focus', this.id);
}

app.closeWindows = () => {
  for (const window of BrowserWindow.all.values()) window.close();
  return BrowserWindow.all.size === 0;
};
link.on('close-request', ({ window }) => BrowserWindow.all.get(window)?.close());
link.on('event', ({ of, window: number, name, detail }) => {
  const window = BrowserWindow.all.get(number);
  const emitter = of === 'app' ? app : of === 'window' ? window : window?.webContents;
  if (window) window.webContents.dying = name === 'render-process-gone';
  emitter?.emit(name, {}, detail);
  if (window) window.webContents.dying = false;
});
link.on('throw', ({ message }) => {
  throw new Error(message);
});
link.on('navigated', ({ window, url }) => {
  const contents = BrowserWindow.all.get(window)?.webContents;
  if (!contents) return;
  contents.mainFrame.url = url;
  contents.emit('did-navigate-in-page', {}, url, true);
});
link.on('loaded', ({ window }) => BrowserWindow.all.get(window)?.loaded());
