import { readFile } from 'node:fs/promises';
import { type Browser, chromium, expect as expectOfPlaywright, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, onTestFailed } from 'vitest';
import { type SessionEvent, sessionEventSchema } from '../../../protocol/events.ts';
import { resolveChromium } from '../../../scripts/chromium.mjs';
import { forbidCoreFile } from '../no-core-file.ts';
import { recordedLab, recordingPath } from '../recorded.ts';
import { Desktop } from './desktop.ts';

export const expectPage = expectOfPlaywright.configure({ timeout: 40_000 });

let browser: Browser;

/** Chromium for the windows of the desktop apps of a file of tests, at whose top this is called. */
export function inChromium(): void {
  beforeAll(async () => {
    browser = await chromium.launch(resolveChromium());
  });
  afterAll(() => browser.close());
}

/** A desktop app that is not of one test alone. */
export const startedForAll = (): Promise<Desktop> => Desktop.start({ browser });

/** A desktop app, whose errors are printed when the test fails. */
export async function started(options: Omit<Parameters<typeof Desktop.start>[0], 'browser'> = {}): Promise<Desktop> {
  const desktop = await Desktop.start({ browser, ...options });
  onTestFailed(() => console.error(desktop.errors));
  return desktop;
}

/** What was read of each traffic: those who wait ask again and again. */
const read = new WeakMap<Desktop['traffic'], { count: number; readonly events: SessionEvent[] }>();

/** The session events that the page was sent. */
export function events(desktop: Desktop): readonly SessionEvent[] {
  const { traffic } = desktop;
  const known = read.get(traffic) ?? { count: 0, events: [] };
  read.set(traffic, known);
  for (const data of traffic.slice(known.count)) {
    const message = typeof data === 'string' ? JSON.parse(data) : undefined;
    if (message?.m === 'event') known.events.push(sessionEventSchema.parse(message.a[0]));
  }
  known.count = traffic.length;
  return known.events;
}

export const ofKind = <K extends SessionEvent['kind']>(desktop: Desktop, kind: K) =>
  events(desktop).filter((event): event is Extract<SessionEvent, { kind: K }> => event.kind === kind);

/** Goes to the first experiment, from the questions that the app opens on or from wherever it is. */
export async function openFirst(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/first-touch';
  });
}

export type Pace = 'none' | 'slowest';

export async function setPace(page: Page, pace: Pace): Promise<void> {
  await page.getByRole('combobox', { name: 'Pace' }).selectOption(pace === 'none' ? '0' : '5000');
}

/** Runs the first experiment with the window's own controls until `state`. */
export async function run(page: Page, pages: number, state: string, pace: Pace = 'none'): Promise<void> {
  await openFirst(page);
  await setPace(page, pace);
  await page.getByRole('textbox', { name: 'Pages', exact: true }).fill(String(pages));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expectPage(page.locator(`[role=status][data-state=${state}]`)).toBeVisible({ timeout: 40_000 });
}

export async function isolate(page: Page): Promise<void> {
  await openFirst(page);
  await page.getByRole('combobox', { name: 'Placement' }).selectOption('isolated');
}

/** The recording of a run that touched so many pages. */
export async function recordedRun(pages: number): Promise<string> {
  const file = recordingPath();
  await using lab = recordedLab(file);
  await lab.start({ experiment: 'first-touch', parameters: { pages } });
  await lab.reader.state('completed');
  return file;
}

/** VmSize. proc_pid_status(5) */
export async function virtualBytes(pid: number): Promise<number> {
  return Number(/^VmSize:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** A signal ends the lab process; the window says so, and which. */
export async function dies(
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

export function regionOf(desktop: Desktop) {
  const [first] = ofKind(desktop, 'region');
  if (!first) throw new Error('The page was told of no region.');
  return first.region;
}

/** The sentence of each box that the app put up. */
export const boxes = (desktop: Desktop): string[] => desktop.boxes.map(({ options }) => options.message ?? '');

/** Presses the button with these words. */
export const press =
  (label: string) =>
  (_box: string, { buttons = [] }: { buttons?: readonly string[] }) =>
    buttons.indexOf(label);
