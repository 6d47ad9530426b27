import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectPage, inChromium, recordedRun, run, started } from '../support/electron/started.ts';

inChromium();

describe('files of the desktop app', { timeout: 60_000 }, () => {
  it('tells of an export when it is saved, and of one that is not', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await run(page, 16, 'completed');
    const exportReport = async () => {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Download the report' }).click();
    };
    const path = join(desktop.userData, 'my report.json');
    const said = page.getByRole('alert');
    // A box that nobody has answered yet: nothing is saved, and nothing is said.
    desktop.answerBox = () => undefined;
    await exportReport();
    await expect.poll(() => desktop.boxes).toHaveLength(1);
    expect(desktop.boxes[0]).toEqual({
      box: 'save',
      options: {
        title: 'Save from Pagescope',
        defaultPath: expect.stringMatching(/\/Downloads\/pagescope-first-touch-[\dT-]+\.json$/),
        filters: [
          { name: 'JSON', extensions: ['json'] },
          { name: 'All files', extensions: ['*'] },
        ],
      },
    });
    await expectPage(said).toHaveCount(0);

    desktop.answerBox = () => null;
    await exportReport();
    await expectPage(said).toContainText('was not saved');
    desktop.answerBox = () => '/dev/full';
    await exportReport();
    await expectPage(said.filter({ hasText: 'could not be written' })).toBeVisible();
    desktop.answerBox = () => path;
    await exportReport();
    await expectPage(said.filter({ hasText: 'saved as my report.json' })).toBeVisible();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ experiment: { id: 'first-touch' } });
    // The next is offered where the last one went.
    await exportReport();
    await expect.poll(() => desktop.boxes).toHaveLength(5);
    expect(desktop.boxes.at(-1)?.options.defaultPath).toMatch(new RegExp(`^${desktop.userData}/pagescope-`));
  });

  it('lets a person choose a file where a path is typed, in the box of the desktop', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await page.evaluate(() => {
      location.hash = '#/file-cache';
    });
    const path = page.getByRole('textbox', { name: 'File', exact: true });
    desktop.answerBox = () => '/etc/hostname';
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await expectPage(path).toHaveValue('/etc/hostname');
    desktop.answerBox = () => null;
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await expect.poll(() => desktop.boxes).toHaveLength(2);
    expect(desktop.boxes[1]).toEqual({
      box: 'open',
      options: { title: 'Choose a file', defaultPath: '/etc/hostname', properties: ['openFile', 'showHiddenFiles'] },
    });
    await expectPage(path).toHaveValue('/etc/hostname');
  });

  it('shows the recording that it is started with, and that of a later start, which ends at once', async () => {
    const [one, other] = await Promise.all([recordedRun(3), recordedRun(5)]);
    const folder = dirname(one);
    await using desktop = await started({ args: ['run.pagescope', '--at=2'], cwd: folder });
    const page = await (await desktop.window()).page();
    const shown = async (pages: number) => {
      await expectPage(page.getByText(`Map ${pages} pages`).first()).toBeVisible();
    };
    await shown(3);
    const hash = () => page.evaluate(() => location.hash);
    await expect.poll(hash).toBe(`#/recordings/${encodeURIComponent(one)}?%40step=3`);

    await using second = await started({ userData: desktop.userData, args: [other] });
    const asked = (await second.toldOf('second-instance')) as { argv: string[]; data: unknown };
    expect(await second.exited).toBe(0);
    // Chromium changes the arguments on their way.
    desktop.send({ kind: 'second-instance', argv: [], data: asked.data });
    await desktop.toldOf('focus');
    await shown(5);

    desktop.answerBox = () => one;
    expect(await desktop.ask({ about: 'menu', label: '&Open a Recording…' })).toBe(true);
    await shown(3);
    desktop.answerBox = () => null;
    expect(await desktop.ask({ about: 'menu', label: '&Open a Recording…' })).toBe(true);
    await expect.poll(() => desktop.boxes).toHaveLength(2);
    await shown(3);
  });

  it('lists the recordings that were shown last, however they were opened, and forgets them when asked', async () => {
    const [one, other] = await Promise.all([recordedRun(3), recordedRun(5)]);
    await using desktop = await started({ args: [one] });
    const page = await (await desktop.window()).page();
    await expectPage(page.getByText('Map 3 pages').first()).toBeVisible();
    await page.evaluate((file) => {
      location.hash = `#/recordings/${encodeURIComponent(file)}`;
    }, other);
    await expectPage(page.getByText('Map 5 pages').first()).toBeVisible();
    type Told = [string, string | null | Told[]];
    const entryOf = (items: Told[], label: string): Told[] | string | null | undefined =>
      items.find(([each]) => each === label)?.[1];
    const recent = () => {
      const menus = desktop.told.filter(({ what }) => what === 'menu').at(-1)?.detail as Told[];
      const file = entryOf(menus, '&File');
      return Array.isArray(file) && entryOf(file, 'Open &Recent');
    };
    await expect.poll(recent).toEqual([
      [other, null],
      [one, null],
      ['&Clear This List', null],
    ]);
    expect(await desktop.ask({ about: 'menu', label: one })).toBe(true);
    await expectPage(page.getByText('Map 3 pages').first()).toBeVisible();
    await expect.poll(recent).toEqual([
      [one, null],
      [other, null],
      ['&Clear This List', null],
    ]);
    const kept = async () => JSON.parse(await readFile(join(desktop.userData, 'recent.json'), 'utf8'));
    expect(await kept()).toEqual([one, other]);
    expect(await desktop.ask({ about: 'menu', label: '&Clear This List' })).toBe(true);
    await expect.poll(recent).toEqual([['No Recordings', null]]);
    expect(await kept()).toEqual([]);
  });
});
