import type { Browser, BrowserContext, CDPSession, Download, Page, Request, Route } from '@playwright/test';
import type { FromDesktop, Question, SchemeAnswer, ToDesktop } from './stand-in/messages.ts';
import { type FromPage, pageScript, preloadScript, preloadWorld, type ToPage } from './stand-in/page-shim.ts';

/**
 * Chromium knows no `app:` without Electron. Its pages have this origin instead, which no network is asked for: as
 * secure, with storage, modules, fonts and blobs of its own, under the very policy that the app sends.
 */
const shownOrigin = 'https://pagescope.app.test';
const appOrigin = 'app://pagescope';

const shown = (url: string): string => url.replace(appOrigin, shownOrigin);
const asApp = (url: string): string => url.replace(shownOrigin, appOrigin);

/** What the main process says to a page. */
type PageMessage = Extract<ToDesktop, { kind: 'frame-message' | 'port-data' | 'port-closed' | 'sent' | 'invoked' }>;

/** The desktop that a window belongs to, as far as it needs it. */
interface Desktop {
  send(message: FromDesktop): void;
  ask(question: Question): Promise<unknown>;
}

/** A window of the app: a page of Chromium with the app's preload, whose every request is answered by the app. */
export class ShownWindow {
  readonly loaded: Promise<void>;
  readonly #preload: Promise<string>;
  readonly #desktop: Desktop;
  readonly #number: number;
  #made: Promise<{ context: BrowserContext; page: Page; deliver: (items: readonly ToPage[]) => Promise<unknown> }>;
  /** Where the page was when its process died. */
  #crashedAt = '';
  /** Until the app has it loaded again there is no page to be had. */
  #reloaded = Promise.withResolvers<void>();
  /** While set, its page dies without a word: nobody tells that its ports are closed. */
  silent = false;
  readonly consoleErrors: string[] = [];
  /** Where the page tried to go, and whether the app let it. */
  readonly navigations: { url: string; allowed: unknown }[] = [];
  readonly popups: { url: string; allowed: unknown }[] = [];
  /** What the page offered as files, by address. */
  readonly downloads = new Map<string, Download>();
  /** Ports of each document: they close with it. */
  readonly #ports = new Map<number, string>();
  #document = '';
  #loading: string | undefined;
  #loadedNow: () => void = () => {};
  /** Messages to the page, in order: what comes while some are delivered goes together, for each way there is long. */
  readonly #undelivered: ToPage[] = [];
  #delivery: Promise<unknown>;

  constructor(desktop: Desktop, number: number, browser: Browser, preload: Promise<string>) {
    this.#desktop = desktop;
    this.#number = number;
    this.loaded = new Promise((resolve) => {
      this.#loadedNow = resolve;
    });
    this.#preload = preload;
    this.#made = this.#make(browser, preload);
    this.#delivery = this.#made;
    this.#reloaded.resolve();
  }

  async page(): Promise<Page> {
    await this.#reloaded.promise;
    return (await this.#made).page;
  }

  async #make(browser: Browser, preload: Promise<string>) {
    const context = await browser.newContext({
      ...{ locale: 'en-US', viewport: { width: 1400, height: 900 } },
      reducedMotion: 'reduce',
    });
    await context.route('**/*', (route, request) => this.#answer(route, request));
    return this.#open(context, preload);
  }

  async #open(context: BrowserContext, preload: Promise<string>) {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') this.consoleErrors.push(message.text());
    });
    page.on('pageerror', (error) => this.consoleErrors.push(String(error)));
    page.on('download', (download) => {
      const url = asApp(download.url());
      this.downloads.set(url, download);
      this.#desktop.send({ kind: 'download', window: this.#number, url, name: download.suggestedFilename() });
    });
    page.on('framenavigated', (frame) => {
      const url = asApp(frame.url());
      if (frame !== page.mainFrame() || !url.startsWith(appOrigin)) return;
      this.#desktop.send({ kind: 'navigated', window: this.#number, url });
    });
    page.on('popup', (popup) => void popup.close());
    page.on('close', () => this.#closePorts(() => true));
    await page.addInitScript({ content: pageScript });
    const deliver = await this.#runPreload(await context.newCDPSession(page), await preload);
    return { context, page, deliver };
  }

  /** Runs the preload in a world of its own in each document. Gives the way to reach it. */
  async #runPreload(devTools: CDPSession, preload: string): Promise<(items: readonly ToPage[]) => Promise<unknown>> {
    let world: number | undefined;
    devTools.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === preloadWorld) world = context.id;
    });
    devTools.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'standInTell') this.#told(JSON.parse(payload));
    });
    await devTools.send('Page.enable');
    await devTools.send('Runtime.enable');
    await devTools.send('Runtime.addBinding', { name: 'standInTell', executionContextName: preloadWorld });
    const source = preloadScript(preload);
    await devTools.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: preloadWorld });
    return (items) => {
      const expression = `for (const item of ${JSON.stringify(items)}) standInDeliver(item)`;
      return devTools.send('Runtime.evaluate', { expression, ...(world !== undefined && { contextId: world }) });
    };
  }

  load(url: string): void {
    this.#loading = url;
    const load = async () => {
      await (await this.page()).goto(shown(url));
      this.#desktop.send({ kind: 'loaded', window: this.#number });
      this.#loadedNow();
    };
    // A window that is closed meanwhile never loads; whoever waits for one that does not fails by its own time limit.
    load().catch(() => {});
  }

  /** The process of the page dies, and says nothing: not of its ports either. */
  async crash(reason = 'crashed'): Promise<void> {
    const page = await this.page();
    this.#crashedAt = page.url();
    this.#reloaded = Promise.withResolvers();
    this.silent = true;
    await page.close();
    this.silent = false;
    const detail = { reason, exitCode: 11 };
    this.#desktop.send({ kind: 'event', of: 'contents', window: this.#number, name: 'render-process-gone', detail });
  }

  /** Loads the page again: in a new process, where the old one died. */
  reload(): void {
    if (this.#crashedAt !== '') this.#made = this.#made.then(({ context }) => this.#open(context, this.#preload));
    this.#reloaded.resolve();
    this.load(this.#crashedAt === '' ? `${appOrigin}/` : asApp(this.#crashedAt));
    this.#crashedAt = '';
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
    if (item === undefined || this.#undelivered.push(item) > 1) return;
    this.#delivery = this.#delivery
      .then(() => this.#made)
      .then(({ deliver }) => deliver(this.#undelivered.splice(0)))
      // The page is gone, and its port will tell.
      .catch(() => {});
  }

  #toPage(message: PageMessage): ToPage | undefined {
    if (message.kind === 'frame-message') {
      this.#ports.set(message.port, this.#document);
      return { kind: message.kind, channel: message.channel, message: message.message, port: message.port };
    }
    if (message.kind === 'invoked') return message;
    if (message.kind === 'sent') {
      const { kind, channel, message: sent } = message;
      return { kind, channel, message: JSON.parse(JSON.stringify(sent).replaceAll(appOrigin, shownOrigin)) };
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
      if (withoutHash(url) !== withoutHash(this.#loading)) {
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

const withoutHash = (url: string | undefined): string | undefined => url?.replace(/#.*/, '');

const isSchemeAnswer = (value: unknown): value is SchemeAnswer =>
  typeof value === 'object' && value !== null && 'status' in value && 'body' in value;

function frameIsMain(request: Request, page: Page): boolean {
  try {
    return request.frame() === page.mainFrame();
  } catch {
    return false;
  }
}
