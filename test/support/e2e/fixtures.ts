import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  _electron,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ElectronApplication,
  expect,
  type Page,
  test as playwrightTest,
} from '@playwright/test';
import { electronCommand, findElectron } from '../../../scripts/electron-binary.mjs';
import { inProject } from '../../../scripts/project.mjs';
import { open, setPace } from './window.ts';

/** Which app the page belongs to: `browser` the loopback host in Chromium, `electron` the desktop app. */
type AppHost = 'browser' | 'electron';

/** As fast as possible, unless a run has to be watched. */
const settingsOfTests = { paceMs: 0 };

/**
 * A `pagescope serve`, and the way into it: its link is good once, the cookie that it gives for any window after that.
 */
class Served {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  #errors = '';
  #cookies: Awaited<ReturnType<BrowserContext['cookies']>> = [];
  #url: Promise<string> | undefined;

  constructor() {
    this.#child = spawn(process.execPath, [inProject('out', 'cli', 'main.cjs'), 'serve', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stderr?.on('data', (text) => {
      this.#errors += text;
    });
  }

  /** A window of its own, with an engine of its own behind it. */
  async enter(context: BrowserContext, hash: string): Promise<Page> {
    this.#url ??= this.#link();
    const url = await this.#url;
    const { origin } = new URL(url);
    if (context.pages().length === 0) await stay(context, origin);
    await context.addCookies(this.#cookies);
    const page = await context.newPage();
    // The context may have had another window, which remembered something. What this one remembers outlives a reload.
    await page.addInitScript((settings) => {
      if (sessionStorage.length > 0) return;
      sessionStorage.setItem('entered', 'true');
      localStorage.clear();
      localStorage.setItem('pagescope.settings', settings);
    }, JSON.stringify(settingsOfTests));
    await page.goto(`${this.#cookies.length > 0 ? origin : url}${hash}`);
    this.#cookies = await context.cookies();
    return page;
  }

  async #link(): Promise<string> {
    const { stdout } = this.#child;
    if (!stdout) throw new Error('pagescope serve has no standard output.');
    const line = once(createInterface(stdout), 'line').then(([text]) => String(text));
    const ended = this.#exited.then(([code]) => {
      throw new Error(`pagescope serve ended with ${code}: ${this.#errors}`);
    });
    const first: unknown = JSON.parse(await Promise.race([line, ended]));
    if (typeof first !== 'object' || first === null || !('url' in first)) throw new Error(`No URL in ${first}.`);
    return String(first.url);
  }

  /** Stops it as a person would, and holds it to a clean end. */
  async stop(): Promise<void> {
    this.#child.kill('SIGINT');
    const [code] = await this.#exited;
    expect(code, this.#errors).toBe(0);
  }
}

/** What makes the windows of a context share the process of its first page. */
const oneProcess = ['--process-per-site', '--renderer-process-limit=1', '--disable-site-isolation-trials'];

/** Opens a page of the origin that has nothing on it: while it stays, so does the process that has the app compiled. */
async function stay(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${origin}/nothing`);
}

/**
 * Contexts of Chromium that stand ready for the next window with the same options: in a new one it would have to load
 * and compile the whole app again. One whose test failed is left to the end of the browser, with what it shows.
 */
class Contexts {
  readonly #ready = new Map<string, BrowserContext[]>();

  async take(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return this.#ready.get(JSON.stringify(options))?.pop() ?? (await browser.newContext(options));
  }

  async giveBack(context: BrowserContext, options: BrowserContextOptions = {}): Promise<void> {
    for (const page of context.pages().slice(1)) await page.close();
    await context.clearPermissions();
    const key = JSON.stringify(options);
    this.#ready.set(key, [...(this.#ready.get(key) ?? []), context]);
  }
}

/** The desktop app that a page belongs to; of the pages of the browser there is none. */
const apps = new WeakMap<Page, ElectronApplication>();

/**
 * Opens the real desktop app for as long as `use` takes. Playwright's options of a browser do not reach it: locale and
 * size are given to it here.
 */
async function withElectron(
  use: (page: Page) => Promise<void>,
  { locale = 'en-US', viewport }: BrowserContextOptions = {},
): Promise<void> {
  const executable = findElectron();
  // The project is there only where the binary is.
  if (executable === undefined) throw new Error('The binary of Electron is gone.');
  const userData = await mkdtemp(join(tmpdir(), 'pagescope-electron-'));
  const { command, args, env } = electronCommand(executable, [`--user-data-dir=${userData}`, `--lang=${locale}`]);
  // What an editor's debugger preloads into every Node.
  const { NODE_OPTIONS: _, ...cleared } = env;
  try {
    const app = await _electron.launch({ executablePath: command, args, env: definedOnly(cleared) });
    try {
      const page = await app.firstWindow();
      apps.set(page, app);
      const { width, height } = viewport ?? { width: 1440, height: 900 };
      const window = await app.browserWindow(page);
      await window.evaluate((shown, [w, h]) => shown.setContentSize(w, h), [width, height] as const);
      await use(page);
    } finally {
      await app.close();
    }
  } finally {
    await rm(userData, { recursive: true, force: true });
  }
}

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** The file that an act makes the page offer: its name and its text. */
export async function exported(page: Page, act: () => Promise<unknown>): Promise<{ name: string; text: string }> {
  const app = apps.get(page);
  if (!app) {
    const [download] = await Promise.all([page.waitForEvent('download'), act()]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  }
  // Electron has no such event for Playwright; a path that is set keeps the box of the desktop away.
  const folder = await mkdtemp(join(tmpdir(), 'pagescope-exported-'));
  try {
    const offered = app.evaluate(
      ({ session }, where) =>
        new Promise<{ name: string; state: string }>((resolve) => {
          session.defaultSession.once('will-download', (_event, item) => {
            const name = item.getFilename();
            item.setSavePath(`${where}/${name}`);
            item.once('done', (_done, state) => resolve({ name, state }));
          });
        }),
      folder,
    );
    await act();
    const { name, state } = await offered;
    expect(state).toBe('completed');
    return { name, text: await readFile(join(folder, name), 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface WorkerFixtures {
  host: AppHost;
  /** What the apps of this worker record and remember, while it runs: a list of all that others recorded is slow. */
  home: string;
  /** Chromium, started when a test first asks for it: the desktop app brings its own. */
  chromium: () => Promise<Browser>;
  /** The loopback host, started when a test first asks for it. */
  served: () => Served;
  /** Opens the app at an address for as long as `use` takes. */
  withApp: (use: (page: Page) => Promise<void>, options?: BrowserContextOptions, hash?: string) => Promise<void>;
}

export interface Options {
  /** Where `page` begins: a test that is about another view need not wait for this one, and pay for its session. */
  hash: string;
}

/** The tests of the interface: `page` is a window of the running app, loaded, with an engine of its own behind it. */
export const test = playwrightTest.extend<Options, WorkerFixtures>({
  host: ['browser', { option: true, scope: 'worker' }],
  home: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
    async ({}, use) => {
      const home = await mkdtemp(join(tmpdir(), 'pagescope-e2e-'));
      process.env.XDG_DATA_HOME = join(home, 'data');
      process.env.XDG_CONFIG_HOME = join(home, 'config');
      // Recorded as always, in less room; the environment would win over what a test sets.
      delete process.env.PAGESCOPE_RECORDINGS_MIB;
      await mkdir(join(home, 'config', 'pagescope'), { recursive: true });
      await writeFile(join(home, 'config', 'pagescope', 'settings.json'), `{"recordingsBytes":${64 << 20}}`);
      await use(home);
      await rm(home, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  chromium: [
    async ({ playwright, launchOptions }, use) => {
      let started: Promise<Browser> | undefined;
      await use(() => {
        const args = [...(launchOptions.args ?? []), ...oneProcess];
        started ??= playwright.chromium.launch({ ...launchOptions, args });
        return started;
      });
      await (await started)?.close();
    },
    { scope: 'worker' },
  ],
  served: [
    async ({ home: _ }, use) => {
      let started: Served | undefined;
      await use(() => {
        started ??= new Served();
        return started;
      });
      await started?.stop();
    },
    { scope: 'worker' },
  ],
  withApp: [
    async ({ host, home: _, chromium, served }, use) => {
      const contexts = new Contexts();
      await use(async (look, options, hash = '') => {
        if (host === 'electron') {
          await withElectron(async (page) => {
            await setPace(page, settingsOfTests.paceMs);
            await open(page, hash);
            await look(page);
          }, options);
          return;
        }
        const context = await contexts.take(await chromium(), options);
        await look(await served().enter(context, hash));
        await contexts.giveBack(context, options);
      });
    },
    { scope: 'worker' },
  ],
  // Most tests are about an experiment; without an address the window begins with questions.
  hash: ['#/first-touch', { option: true }],
  page: async ({ withApp, hash }, use) => withApp(use, undefined, hash),
});

export { expect };
