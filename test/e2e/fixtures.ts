import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, type Browser, expect, type Page, test as playwrightTest } from '@playwright/test';
import { electronCommand, findElectron } from '../../scripts/electron-binary.mjs';
import { inProject } from '../../scripts/project.mjs';

/** Which app the page belongs to: `browser` the loopback host in Chromium, `electron` the desktop app. */
type AppHost = 'browser' | 'electron';

/** A `pagescope serve` of its own, and the link to it. */
class Served {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  #errors = '';

  constructor() {
    this.#child = spawn(process.execPath, [inProject('out', 'cli', 'main.cjs'), 'serve', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.stderr?.on('data', (text) => {
      this.#errors += text;
    });
  }

  async url(): Promise<string> {
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

async function withServed(browser: Browser, use: (page: Page) => Promise<void>): Promise<void> {
  const served = new Served();
  try {
    const url = await served.url();
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await use(page);
    } finally {
      await context.close();
    }
  } finally {
    await served.stop();
  }
}

async function withElectron(executable: string, use: (page: Page) => Promise<void>): Promise<void> {
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
  page: async ({ host, chromium }, use, info) => {
    if (host === 'browser') {
      await withServed(await chromium(), use);
      return;
    }
    const executable = findElectron();
    if (executable === undefined) {
      info.skip(true, 'there is no Electron binary: set PAGESCOPE_ELECTRON, or let npm start fetch it');
      return;
    }
    await withElectron(executable, use);
  },
});

export { expect };
