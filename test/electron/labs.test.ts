import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFailed } from 'vitest';
import { mappingOf } from '../support/electron/mappings.ts';
import {
  dies,
  events,
  expectPage,
  inChromium,
  isolate,
  ofKind,
  regionOf,
  run,
  setPace,
  started,
  virtualBytes,
} from '../support/electron/started.ts';

inChromium();

describe('isolated labs of the desktop app', { timeout: 60_000 }, () => {
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
    await run(page, 4096, 'running', 'slowest');
    await dies(desktop, page, Number(await desktop.toldOf('lab', 2)), 'SIGSEGV');
    await run(page, 16, 'completed');
  });

  it('tells everything that a lab said before it was killed, and only then how it ended', async () => {
    await using desktop = await started({ env: { STAND_IN_PORT_LAG: '500' } });
    const page = await (await desktop.window()).page();
    await isolate(page);
    await run(page, 4096, 'running');
    await expect.poll(() => ofKind(desktop, 'step').length).toBeGreaterThan(3);
    await dies(desktop, page, Number(await desktop.toldOf('lab')), 'SIGKILL');
    // What is asked now is answered after whatever may still be on its way.
    await run(page, 16, 'completed');
    const [first] = events(desktop);
    const ofFirst = events(desktop).filter(({ session }) => session === first?.session);
    const failed = ofFirst.findIndex((event) => event.kind === 'state' && event.state === 'failed');
    expect(failed).toBeGreaterThan(3);
    // To be closed is all that comes after.
    expect(new Set(ofFirst.slice(failed + 1).map(({ kind }) => kind))).toEqual(new Set(['released']));
  });

  it('lives on when V8 gives up in a lab, and when a lab leaves with a status', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await isolate(page);
    await run(page, 16, 'completed');
    await dies(desktop, page, Number(await desktop.toldOf('lab')), 'SIGTRAP');
    expect(desktop.told.filter(({ what }) => what === 'uncaught')).toEqual([]);
    expect(desktop.errors).toContain('FatalError');

    await using leaving = await started({ env: { STAND_IN_LAB_EXITS: '3' } });
    const other = await (await leaving.window()).page();
    await isolate(other);
    await other.getByRole('button', { name: 'Run', exact: true }).click();
    await expectPage(other.getByText('exit status 3')).toBeVisible();
  });

  it('locks everything in a process with the address space of Electron’s', async () => {
    await using desktop = await started({ env: { STAND_IN_RESERVES: '1' } });
    const page = await (await desktop.window()).page();
    await page.evaluate(() => {
      location.hash = '#/lock-everything';
    });
    await setPace(page, 'none');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expectPage(page.locator('[role=status][data-state=completed]')).toBeVisible({ timeout: 40_000 });
    expect(await virtualBytes(Number(await desktop.toldOf('lab')))).toBeGreaterThan(1428 * 2 ** 30);
    // Where a limit refuses it, what follows from the lock is skipped.
    const claims = ofKind(desktop, 'claim').map(({ claim }) => claim);
    expect(claims.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(claims.find(({ id }) => id === 'answer')?.status).toBe('held');
  });

  it('undoes MCL_FUTURE in the step that sets it, and says why', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await page.evaluate(() => {
      location.hash = '#workbench';
    });
    await page.getByRole('button', { name: 'Map it', exact: true }).click();
    await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Process' }).click();
    const dialog = page.getByRole('dialog', { name: 'Process' });
    await dialog.getByRole('checkbox', { name: 'MCL_CURRENT' }).uncheck();
    await dialog.getByRole('checkbox', { name: 'MCL_FUTURE' }).check();
    await expectPage(dialog.getByText('undone in the same step too')).toBeVisible();
    await dialog.getByRole('button', { name: 'Lock', exact: true }).click();
    await expect.poll(() => ofKind(desktop, 'step').map(({ step }) => step.call)).toContain('munlockall');
    const steps = ofKind(desktop, 'step').map(({ step }) => step);
    const lock = steps.find(({ call }) => call === 'mlockall');
    expect(lock?.outcome?.en).toContain('undone at once by munlockall: Electron');
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
});
