import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rememberedBounds } from '../../electron/window-bounds.ts';
import type { Desktop } from '../support/electron/desktop.ts';
import { mappingOf } from '../support/electron/mappings.ts';
import { boxes, expectPage, inChromium, press, regionOf, run, started } from '../support/electron/started.ts';

inChromium();

describe('the window of the desktop app', { timeout: 60_000 }, () => {
  it('loads its page again where it was when its process dies, releases what it had, and says so', async () => {
    await using desktop = await started();
    const window = await desktop.window();
    const page = await window.page();
    await run(page, 1024, 'completed');
    await page.evaluate(() => {
      location.hash = '#/lock-on-fault';
    });
    const region = regionOf(desktop);
    expect(await mappingOf(desktop.pid, region)).toBeDefined();
    await window.crash();
    await expect.poll(() => mappingOf(desktop.pid, region)).toBeUndefined();
    const again = await window.page();
    await expectPage(again.getByRole('heading', { level: 1, name: 'Lock now or on fault' })).toBeVisible();
    expect(boxes(desktop)).toEqual([expect.stringMatching(/ended \(crashed\) and was loaded again/)]);
    desktop.traffic = [];
    await run(again, 16, 'completed');

    // A page that dies again and again is not loaded for ever.
    await window.crash();
    await expect.poll(() => boxes(desktop)).toHaveLength(2);
    expect(boxes(desktop)[1]).toContain('twice in a short time');
  });

  it('offers to load a page again that could not be loaded', async () => {
    await using desktop = await started({ env: { STAND_IN_LOAD: 'fails' } });
    desktop.answerBox = press('&Load Again');
    await desktop.toldOf('show');
    const page = await (await desktop.window()).page();
    await expectPage(page.getByRole('heading', { level: 1, name: 'Start from a question' })).toBeVisible();
    expect(boxes(desktop)).toEqual([expect.stringContaining('could not be loaded (ERR_FAILED, -2)')]);
    await using other = await started({ env: { STAND_IN_LOAD: 'fails' } });
    other.answerBox = press('&Quit');
    expect(await other.exited).toBe(0);
  });

  it('asks what to do with a page that does not answer, and takes the question back when it does', async () => {
    await using desktop = await started();
    const window = await desktop.window();
    const tell = (name: string) => desktop.send({ kind: 'event', of: 'window', window: 1, name, detail: null });
    tell('unresponsive');
    await expect.poll(() => boxes(desktop)).toHaveLength(1);
    tell('responsive');
    desktop.answerBox = press('&Load Again');
    tell('unresponsive');
    await expect.poll(() => boxes(desktop).join()).toContain('ended (killed) and was loaded again');
    const page = await window.page();
    await expectPage(page.getByRole('heading', { level: 1, name: 'Start from a question' })).toBeVisible();
  });

  it('focuses its window when it is started again, and the second start ends at once', async () => {
    await using desktop = await started();
    await desktop.window();
    const focused = desktop.toldOf('focus');
    await using second = await started({ userData: desktop.userData });
    const asked = (await second.toldOf('second-instance')) as { argv: string[]; data: unknown };
    expect(await second.exited).toBe(0);
    expect(second.told.map(({ what }) => what)).toEqual(['second-instance', 'quit']);
    desktop.send({ kind: 'second-instance', ...asked });
    await focused;
  });

  it.each(['wayland', 'x11'])('shows its window, once, on %s, with its icon', async (platform) => {
    await using desktop = await started({ env: { STAND_IN_PLATFORM: platform } });
    await desktop.window();
    await desktop.toldOf('show');
    // Whoever is asked now is asked after all that the load brought.
    await desktop.ask({ about: 'webview', window: 1 });
    expect(desktop.told.filter(({ what }) => what === 'show')).toHaveLength(1);
    const [{ icon } = {}] = desktop.windowOptions;
    expect((await readFile(String(icon))).subarray(1, 4).toString()).toBe('PNG');
  });

  it('shows its window also when its page never comes', async () => {
    await using desktop = await started({ env: { STAND_IN_LOAD: 'never' } });
    await desktop.toldOf('show');
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
    // X11 alone tells where a window is.
    await using maximized = await started({ userData, env: { STAND_IN_PLATFORM: 'x11' } });
    // To maximize is to show, which is too early before there is something to see.
    await maximized.toldOf('show');
    expect(maximized.told.map(({ what }) => what).filter((what) => what !== 'menu')).toEqual([
      'loaded',
      'maximize',
      'show',
    ]);
    await closeWindow(maximized);
    expect(await kept()).toEqual(moved);

    const elsewhere = { ...moved, x: 5000 };
    const display = { x: 0, y: 0, width: 1920, height: 1080 };
    expect(rememberedBounds(file, [display])).toEqual(moved);
    for (const damaged of ['{"x": 1e9, nonsense', '[]', { ...moved, width: 1 }, elsewhere]) {
      await writeFile(file, typeof damaged === 'string' ? damaged : JSON.stringify(damaged));
      expect(rememberedBounds(file, [display])).toBeUndefined();
    }
    await using damaged = await started({ userData });
    await closeWindow(damaged);
    expect(await kept()).toMatchObject({ width: 1400, height: 900, maximized: false });

    await rm(file);
    await mkdir(file);
    await using unkept = await started({ userData });
    await closeWindow(unkept);
  });
});
