import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Browser, chromium, expect as expectOfPlaywright, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { type SessionEvent, sessionEventSchema } from '../../protocol/events.ts';
import { resolveChromium } from '../../scripts/chromium.mjs';
import { Desktop } from '../support/electron/desktop.ts';
import { mappingOf } from '../support/electron/mappings.ts';
import { forbidCoreFile } from '../support/no-core-file.ts';
import { recordedLab, recordingPath } from '../support/recorded.ts';

const expectPage = expectOfPlaywright.configure({ timeout: 40_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(resolveChromium());
});
afterAll(() => browser.close());

async function started(options: Omit<Parameters<typeof Desktop.start>[0], 'browser'> = {}): Promise<Desktop> {
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

/** Goes to the first experiment, from the questions that the app opens on or from wherever it is. */
async function openFirst(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/first-touch';
  });
}

type Pace = 'none' | 'slowest';

async function setPace(page: Page, pace: Pace): Promise<void> {
  await page.getByRole('combobox', { name: 'Pace' }).selectOption(pace === 'none' ? '0' : '5000');
}

/** Runs the first experiment with the window's own controls until `state`. */
async function run(page: Page, pages: number, state: string, pace: Pace = 'none'): Promise<void> {
  await openFirst(page);
  await setPace(page, pace);
  await page.getByRole('textbox', { name: 'Pages', exact: true }).fill(String(pages));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectPage(page.locator(`[role=status][data-state=${state}]`)).toBeVisible({ timeout: 40_000 });
}

async function isolate(page: Page): Promise<void> {
  await openFirst(page);
  await page.getByRole('combobox', { name: 'Placement' }).selectOption('isolated');
}

/** The recording of a run that touched so many pages. */
async function recordedRun(pages: number): Promise<string> {
  const file = recordingPath();
  await using lab = recordedLab(file);
  await lab.start({ experiment: 'first-touch', parameters: { pages } });
  await lab.reader.state('completed');
  return file;
}

/** VmSize. proc_pid_status(5) */
async function virtualBytes(pid: number): Promise<number> {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** A signal ends the lab process; the window says so, and which. */
async function dies(
  desktop: Desktop,
  page: Page,
  lab: number,
  signal: 'SIGKILL' | 'SIGSEGV' | 'SIGTRAP',
): Promise<void> {
  forbidCoreFile(lab);
  process.kill(lab, signal);
  await expectPage(page.locator('[role=status][data-state=failed]')).toBeVisible({ timeout: 40_000 });
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
      ['&Open a Recording…', '打开录制文件(&O)…', null],
      ['Open &Recent', '最近打开(&R)', [['No Recordings', '没有录制文件', null]]],
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
  [
    '&Go',
    '转到(&G)',
    [
      ['&Home', '首页(&H)', null],
      ['&Workbench', '工作台(&W)', null],
      ['&Guide', '指南(&G)', null],
      ['&Limits', '限制(&L)', null],
      ['Re&cordings', '录制(&C)', null],
      ['&Find a Command, Term or Fix…', '查找命令、术语或修复方法(&F)…', null],
    ],
  ],
  [
    '&Run',
    '运行(&R)',
    [
      ['&Run, Pause or Go On', '运行、暂停或继续(&R)', null],
      ['&Step', '单步(&S)', null],
      ['S&top', '停止(&T)', null],
      ['Undo the Last &Action', '撤销最近的操作(&A)', null],
      ['&Present', '演示(&P)', null],
    ],
  ],
  ['&Window', '窗口(&W)', [['&Minimize', '最小化(&M)', 'minimize']]],
  [
    '&Help',
    '帮助(&H)',
    [
      ['&Keys', '按键(&K)', null],
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
    await run(page, 4096, 'running', 'slowest');
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

  /** The sentence of each box that the app put up. */
  const boxes = (desktop: Desktop) => desktop.boxes.map(({ options }) => options.message ?? '');
  /** Presses the button with these words. */
  const press =
    (label: string) =>
    (_box: string, { buttons = [] }: { buttons?: readonly string[] }) =>
      buttons.indexOf(label);

  it('loads its page again where it was when its process dies, releases what it had, and says so', async () => {
    await using desktop = await started();
    const window = await desktop.window();
    const page = await window.page();
    await run(page, 4096, 'completed');
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
    desktop.traffic.length = 0;
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
    const asked = (await second.toldOf('second-instance')) as { argv: string[]; data: unknown };
    expect(await second.exited).toBe(0);
    expect(second.told.map(({ what }) => what)).toEqual(['second-instance', 'quit']);
    desktop.send({ kind: 'second-instance', ...asked });
    await focused;
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

  it('does from its menu what the keys of the page do, and tells the run in the title', async () => {
    await using desktop = await started();
    const page = await (await desktop.window()).page();
    await openFirst(page);
    await expectPage(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
    await expectPage(page).toHaveTitle('First touch · Pagescope');
    await page.getByRole('textbox', { name: 'Pages', exact: true }).fill('8');
    // Also while a field has the keys.
    const choose = (label: string) => desktop.ask({ about: 'menu', label });
    expect(await choose('&Step')).toBe(true);
    await expectPage(page).toHaveTitle('First touch: Paused · Pagescope');
    expect(await choose('&Run, Pause or Go On')).toBe(true);
    await expectPage(page).toHaveTitle('First touch: Completed · Pagescope');
    expect(await choose('&Find a Command, Term or Fix…')).toBe(true);
    await expectPage(page.getByRole('dialog', { name: 'Search' })).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await choose('&Keys')).toBe(true);
    await expectPage(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await choose('&Limits')).toBe(true);
    await expectPage(page).toHaveTitle('Limits · Pagescope');
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
