import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desktop } from '../support/electron/desktop.ts';
import { expectPage, inChromium, startedForAll } from '../support/electron/started.ts';

inChromium();

describe('the page of the desktop app', { timeout: 60_000 }, () => {
  let desktop: Desktop;
  beforeAll(async () => {
    desktop = await startedForAll();
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
    const devTools = 'devtools://devtools/bundled/devtools_app.html?dockSide=undocked';
    expect(await desktop.ask({ about: 'devtools', url: devTools })).toBe(true);
    expect(await desktop.ask({ about: 'devtools', url: 'https://example.com/' })).toBe(false);
    expect(await desktop.ask({ about: 'navigation', window: 1, url: devTools })).toBe(false);
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
    const page = await (await desktop.window()).page();
    // Nothing of the preload's own is in the page's world, and what it gives is frozen.
    const seen = await page.evaluate(() => {
      const bridge = Reflect.get(window, 'pagescope');
      const world = ['require', 'module', 'standInTell', 'standInDeliver'].filter((name) => name in window);
      return { world, bridge: Object.keys(bridge), frozen: Object.isFrozen(bridge) };
    });
    expect(seen).toEqual({ world: [], bridge: ['requestPort', 'chooseFile', 'pathOf'], frozen: true });
  });

  it('has modules, fonts and storage under its own origin and policy', async () => {
    const window = await desktop.window();
    const page = await window.page();
    await expectPage(page.getByRole('heading', { level: 1, name: 'Start from a question' })).toBeVisible();
    await page.evaluate(() => localStorage.setItem('kept', 'yes'));
    await page.reload();
    await expectPage(page.getByRole('heading', { level: 1, name: 'Start from a question' })).toBeVisible();
    const fonts = await page.evaluate(async () => {
      await document.fonts.ready;
      return [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family);
    });
    expect(fonts.join()).toContain('Inter');
    expect(await page.evaluate(() => localStorage.getItem('kept'))).toBe('yes');
    expect(window.consoleErrors).toEqual([]);
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
    desktop.send({ ...request, args: ['nonce'], url: own, top: true, frame: 'null' });
    desktop.send({ ...request, args: ['nonce'], url: own, top: true, frame: 'disposed' });
    desktop.send({ ...request, args: ['nonce'], url: 'app://pagescope.evil.example/', top: true });
    desktop.send({ ...request, args: ['nonce'], url: own, top: true });
    // Questions are answered in order: when this one is, the requests above were looked at.
    await desktop.ask({ about: 'webview', window: 1 });
    expect([desktop.boxes, desktop.told.filter(({ what }) => what === 'uncaught')]).toEqual([[], []]);
    expect(messages).toMatchObject([{ channel: 'pagescope:port', message: 'nonce' }]);
  });
});
