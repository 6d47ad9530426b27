import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, expect as expectPage, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type SessionEvent, sessionEventSchema } from '../../protocol/events.ts';
import { resolveChromium } from '../../scripts/chromium.mjs';
import { Desktop } from './desktop.ts';
import { mappingOf } from './mappings.ts';

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

/** Runs the experiment that the app opens on, with the window's own controls, until `state`; `End` is the slowest pace. */
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

function regionOf(desktop: Desktop) {
  const [first] = ofKind(desktop, 'region');
  if (!first) throw new Error('The page was told of no region.');
  return first.region;
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

    window.requestClose();
    await desktop.toldOf('quit');
    await expect.poll(() => mappingOf(desktop.pid, region)).toBeUndefined();
    desktop.send({ kind: 'may-exit' });
    expect(await desktop.exited).toBe(0);
  });

  it('releases what a page had when the page reloads, and gives the new page a port of its own', async () => {
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
  });

  it('runs an isolated lab in a process of its own, tells the signal that kills it, and goes on', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await isolate(page);
    await run(page, 4096, 'completed');
    const lab = Number(await desktop.toldOf('lab'));
    const region = regionOf(desktop);
    expect((await mappingOf(lab, region))?.rssBytes).toBeGreaterThanOrEqual(region.length);
    expect(await mappingOf(desktop.pid, region)).toBeUndefined();

    desktop.traffic.length = 0;
    await run(page, 4096, 'running', 'End');
    process.kill(Number(await desktop.toldOf('lab', 2)), 'SIGKILL');
    await expectPage(page.locator('[role=status][data-state=failed]')).toBeVisible();
    expect(ofKind(desktop, 'state').at(-1)?.problem).toMatchObject({ kind: 'died', signal: 'SIGKILL' });
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
    window.requestClose();
    await desktop.toldOf('quit');
    await expect.poll(() => readFile(`/proc/${lab}/stat`, 'utf8').catch(() => 'gone')).toBe('gone');
  });

  it('stays on its page: other addresses, new windows and web views are refused', async () => {
    await using desktop = await started();
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
    expect(desktop.told.filter(({ what }) => what === 'external')).toHaveLength(1);

    expect(await desktop.ask({ about: 'webview', window: 1 })).toBe(false);
  });

  it('grants its own page the clipboard for writing and nobody anything else', async () => {
    await using desktop = await started();
    await desktop.window();
    const ask = (permission: string, url: string) => desktop.ask({ about: 'permission', permission, url });
    const granted = { checked: true, requested: true };
    const refused = { checked: false, requested: false };
    expect(await ask('clipboard-sanitized-write', 'app://pagescope/')).toEqual(granted);
    expect(await ask('clipboard-sanitized-write', 'https://example.com/')).toEqual(refused);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'openExternal']) {
      expect(await ask(permission, 'app://pagescope/'), permission).toEqual(refused);
    }
  });

  it('serves the built page alone, with a strict policy', async () => {
    await using desktop = await started();
    await desktop.window();
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
    await using desktop = await started();
    await desktop.window();
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
    await using chinese = await started({ env: { STAND_IN_LOCALE: 'zh-CN' } });
    const titles = async (desktop: Desktop) => {
      const menu = await desktop.toldOf('menu');
      return Array.isArray(menu) ? menu.map(([label]) => label) : menu;
    };
    expect(await titles(english)).toEqual(['&File', '&Edit', '&View', '&Window', '&Help']);
    expect(await titles(chinese)).toEqual(['文件(&F)', '编辑(&E)', '视图(&V)', '窗口(&W)', '帮助(&H)']);
  });

  it('says in one sentence which setting is wrong, and ends with status 2', async () => {
    await using desktop = await started({ env: { PAGESCOPE_BUDGET_MIB: 'plenty' } });
    expect(await desktop.exited).toBe(2);
    expect(desktop.errors).toMatch(/^PAGESCOPE_BUDGET_MIB is "plenty".*\n$/);
  });
});
