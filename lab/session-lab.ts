import type { Status } from '../native/proc-status.ts';
import { readSmapsAsync, type SmapsEntry } from '../native/smaps.ts';
import { pageSize } from '../native/sysconf.ts';
import type { Operation, PageRange, ProcessOperation } from '../protocol/operation.ts';
import { problem } from '../protocol/problem.ts';
import type { Text } from '../protocol/text.ts';
import type { Script } from './experiment.ts';
import type { Forked, Lab, Mapped, TakenStep, Turn } from './lab.ts';
import type { Mapping } from './mapping.ts';
import type { OpenSession } from './open-session.ts';
import type { Region } from './region.ts';
import { ownStatus } from './sampler.ts';
import type { Look } from './snapshot.ts';

/** How often `waitUntil` asks. */
const pollMs = 5;

/** The lab of one session: gives an experiment its steps and passes what they showed to the session. */
export class SessionLab implements Lab<string> {
  readonly pageSize = pageSize();
  readonly #session: OpenSession;
  readonly #claims: Readonly<Record<string, Text>>;

  constructor(session: OpenSession, claims: Readonly<Record<string, Text>>) {
    this.#session = session;
    this.#claims = claims;
  }

  async *map(title: Text, mapping: number | Mapping): Script<Region> {
    const wanted = typeof mapping === 'number' ? { pages: mapping } : mapping;
    const { step, region } = yield* this.tryMap(title, wanted);
    if (region) return region;
    const why = step.meaning ?? { en: `${step.errno}.`, zh: `${step.errno}。` };
    const { pages } = wanted;
    throw problem('cannot-run-here', `mmap of ${pages} pages failed: ${why.en}`, `映射 ${pages} 页失败：${why.zh}`);
  }

  async *tryMap(title: Text, mapping: Mapping): Script<Mapped> {
    yield title;
    return this.#session.map(title, mapping);
  }

  async *perform(title: Text, region: Region, operation: Operation): Script<TakenStep> {
    yield title;
    return this.#session.perform(title, region, operation);
  }

  async *look(title: Text, region: Region, range?: PageRange): Script<Look> {
    yield title;
    return this.#session.look(title, region, range);
  }

  async *onProcess(title: Text, operation: ProcessOperation): Script<TakenStep> {
    yield title;
    return this.#session.onProcess(title, operation);
  }

  async *fork(title: Text): Script<Forked> {
    yield title;
    return this.#session.fork(title);
  }

  async *inOneTurn<T>(title: Text, steps: (turn: Turn) => T): Script<T> {
    yield title;
    return this.#session.inOneTurn(steps);
  }

  async *wait(title: Text, milliseconds: number): Script {
    yield title;
    await this.#session.wait(milliseconds);
  }

  async *waitUntil(title: Text, condition: () => boolean, atMostMs: number): Script<boolean> {
    yield title;
    for (let waited = 0; waited < atMostMs; waited += pollMs) {
      if (condition()) return true;
      await this.#session.wait(pollMs);
    }
    return condition();
  }

  own<T extends Disposable>(resource: T): T {
    return this.#session.own(resource);
  }

  status(): Status {
    return ownStatus();
  }

  async smaps(region: Region): Promise<readonly SmapsEntry[] | Text> {
    const vmas: SmapsEntry[] = [];
    const end = region.address + BigInt(region.length);
    const { errno } = await readSmapsAsync('self', (vma) => vmas.push(vma), region.address, end);
    if (errno === null) return vmas;
    return { en: `/proc/self/smaps cannot be read: ${errno}`, zh: `无法读取 /proc/self/smaps：${errno}` };
  }

  async rssBytes(region: Region): Promise<number | Text> {
    const vmas = await this.smaps(region);
    if ('en' in vmas) return vmas;
    const end = region.address + BigInt(region.length);
    const alone = vmas.every((vma) => vma.start >= region.address && vma.end <= end);
    if (alone) return vmas.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
    return { en: 'the region shares a VMA with its neighbour', zh: '该区域与相邻映射同属一个 VMA' };
  }

  claim(id: string, expected: number | string, measured: number | string): void {
    const status = expected === measured ? 'held' : 'failed';
    this.#session.tell({ kind: 'claim', claim: { id, text: this.#text(id), expected, measured, status } });
  }

  claimBetween(id: string, least: number, most: number, measured: number): void {
    const status = measured >= least && measured <= most ? 'held' : 'failed';
    const expected = `${least}–${most}`;
    this.#session.tell({ kind: 'claim', claim: { id, text: this.#text(id), expected, measured, status } });
  }

  claimWithOwn(id: string, expected: number, measured: number, most: number, whose: Text): void {
    const own = measured - expected;
    if (own === 0 || own < 0 || own > most) this.claim(id, expected, measured);
    else {
      const reason = { en: `${own} more: ${whose.en}`, zh: `多出 ${own}：${whose.zh}` };
      const claim = { id, text: this.#text(id), expected, measured, status: 'held' as const, reason };
      this.#session.tell({ kind: 'claim', claim });
    }
  }

  skip(id: string, expected: number | string, reason: Text): void {
    const claim = { id, text: this.#text(id), expected, measured: '', status: 'skipped' as const, reason };
    this.#session.tell({ kind: 'claim', claim });
  }

  measurement(name: string, value: number): void {
    this.#session.tell({ kind: 'measurement', name, value });
  }

  #text(id: string): Text {
    return this.#claims[id] ?? { en: id, zh: id };
  }
}
