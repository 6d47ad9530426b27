import type { Browser, BrowserContext, Page, Request, Route } from '@playwright/test';
import type { FromDesktop, Question, SchemeAnswer, ToDesktop } from './stand-in/messages.ts';
import { type FromPage, pageScript, type ToPage } from './stand-in/page-shim.ts';

/** Chromium knows no `app:`; its pages have this origin instead, which no network is asked for. */
const shownOrigin = 'https://pagescope.app.test';
const appOrigin = 'app://pagescope';

const shown = (url: string): string => url.replace(appOrigin, shownOrigin);
const asApp = (url: string): string => url.replace(shownOrigin, appOrigin);

/** What the main process says to a page. */
type PageMessage = Extract<ToDesktop, { kind: 'frame-message' | 'port-data' | 'port-closed' }>;

/** The desktop that a window belongs to, as far as it needs it. */
interface Desktop {
  send(message: FromDesktop): void;
  ask(question: Question): Promise<unknown>;
}

/** A window of the app: a page of Chromium with the app's preload, whose every request is answered by the app. */
export class ShownWindow {
  readonly loaded: Promise<void>;
  readonly #desktop: Desktop;
  readonly #number: number;
  readonly #made: Promise<{ context: BrowserContext; page: Page }>;
  /** While set, its page dies without a word: nobody tells that its ports are closed. */
  silent = false;
  readonly consoleErrors: string[] = [];
  /** Where the page tried to go, and whether the app let it. */
  readonly navigations: { url: string; allowed: unknown }[] = [];
  readonly popups: { url: string; allowed: unknown }[] = [];
  /** Ports of each document: they close with it. */
  readonly #ports = new Map<number, string>();
  #document = '';
  #loading: string | undefined;
  #loadedNow: () => void = () => {};
  /** Messages to the page, one after the other. */
  #delivery: Promise<unknown>;

  constructor(desktop: Desktop, number: number, browser: Browser, preload: Promise<string>) {
    this.#desktop = desktop;
    this.#number = number;
    this.loaded = new Promise((resolve) => {
      this.#loadedNow = resolve;
    });
    this.#made = this.#make(browser, preload);
    this.#delivery = this.#made;
  }

  async page(): Promise<Page> {
    return (await this.#made).page;
  }

  async #make(browser: Browser, preload: Promise<string>) {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1400, height: 900 } });
    await context.route('**/*', (route, request) => this.#answer(route, request));
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.consoleErrors.push(message.text());
    });
    page.on('pageerror', (error) => this.consoleErrors.push(String(error)));
    page.on('popup', (popup) => void popup.close());
    page.on('close', () => this.#closePorts(() => true));
    await page.exposeFunction('standInTell', (message: FromPage) => this.#told(message));
    await page.addInitScript({ content: pageScript(await preload) });
    return { context, page };
  }

  load(url: string): void {
    this.#loading = url;
    const load = async () => {
      await (await this.page()).goto(shown(url));
      this.#desktop.send({ kind: 'ready-to-show', window: this.#number });
      this.#loadedNow();
    };
    // A window that is closed meanwhile never loads; whoever waits for one that does not fails by its own time limit.
    load().catch(() => {});
  }

  /** As a click on the title bar's button: the app decides. */
  requestClose(): void {
    this.#desktop.send({ kind: 'close-request', window: this.#number });
  }

  /** The app has closed it. */
  async close(): Promise<void> {
    await (await this.#made).context.close();
  }

  deliver(message: PageMessage): void {
    const item = this.#toPage(message);
    if (item === undefined) return;
    this.#delivery = this.#delivery
      .then(() => this.page())
      .then((page) => page.evaluate((what) => window.standInDeliver(what), item))
      // The page is gone, and its port will tell.
      .catch(() => {});
  }

  #toPage(message: PageMessage): ToPage | undefined {
    if (message.kind === 'frame-message') {
      this.#ports.set(message.port, this.#document);
      return { kind: message.kind, channel: message.channel, message: message.message, port: message.port };
    }
    if (!this.#ports.has(message.port)) return undefined;
    if (message.kind === 'port-closed') {
      this.#ports.delete(message.port);
      return message;
    }
    const { port, data } = message;
    if (typeof data === 'string') return { kind: 'port-data', port, text: data };
    if (!(data instanceof Uint8Array)) throw new Error('A page is sent strings and bytes.');
    return { kind: 'port-data', port, base64: Buffer.from(data).toString('base64') };
  }

  #told(message: FromPage): void {
    if (message.kind === 'document') {
      this.#document = message.document;
      this.#closePorts((document) => document !== message.document);
    } else if (message.kind === 'ipc') {
      this.#desktop.send({ ...message, url: asApp(message.url), window: this.#number });
    } else {
      if (message.kind === 'port-closed') this.#ports.delete(message.port);
      if (message.kind !== 'port-closed' || !this.silent) this.#desktop.send(message);
    }
  }

  #closePorts(which: (document: string) => boolean): void {
    for (const [port, document] of this.#ports) {
      if (!which(document)) continue;
      this.#ports.delete(port);
      if (!this.silent) this.#desktop.send({ kind: 'port-closed', port });
    }
  }

  async #answer(route: Route, request: Request): Promise<void> {
    const url = asApp(request.url());
    const page = await this.page();
    if (request.isNavigationRequest()) {
      // A page that was opened by the page has its first request before Playwright knows it.
      const own = await frameIsMain(request, page);
      if (!own) {
        const allowed = await this.#desktop.ask({ about: 'window-open', window: this.#number, url });
        this.popups.push({ url, allowed });
        await route.abort('aborted');
        return;
      }
      if (url !== this.#loading) {
        const allowed = await this.#desktop.ask({ about: 'navigation', window: this.#number, url });
        this.navigations.push({ url, allowed });
        if (allowed !== true) {
          await route.abort('aborted');
          return;
        }
      }
    }
    if (!url.startsWith(`${appOrigin}/`)) {
      await route.abort('blockedbyclient');
      return;
    }
    const answer = await this.#desktop.ask({ about: 'request', url, method: request.method() });
    if (!isSchemeAnswer(answer)) throw new Error(`The app did not answer ${url}.`);
    await route.fulfill({ status: answer.status, headers: answer.headers, body: Buffer.from(answer.body) });
  }
}

const isSchemeAnswer = (value: unknown): value is SchemeAnswer =>
  typeof value === 'object' && value !== null && 'status' in value && 'body' in value;

function frameIsMain(request: Request, page: Page): boolean {
  try {
    return request.frame() === page.mainFrame();
  } catch {
    return false;
  }
}
