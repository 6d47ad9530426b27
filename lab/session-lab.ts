import { readSmaps } from '../native/smaps.ts';
import { pageSize } from '../native/sysconf.ts';
import type { Operation } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import type { Script } from './experiment.ts';
import type { Lab, TakenStep } from './lab.ts';
import { problem } from './problems.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';
import type { Look } from './snapshot.ts';

/** The lab of one session: gives an experiment its steps and passes what they showed to the session. */
export class SessionLab implements Lab<string> {
  readonly pageSize = pageSize();
  readonly #session: Session;
  readonly #claims: Readonly<Record<string, Text>>;

  constructor(session: Session, claims: Readonly<Record<string, Text>>) {
    this.#session = session;
    this.#claims = claims;
  }

  async *map(title: Text, pages: number): Script<Region> {
    yield title;
    const { step, region } = await this.#session.map(title, pages);
    if (region) return region;
    const why = step.meaning ?? { en: `${step.errno}.`, zh: `${step.errno}。` };
    throw problem('cannot-run-here', `mmap of ${pages} pages failed: ${why.en}`, `映射 ${pages} 页失败：${why.zh}`);
  }

  async *perform(title: Text, region: Region, operation: Operation): Script<TakenStep> {
    yield title;
    return this.#session.perform(title, region, operation);
  }

  async *look(title: Text, region: Region): Script<Look> {
    yield title;
    return this.#session.look(title, region);
  }

  rssBytes(region: Region): number | Text {
    let bytes: number | undefined;
    const end = region.address + BigInt(region.length);
    const result = readSmaps(
      'self',
      (vma) => {
        if (vma.start === region.address && vma.end === end) bytes = vma.rssBytes;
      },
      region.address,
      end,
    );
    if (bytes !== undefined) return bytes;
    if (result.errno !== null) {
      return {
        en: `/proc/self/smaps cannot be read: ${result.errno}`,
        zh: `无法读取 /proc/self/smaps：${result.errno}`,
      };
    }
    return { en: 'the region is not one VMA of its own', zh: '该区域不是一个独立的 VMA' };
  }

  claim(id: string, expected: number | string, measured: number | string): void {
    const status = expected === measured ? 'held' : 'failed';
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
