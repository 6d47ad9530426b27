import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, expect as expectOfPlaywright, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type SessionEvent, sessionEventSchema } from '../../protocol/events.ts';
import { resolveChromium } from '../../scripts/chromium.mjs';
import { Desktop } from '../support/electron/desktop.ts';
import { mappingOf } from '../support/electron/mappings.ts';
import { forbidCoreFile } from '../support/no-core-file.ts';

const expectPage = expectOfPlaywright.configure({ timeout: 15_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(resolveChromium());
});
afterAll(() => browser.close());

async function started(options: { env?: Record<string, string>; userData?: string } = {}): Promise<Desktop> {
  const desktop = await Desktop.start({ browser, ...options });
  onTestFailed(() => console.error(desktop.errors));
  return desktop;
}

/** The session events that the page was sent. */
function events(desktop: Desktop): SessionEvent[] {
  return desktop.traffic.flatMap((data) => {
    const message = typeof data === 'string' ? JSON.parse(data) : undefined;
    return message?.m === 'event' ? [sessionEventSchema.parse(message.a[0])] : [];
  });
}

const ofKind = <K extends SessionEvent['kind']>(desktop: Desktop, kind: K) =>
  events(desktop).filter((event): event is Extract<SessionEvent, { kind: K }> => event.kind === kind);

/**
 * Runs the experiment that the app opens on, with the window's own controls, until `state`; `End` is the slowest pace.
 */
async function run(page: Page, pages: number, state: string, pace: 'Home' | 'End' = 'Home'): Promise<void> {
  await page.getByRole('slider', { name: 'Pace' }).press(pace);
  await page.getByRole('textbox', { name: 'Pages', exact: true }).fill(String(pages));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectPage(page.locator(`[role=status][data-state=${state}]`)).toBeVisible({ timeout: 40_000 });
}

async function isolate(page: Page): Promise<void> {
  await page
    .locator('input')
    .and(page.getByLabel('Placement', { exact: true }))
    .click();
  await page.getByRole('option', { name: 'In its own process' }).click();
}

/** A signal ends the lab process; the window says so, and which. */
async function dies(desktop: Desktop, page: Page, lab: number, signal: 'SIGKILL' | 'SIGSEGV'): Promise<void> {
  forbidCoreFile(lab);
  process.kill(lab, signal);
  await expectPage(page.locator('[role=status][data-state=failed]')).toBeVisible({ timeout: 10_000 });
  expect(ofKind(desktop, 'state').at(-1)?.problem).toMatchObject({ kind: 'died', signal });
}

function regionOf(desktop: Desktop) {
  const [first] = ofKind(desktop, 'region');
  if (!first) throw new Error('The page was told of no region.');
  return first.region;
}

type Entry = readonly [en: string, zh: string, what: string | null | readonly Entry[]];

/** The menu: its titles and entries in both languages, and what Electron does for an entry. */
const menu: readonly Entry[] = [
  [
    '&File',
    '文件(&F)',
    [
      ['&Close Window', '关闭窗口(&C)', 'close'],
      ['&Quit', '退出(&Q)', 'quit'],
    ],
  ],
  [
    '&Edit',
    '编辑(&E)',
    [
      ['&Undo', '撤销(&U)', 'undo'],
      ['&Redo', '重做(&R)', 'redo'],
      ['Cu&t', '剪切(&T)', 'cut'],
      ['&Copy', '复制(&C)', 'copy'],
      ['&Paste', '粘贴(&P)', 'paste'],
      ['Select &All', '全选(&A)', 'selectAll'],
    ],
  ],
  [
    '&View',
    '视图(&V)',
    [
      ['&Reload', '重新加载(&R)', 'reload'],
      ['&Developer Tools', '开发者工具(&D)', 'toggleDevTools'],
      ['&Actual Size', '实际大小(&A)', 'resetZoom'],
      ['Zoom &In', '放大(&I)', 'zoomIn'],
      ['Zoom &Out', '缩小(&O)', 'zoomOut'],
      ['&Full Screen', '全屏(&F)', 'togglefullscreen'],
    ],
  ],
  ['&Window', '窗口(&W)', [['&Minimize', '最小化(&M)', 'minimize']]],
  [
    '&Help',
    '帮助(&H)',
    [
      ['Pagescope on the &Web', 'Pagescope 网站(&W)', null],
      ['&Manual Pages', '手册页(&M)', null],
    ],
  ],
];

/** The menu as it is told. */
function inLanguage(language: 0 | 1, entries: readonly Entry[] = menu): unknown {
  return entries.map((entry) => [entry[language], Array.isArray(entry[2]) ? inLanguage(language, entry[2]) : entry[2]]);
}

describe('the desktop app', { timeout: 60_000 }, () => {
  it('shows first-touch completed with every claim held, and leaves nothing mapped when its window closes', async () => {
    await using desktop = await started();
    desktop.holdExit = true;
    const window = await desktop.window();
    const page = await window.page();
    await run(page, 4096, 'completed');

    const claims = ofKind(desktop, 'claim').map(({ claim }) => [claim.id, claim.status]);
    expect(claims.length).toBeGreaterThanOrEqual(3);
    expect(claims.filter(([, status]) => status !== 'held')).toEqual([]);
    expect(desktop.traffic.some((data) => data instanceof Uint8Array)).toBe(true);
    const region = regionOf(desktop);
    // The calls were made in the main process itself, as another process sees.
    const mapping = await mappingOf(desktop.pid, region);
    expect(mapping?.rssBytes).toBeGreaterThanOrEqual(region.length);
    expect(window.consoleErrors).toEqual([]);

    // Also of a page that dies without closing its port.
    window.silent = true;
    window.requestClose();
    await desktop.toldOf('quit');
    await expect.poll(() => mappingOf(desktop.pid, region)).toBeUndefined();
    desktop.send({ kind: 'may-exit' });
    expect(await desktop.exited).toBe(0);
  });

  it('releases what a page had when the page reloads, and gives the new page a port of its own', {
    timeout: 60_000,
  }, async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await run(page, 4096, 'completed');
    const region = regionOf(desktop);
    await page.reload();
    await expectPage(page.locator('[role=status][data-state=ready]')).toBeVisible();
    await expect.poll(() => mappingOf(desktop.pid, region)).toBeUndefined();
    desktop.traffic.length = 0;
    await run(page, 16, 'completed');
    expect(ofKind(desktop, 'claim').every(({ claim }) => claim.status === 'held')).toBe(true);
    // A page that asks again has a second engine, and the first one goes with what it had.
    desktop.traffic.length = 0;
    await run(page, 4096, 'running', 'End');
    await expect.poll(() => ofKind(desktop, 'region'), { timeout: 20_000 }).toHaveLength(1);
    const next = regionOf(desktop);
    expect(await mappingOf(desktop.pid, next)).toBeDefined();
    await page.evaluate("window.pagescope.requestPort('again')");
    await expect.poll(() => mappingOf(desktop.pid, next)).toBeUndefined();
  });

  it('runs an isolated lab in a process of its own, tells the signal that kills it, and goes on', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await isolate(page);
    await run(page, 16, 'completed');
    const lab = Number(await desktop.toldOf('lab'));
    const region = regionOf(desktop);
    expect((await mappingOf(lab, region))?.rssBytes).toBeGreaterThanOrEqual(region.length);
    expect(await mappingOf(desktop.pid, region)).toBeUndefined();

    // As waitpid(2) gives them: the second, in the middle of a run, with the core flag beside its number.
    await dies(desktop, page, lab, 'SIGKILL');
    await run(page, 4096, 'running', 'End');
    await dies(desktop, page, Number(await desktop.toldOf('lab', 2)), 'SIGSEGV');
    await run(page, 16, 'completed');
  });

  it('ends its isolated lab with its window', async () => {
    await using desktop = await started();
    const window = await desktop.window();
    const page = await window.page();
    await isolate(page);
    await run(page, 16, 'completed');
    const lab = Number(await desktop.toldOf('lab'));
    desktop.holdExit = true;
    // One that does not run takes no request to end.
    process.kill(lab, 'SIGSTOP');
    onTestFailed(() => void process.kill(lab, 'SIGKILL'));
    window.requestClose();
    await desktop.toldOf('quit');
    await expect.poll(() => readFile(`/proc/${lab}/stat`, 'utf8').catch(() => 'gone')).toBe('gone');
  });

  it('focuses its window when it is started again, and the second start ends at once', async () => {
    await using desktop = await started();
    await desktop.window();
    const focused = desktop.toldOf('focus');
    await using second = await started({ userData: desktop.userData });
    const argv = await second.toldOf('second-instance');
    expect(await second.exited).toBe(0);
    expect(second.told.map(({ what }) => what)).toEqual(['second-instance', 'quit']);
    desktop.send({ kind: 'second-instance', argv: [String(argv)] });
    await focused;
  });

  it('remembers where its window was, and opens anyway when that is damaged or cannot be kept', async () => {
    const closeWindow = async (desktop: Desktop) => {
      (await desktop.window()).requestClose();
      expect(await desktop.exited).toBe(0);
    };
    await using desktop = await started();
    const { userData } = desktop;
    const file = join(userData, 'window.json');
    const kept = async () => JSON.parse(await readFile(file, 'utf8'));
    await closeWindow(desktop);
    expect(await kept()).toMatchObject({ width: 1400, height: 900, maximized: false });

    const moved = { x: 10, y: 20, width: 1000, height: 700, maximized: true };
    await writeFile(file, JSON.stringify(moved));
    await using maximized = await started({ userData });
    await maximized.toldOf('maximize');
    await closeWindow(maximized);
    expect(await kept()).toEqual(moved);

    const elsewhere = { ...moved, x: 5000 };
    for (const text of [
      '{"x": 1e9, nonsense',
      '[]',
      JSON.stringify({ ...moved, width: 1 }),
      JSON.stringify(elsewhere),
    ]) {
      await writeFile(file, text);
      await using damaged = await started({ userData });
      await closeWindow(damaged);
      expect(await kept(), text).toMatchObject({ width: 1400, height: 900, maximized: false });
    }

    await rm(file);
    await mkdir(file);
    await using unkept = await started({ userData });
    await closeWindow(unkept);
  });

  it('puts up the usual menu in the language of the desktop', async () => {
    await using english = await started();
    await using chinese = await started({ env: { STAND_IN_LOCALE: 'zh-TW' } });
    expect(await english.toldOf('menu')).toEqual(inLanguage(0));
    expect(await chinese.toldOf('menu')).toEqual(inLanguage(1));
  });

  it('says in one sentence which setting is wrong, and ends with status 2', async () => {
    await using desktop = await started({ env: { PAGESCOPE_BUDGET_MIB: 'plenty' } });
    expect(await desktop.exited).toBe(2);
    expect(desktop.errors).toMatch(/^PAGESCOPE_BUDGET_MIB is "plenty".*\n$/);
  });
});

describe('the page of the desktop app', { timeout: 60_000 }, () => {
  let desktop: Desktop;
  beforeAll(async () => {
    desktop = await Desktop.start({ browser });
    await desktop.window();
  });
  afterAll(() => desktop[Symbol.asyncDispose]());

  /** What was opened in the person's browser. */
  const opened = () => desktop.told.filter(({ what }) => what === 'external').map(({ detail }) => detail);

  it('stays on its page: other addresses, new windows and web views are refused', async () => {
    const window = await desktop.window();
    const page = await window.page();
    await page.evaluate(() => location.assign('https://example.com/'));
    await expect.poll(() => window.navigations).toEqual([{ url: 'https://example.com/', allowed: false }]);
    expect(page.url()).toMatch(/^https:\/\/pagescope\.app\.test\//);

    await page.evaluate(() => void globalThis.open('https://example.com/popup'));
    await expect.poll(() => window.popups).toEqual([{ url: 'https://example.com/popup', allowed: false }]);
    await page.evaluate(() => void globalThis.open('https://man7.org/linux/man-pages/man2/mlock.2.html'));
    expect(await desktop.toldOf('external')).toBe('https://man7.org/linux/man-pages/man2/mlock.2.html');
    await expect.poll(() => window.popups.map(({ allowed }) => allowed)).toEqual([false, false]);
    expect(opened()).toHaveLength(1);

    expect(await desktop.ask({ about: 'webview', window: 1 })).toBe(false);
    for (const how of ['page', 'frame', 'redirect'] as const) {
      const may = (url: string) => desktop.ask({ about: 'navigation', window: 1, url, how });
      expect([how, await may('https://example.com/'), await may('file:///etc/passwd')]).toEqual([how, false, false]);
      expect([how, await may('app://pagescope/')]).toEqual([how, true]);
    }
  });

  it('opens in the browser what lies below the pages of its list, and nothing that only begins as they do', async () => {
    const before = opened().length;
    const project = 'https://github.com/pagescope/pagescope';
    const manual = 'https://man7.org/linux/man-pages';
    const allowed = [project, `${project}/issues/1`, `${manual}/`, `${manual}/man2/mmap.2.html#NOTES`];
    const refused = [
      `${project}-evil`,
      `${project}.example.com/`,
      'https://github.com/pagescope/',
      'https://github.com/',
      `${project}/../evil`,
      `${manual}-evil/`,
      `${manual}/../../evil`,
      'https://man7.org.example.com/linux/man-pages/',
      'https://man7.org@example.com/linux/man-pages/',
      'https://man7.org:8443/linux/man-pages/',
      'http://man7.org/linux/man-pages/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'app://pagescope/',
      'nonsense',
    ];
    for (const url of [...allowed, ...refused]) {
      expect(await desktop.ask({ about: 'window-open', window: 1, url }), url).toBe(false);
    }
    expect(opened().slice(before)).toEqual(allowed);
    await desktop.toldOf('menu');
    expect(await desktop.ask({ about: 'menu', label: 'Pagescope on the &Web' })).toBe(true);
    expect(await desktop.ask({ about: 'menu', label: '&Manual Pages' })).toBe(true);
    expect(opened().slice(before + allowed.length)).toEqual([project, `${manual}/`]);
  });

  it('shows its page in the sandbox, in a world of its own, without Node', async () => {
    expect(desktop.windowOptions.map(({ webPreferences }) => webPreferences)).toEqual([
      {
        preload: expect.stringMatching(/\/out\/electron\/preload\.cjs$/),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    ]);
  });

  it('grants its own page the clipboard for writing and nobody anything else', async () => {
    const ask = (permission: string, url: string) => desktop.ask({ about: 'permission', permission, url });
    const granted = { checked: true, requested: true };
    const refused = { checked: false, requested: false };
    expect(await ask('clipboard-sanitized-write', 'app://pagescope/')).toEqual(granted);
    expect(await ask('clipboard-sanitized-write', 'https://example.com/')).toEqual(refused);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'openExternal']) {
      expect(await ask(permission, 'app://pagescope/'), permission).toEqual(refused);
    }
    expect(await desktop.ask({ about: 'device' })).toBe(false);
  });

  it('serves the built page alone, with a strict policy', async () => {
    const ask = (url: string, method = 'GET') => desktop.ask({ about: 'request', url, method });
    expect(await ask('app://pagescope/')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self';"),
        'x-content-type-options': 'nosniff',
      },
    });
    for (const url of [
      'app://pagescope/..%2felectron%2fmain.js',
      'app://pagescope/..%5celectron%5cmain.js',
      'app://pagescope/%2e%2e%2felectron%2fmain.js',
      'app://pagescope/assets',
      'app://elsewhere/',
    ]) {
      expect(await ask(url), url).toMatchObject({ status: 404 });
    }
    expect(await ask('app://pagescope/', 'POST')).toMatchObject({ status: 404 });
  });

  it('gives a port to its own page alone', async () => {
    const messages: unknown[] = [];
    desktop.process.on('message', (message: { kind: string }) => {
      if (message.kind === 'frame-message') messages.push(message);
    });
    const request = { kind: 'ipc', window: 1, channel: 'pagescope:request-port' } as const;
    const own = 'app://pagescope/';
    desktop.send({ ...request, args: ['nonce'], url: 'https://example.com/', top: false });
    desktop.send({ ...request, args: ['nonce'], url: own, top: false });
    desktop.send({ ...request, args: ['x'.repeat(65)], url: own, top: true });
    desktop.send({ ...request, args: [{}], url: own, top: true });
    desktop.send({ ...request, args: [], url: own, top: true });
    desktop.send({ ...request, args: ['nonce'], url: 'app://pagescope.evil.example/', top: true });
    desktop.send({ ...request, args: ['nonce'], url: own, top: true });
    // Questions are answered in order: when this one is, the requests above were looked at.
    await desktop.ask({ about: 'webview', window: 1 });
    expect(messages).toMatchObject([{ channel: 'pagescope:port', message: 'nonce' }]);
  });
});
