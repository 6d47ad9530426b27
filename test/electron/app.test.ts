import { describe, expect, it } from 'vitest';
import { mappingOf } from '../support/electron/mappings.ts';
import { boxes, expectPage, inChromium, ofKind, regionOf, run, started } from '../support/electron/started.ts';

inChromium();

describe('the desktop app', { timeout: 60_000 }, () => {
  it('shows first-touch completed with every claim held, and leaves nothing mapped when its window closes', async () => {
    await using desktop = await started();
    desktop.holdExit = true;
    const window = await desktop.window();
    const page = await window.page();
    await run(page, 1024, 'completed');

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
    await run(page, 1024, 'completed');
    const region = regionOf(desktop);
    await page.reload();
    await expectPage(page.locator('[role=status][data-state=ready]')).toBeVisible();
    await expect.poll(() => mappingOf(desktop.pid, region)).toBeUndefined();
    desktop.traffic = [];
    await run(page, 16, 'completed');
    expect(ofKind(desktop, 'claim').every(({ claim }) => claim.status === 'held')).toBe(true);
    // A page that asks again has a second engine, and the first one goes with what it had.
    desktop.traffic = [];
    await run(page, 4096, 'running', 'slowest');
    await expect.poll(() => ofKind(desktop, 'region'), { timeout: 20_000 }).toHaveLength(1);
    const next = regionOf(desktop);
    expect(await mappingOf(desktop.pid, next)).toBeDefined();
    await page.evaluate("window.pagescope.requestPort('again')");
    await expect.poll(() => mappingOf(desktop.pid, next)).toBeUndefined();
  });

  it('tells of an error that nobody caught, once, and goes on', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    for (const message of ['this is the first', 'this is another']) desktop.send({ kind: 'throw', message });
    await expect.poll(() => boxes(desktop)).toEqual([expect.stringContaining('this is the first')]);
    await expect.poll(() => desktop.errors).toContain('this is another');
    const detail = { type: 'GPU', reason: 'crashed', exitCode: 139 };
    desktop.send({ kind: 'event', of: 'app', window: 1, name: 'child-process-gone', detail });
    await expect.poll(() => desktop.errors).toContain('GPU process ended: crashed, 139.');
    await run(page, 16, 'completed');
  });

  it('says in one sentence which setting is wrong, and ends with status 2', async () => {
    await using desktop = await started({ env: { PAGESCOPE_BUDGET_MIB: 'plenty' } });
    expect(await desktop.exited).toBe(2);
    expect(desktop.errors).toMatch(/^PAGESCOPE_BUDGET_MIB is "plenty".*\n$/);
  });
});
