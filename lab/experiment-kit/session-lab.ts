import { pageSize } from '../../native/libc/sysconf.ts';
import { type Status, status } from '../../native/proc/proc-status.ts';
import { readSmapsAsync, type SmapsEntry } from '../../native/proc/smaps.ts';
import type { Claim, CoreFile } from '../../protocol/events.ts';
import type { Operation, PageRange, ProcessOperation } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import type { Result } from '../../protocol/result.ts';
import type { Text } from '../../protocol/text.ts';
import type { Counted, Look } from '../regions/look.ts';
import type { Mapping } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import { Progress } from '../session/progress.ts';
import { ownStatus } from '../session/sampler.ts';
import type { Session } from '../session/session.ts';
import type { Called, CalledStep, CallSite, Forked, Mapped, TakenStep, Turn, Work } from '../session/steps.ts';
import type { StatedClaim } from './experiment.ts';
import type { Lab } from './lab.ts';
import type { Script } from './script.ts';

/** How often `waitUntil` asks. */
const pollMs = 5;

/** The lab of one session: gives an experiment its steps and passes what they showed to the session. */
export class SessionLab implements Lab<string> {
  readonly pageSize = pageSize();
  readonly #session: Session;
  readonly #claims: Readonly<Record<string, StatedClaim>>;
  #coreFiles = 0;

  constructor(session: Session, claims: Readonly<Record<string, StatedClaim>>) {
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

  async *perform(title: Text, region: Region, operation: Operation, expects?: string): Script<TakenStep> {
    yield title;
    return this.#session.perform(title, region, operation, expects);
  }

  async *look(title: Text, region: Region, range?: PageRange): Script<Look> {
    yield title;
    return this.#session.look(title, region, range);
  }

  async *onProcess(title: Text, operation: ProcessOperation): Script<TakenStep> {
    yield title;
    return this.#session.onProcess(title, operation);
  }

  async *fork(title: Text, region: Region): Script<Forked> {
    yield title;
    return this.#session.fork(title, region);
  }

  async *inOneTurn<T>(title: Text, steps: (turn: Turn) => T): Script<T> {
    yield title;
    return this.#session.inOneTurn(steps);
  }

  async *call<T>(title: Text, act: (site: CallSite) => Promise<Called<T>>): Script<T> {
    return (yield* this.callStep(title, act)).value;
  }

  async *callStep<T>(title: Text, act: (site: CallSite) => Promise<Called<T>>): Script<CalledStep<T>> {
    yield title;
    const progress = this.#telling(title);
    try {
      return yield* this.#unlessStopped(title, () =>
        this.#session.call(title, (site) => act({ ...site, tell: progress.at })),
      );
    } finally {
      progress.end();
    }
  }

  async *work<T>(title: Text, act: (work: Work) => Promise<T>): Script<T> {
    yield title;
    const progress = this.#telling(title);
    try {
      return yield* this.#unlessStopped(title, () => act({ signal: this.#session.stopped, tell: progress.at }));
    } finally {
      progress.end();
    }
  }

  /** Tells how far work of so many bytes is. */
  #telling(title: Text): Progress {
    return new Progress((event) => this.#session.tell(event), title, 'bytes', true);
  }

  /**
   * What a stop aborts throws here; the session lets a stopped script take no step more, which ends it in good order.
   */
  async *#unlessStopped<T>(title: Text, act: () => Promise<T>): Script<T> {
    try {
      return await act();
    } catch (error) {
      if (this.#session.stopped.aborted) yield title;
      throw error;
    }
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

  vmLck(): Counted {
    const own = status();
    if (own.errno === null) return own.vmLckBytes;
    return { en: `/proc/self/status cannot be read: ${own.errno}`, zh: `无法读取 /proc/self/status：${own.errno}` };
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

  claim(id: string, expected: number | string, measured: number | string | Text, note?: Text): void {
    if (typeof measured === 'object') {
      this.skip(id, expected, measured);
      return;
    }
    const status = expected === measured ? 'held' : 'failed';
    const reason = note && { reason: note };
    this.#state({ id, expected, measured, status, ...reason });
  }

  claimBetween(id: string, least: number, most: number, measured: Counted): void {
    if (typeof measured === 'object') {
      this.skip(id, [least, most], measured);
      return;
    }
    const status = measured >= least && measured <= most ? 'held' : 'failed';
    this.#state({ id, expected: [least, most], measured, status });
  }

  claimAtLeast(id: string, least: number, measured: Counted): void {
    if (typeof measured === 'object') {
      this.skip(id, [least, null], measured);
      return;
    }
    this.#state({ id, expected: [least, null], measured, status: measured >= least ? 'held' : 'failed' });
  }

  claimWithOwn(id: string, expected: number, measured: Counted, most: number, whose: Text): void {
    if (typeof measured === 'object') {
      this.skip(id, expected, measured);
      return;
    }
    const own = measured - expected;
    if (own === 0 || own < 0 || own > most) this.claim(id, expected, measured);
    else {
      const reason = { en: `${own} more: ${whose.en}`, zh: `多出 ${own}：${whose.zh}` };
      this.#state({ id, expected, measured, status: 'held', reason });
    }
  }

  skip(id: string, expected: Claim['expected'], reason: Text): void {
    this.#state({ id, expected, measured: '', status: 'skipped', reason });
  }

  coreFile(found: Omit<CoreFile, 'id'>): void {
    this.#session.tell({ kind: 'core-file', coreFile: { id: ++this.#coreFiles, ...found } });
  }

  result(result: Result): void {
    this.#session.tell({ kind: 'result', result });
  }

  measurement(name: string, value: number): void {
    this.#session.tell({ kind: 'measurement', name, value });
  }

  #state(claim: Omit<Claim, 'text' | 'unit'>): void {
    const { en, zh, unit } = this.#claims[claim.id] ?? { en: claim.id, zh: claim.id };
    this.#session.tell({ kind: 'claim', claim: { ...claim, text: { en, zh }, ...(unit && { unit }) } });
  }
}
