import type { Page } from '@playwright/test';
import type { RegionInfo, SessionEvent, Step } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame.ts';
import type { Reader, Service } from '../../protocol/service.ts';
import { inProject } from '../../scripts/project.mjs';
import { startServer } from '../../server/start-server.ts';
import { test as appTest, expect } from './e2e/fixtures.ts';
import { open } from './e2e/window.ts';
import { FakeService } from './fake-window-service.ts';

const pageBytes = 4096;

/** An engine that shows what a test has it show: page states, claims and refusals that no kernel gives at will. */
export class Script {
  readonly #fake = new FakeService();
  readonly #sequences = new Map<number, number>();
  /** What the window asked for, as `FakeService` writes it down. */
  readonly calls = this.#fake.calls;
  /** Answers that differ from those of `FakeService`. */
  answers: Partial<Service> = {};
  session = 1;
  #shown = new Uint8Array(0);
  #nowNs = 0;
  #steps = 0;

  readonly make = (reader: Reader): Service => {
    const service = this.#fake.make(reader);
    const answer =
      (name: keyof Service) =>
      (...asked: unknown[]): unknown =>
        ((this.answers[name] ?? service[name]) as (...asked: unknown[]) => unknown)(...asked);
    return Object.fromEntries(
      (Object.keys(service) as (keyof Service)[]).map((name) => [name, answer(name)]),
    ) as Service;
  };

  tell(...events: readonly Told[]): void {
    for (const event of events) this.#reader.event({ ...event, session: this.session } as SessionEvent);
  }

  /** Maps a region in place of the one before. */
  map(id: number, pages: number): void {
    if (id > 1) this.tell({ kind: 'released', region: id - 1 });
    this.#shown = new Uint8Array(0);
    this.tell({ kind: 'region', region: regionOf(id, pages) });
  }

  /** A snapshot of a region after the newest step. */
  show(region: number, flags: Uint8Array, { unknown = 0, whole = false } = {}): void {
    const sequence = (this.#sequences.get(region) ?? 0) + 1;
    this.#nowNs += 1000;
    const info = { session: this.session, region, sequence, skipped: 0, takenNs: this.#nowNs, unknown };
    const before = whole || this.#shown.length === 0 ? undefined : this.#shown;
    const frame = encodeFrame({ ...info, step: this.#steps - 1 }, flags, before);
    if (!frame) throw new Error('Nothing changed: there is no such frame.');
    this.#sequences.set(region, sequence);
    this.#shown = flags.slice();
    this.#reader.frame(frame);
  }

  /** A step of one call; what is not said of it went well. */
  step(step: Partial<Step> & Pick<Step, 'call'>): void {
    this.#nowNs += 1000;
    const usual = { title: say(step.call), arguments: { addr: '0x7f0000000000' }, returned: 0, errno: null };
    const times = { startedNs: this.#nowNs, durationNs: 100 };
    this.tell({ kind: 'step', step: { index: this.#steps++, ...usual, ...times, ...step } });
  }

  get #reader(): Reader {
    if (!this.#fake.reader) throw new Error('No window has connected.');
    return this.#fake.reader;
  }
}

type WithoutSession<E> = E extends SessionEvent ? Omit<E, 'session'> : never;
type Told = WithoutSession<SessionEvent>;

export const say = (en: string) => ({ en, zh: `${en}（中）` });

const regionOf = (id: number, pages: number): RegionInfo => ({
  id,
  label: String.fromCharCode(64 + id),
  address: `0x7f${id}000000000`,
  length: pages * pageBytes,
  pages,
  kind: 'anonymous',
  protection: 'rw-p',
});

/** The tests of the window alone: a `page` of it, served as in life, and the `script` of the engine behind it. */
export const test = appTest.extend<{ script: Script; page: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
  script: async ({}, use) => use(new Script()),
  page: async ({ script, host, chromium }, use, info) => {
    info.skip(host === 'electron', 'the scripted engine stands behind the loopback host');
    const server = await startServer({ port: 0, rendererDir: inProject('out', 'renderer'), makeService: script.make });
    try {
      const context = await (await chromium()).newContext({ reducedMotion: 'reduce' });
      try {
        const page = await context.newPage();
        await page.goto(server.url);
        await open(page, '#/first-touch');
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
        await use(page);
      } finally {
        await context.close();
      }
    } finally {
      await server.close();
    }
  },
});

export { expect };
