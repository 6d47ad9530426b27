import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  _electron,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test as playwrightTest,
} from '@playwright/test';
import { electronCommand, findElectron } from '../../../scripts/electron-binary.mjs';
import { inProject } from '../../../scripts/project.mjs';

/** Which app the page belongs to: `browser` the loopback host in Chromium, `electron` the desktop app. */
type AppHost = 'browser' | 'electron';

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
  async enter(context: BrowserContext): Promise<Page> {
    this.#url ??= this.#link();
    const url = await this.#url;
    await context.addCookies(this.#cookies);
    const page = await context.newPage();
    await page.goto(this.#cookies.length > 0 ? new URL(url).origin : url);
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

async function withElectron(use: (page: Page) => Promise<void>): Promise<void> {
  const executable = findElectron();
  // The project is there only where the binary is.
  if (executable === undefined) throw new Error('The binary of Electron is gone.');
  const userData = await mkdtemp(join(tmpdir(), 'pagescope-electron-'));
  const { command, args } = electronCommand(executable, [`--user-data-dir=${userData}`]);
  try {
    const app = await _electron.launch({ executablePath: command, args });
    try {
      await use(await app.firstWindow());
    } finally {
      await app.close();
    }
  } finally {
    await rm(userData, { recursive: true, force: true });
  }
}

export interface WorkerFixtures {
  host: AppHost;
  /** Chromium, started when a test first asks for it: the desktop app brings its own. */
  chromium: () => Promise<Browser>;
  /** The loopback host, started when a test first asks for it. */
  served: () => Served;
  /** Opens the app for as long as `use` takes. */
  withApp: (use: (page: Page) => Promise<void>, options?: BrowserContextOptions) => Promise<void>;
}

/** The tests of the interface: `page` is a window of the running app, loaded, with an engine of its own behind it. */
export const test = playwrightTest.extend<object, WorkerFixtures>({
  host: ['browser', { option: true, scope: 'worker' }],
  chromium: [
    async ({ playwright, launchOptions }, use) => {
      let started: Promise<Browser> | undefined;
      await use(() => {
        started ??= playwright.chromium.launch(launchOptions);
        return started;
      });
      await (await started)?.close();
    },
    { scope: 'worker' },
  ],
  served: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
    async ({}, use) => {
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
    async ({ host, chromium, served }, use) =>
      use(async (look, options) => {
        if (host === 'electron') {
          await withElectron(look);
          return;
        }
        const context = await (await chromium()).newContext(options);
        try {
          await look(await served().enter(context));
        } finally {
          await context.close();
        }
      }),
    { scope: 'worker' },
  ],
  page: async ({ withApp }, use) => withApp(use),
});

export { expect };
