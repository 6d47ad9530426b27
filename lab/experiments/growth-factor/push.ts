import { quickHeap } from '../../../native/calls/malloc.ts';
import { problem } from '../../../protocol/problem.ts';
import type { Text } from '../../../protocol/text.ts';
import { formatAddress } from '../../base/format.ts';
import { Slices } from '../../base/slices.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Called, CallSite } from '../../session/steps.ts';
import { pushLines } from './c-lines.ts';
import { FormulaError } from './formula.ts';
import { type Bounds, GrowingBuffer, headerBytes } from './growing-buffer.ts';
import { doubling, type Rule, type Way } from './rules.ts';

/** One rule, in one way. */
export interface Strategy {
  readonly rule: Rule;
  readonly way: Way;
}

/** What pushing came to: the buffer's own counts, which stay when it is freed. */
export interface Pushed extends Strategy {
  readonly buffer: GrowingBuffer;
  /** Pushed items that were read back as they were stored. */
  readonly intact: number;
}

/** The same with its last step, after which its counts are whole. */
export interface Told extends Pushed {
  readonly step: number;
}

/** Items to push, of so many bytes, and what is set aside for them. */
export interface Load {
  readonly items: number;
  readonly size: number;
  readonly bounds: Bounds;
}

/** Pushes all items into a buffer, reads them back, and frees it. */
export async function pushAll({ rule, way }: Strategy, load: Load, site: CallSite): Promise<Called<Pushed>> {
  const { items, size, bounds } = load;
  using buffer = new GrowingBuffer(rule, way, size, bounds);
  // Awaited: the buffer is freed when this returns.
  return await pushed(buffer, 0, items, site);
}

/**
 * Pushes items up to the last growth, and lends the buffer to be looked at. One that malloc did not map alone shares
 * its pages with others: it is freed.
 */
export async function pushToLastGrowth(
  { rule, way }: Strategy,
  lastGrowth: number,
  { size, bounds }: Load,
  site: CallSite,
): Promise<Called<GrowingBuffer | undefined>> {
  const buffer = new GrowingBuffer(rule, way, size, bounds);
  try {
    const called = await pushed(buffer, 0, lastGrowth, site);
    if (buffer.mappedAlone && buffer.errno === null) {
      const address = BigInt(buffer.address - headerBytes);
      return { ...called, value: buffer, lends: { address, pages: buffer.pages, owner: buffer } };
    }
    buffer[Symbol.dispose]();
    return { ...called, value: undefined };
  } catch (error) {
    buffer[Symbol.dispose]();
    throw error;
  }
}

/** Pushes the rest into a buffer that was lent as the region with this label. */
export async function pushRest(
  buffer: GrowingBuffer,
  items: number,
  label: string,
  site: CallSite,
): Promise<Called<Pushed>> {
  return await pushed(buffer, buffer.pushed, items, site, label);
}

async function pushed(
  buffer: GrowingBuffer,
  from: number,
  until: number,
  site: CallSite,
  label?: string,
): Promise<Called<Pushed>> {
  const { rule, way, size } = buffer;
  const { clock, signal, tell } = site;
  const meter = new Meter(clock);
  const before = { asked: buffer.asked, durationNs: buffer.durationNs, minorFaults: buffer.minorFaults };
  const slices = new Slices();
  while (!buffer.ended(until)) {
    if (slices.over) {
      await slices.next();
      signal.throwIfAborted();
      tell(buffer.pushed * size, until * size);
    }
    pushSome(buffer, until);
  }
  meter.add({
    durationNs: buffer.durationNs - before.durationNs,
    minorFaults: buffer.minorFaults - before.minorFaults,
    majorFaults: 0,
  });
  const intact = await readBack(buffer, signal);
  const { errno, pushed: count } = buffer;
  const outcome = outcomeOf(buffer, buffer.asked - before.asked, intact);
  const bytes = buffer.capacity * size;
  const shown = { calls: buffer.asked - before.asked, size: bytes };
  const returned = errno === null ? formatAddress(BigInt(buffer.address)) : 'NULL';
  const call = way === 'realloc' ? 'realloc' : 'malloc';
  return {
    record: recordOf({ call, arguments: shown, returned, errno, outcome }, undefined, undefined, meter),
    value: { rule, way, buffer, intact },
    c: (lent) => pushLines({ from, until: Math.max(count, from), size, way, rule: rule.c }, label ?? lent),
  };
}

/** A formula that goes wrong late is told as one that is refused at once. */
function pushSome(buffer: GrowingBuffer, until: number): void {
  try {
    buffer.push(until);
  } catch (error) {
    if (error instanceof FormulaError) throw badFormula(buffer.rule.said, error);
    throw error;
  }
}

export function badFormula(formula: string, { why }: FormulaError) {
  const { en, zh } = formulaSentence(formula, why);
  return problem('bad-input', en, zh);
}

/** What is wrong with a formula, and what to give, in a sentence. */
export function formulaSentence(formula: string, why: Text): Text {
  const shown = formula.length > 60 ? `${formula.slice(0, 60)}…` : formula;
  return {
    en: `formula “${shown}” ${why.en}; give a new capacity of c, n and size with + - * / % << >> max min, such as max(c + c / 2, n).`,
    zh: `formula “${shown}” ${why.zh}；请用 c、n、size 与 + - * / % << >> max min 给出新容量，例如 max(c + c / 2, n)。`,
  };
}

/** Counts the items that are there as they were pushed. */
async function readBack(buffer: GrowingBuffer, signal: AbortSignal): Promise<number> {
  const heap = quickHeap();
  const { size, pushed: count } = buffer;
  const expected = heap.malloc(256 * size);
  if (expected === 0) return 0;
  try {
    for (let item = 0; item < 256; item++) heap.memset(expected + item * size, (item + 1) & 255, size);
    let intact = 0;
    const slices = new Slices();
    for (let first = 0; first < count; first += 256) {
      if (slices.over) {
        await slices.next();
        signal.throwIfAborted();
      }
      intact += buffer.intact(first, Math.min(256, count - first), expected);
    }
    return intact;
  } finally {
    heap.free(expected);
  }
}

function outcomeOf(buffer: GrowingBuffer, grew: number, intact: number): Text {
  const { way, inPlace, moved, copied, copiedBytes, pushed: count, capped } = buffer;
  const limit = capped
    ? {
        en: `; ended there, as more would copy over ${buffer.mostCopiedBytes} bytes`,
        zh: `；在此结束，否则复制量将超过 ${buffer.mostCopiedBytes} 字节`,
      }
    : { en: '', zh: '' };
  const how =
    way === 'realloc'
      ? {
          en: `in all ${inPlace} in place, ${moved} moved by mremap, ${copied} copied (${copiedBytes} bytes)`,
          zh: `合计原地 ${inPlace} 次，mremap 移动 ${moved} 次，复制 ${copied} 次（${copiedBytes} 字节）`,
        }
      : { en: `${copied} copied (${copiedBytes} bytes)`, zh: `复制 ${copied} 次（${copiedBytes} 字节）` };
  return {
    en: `${count} items, ${intact} intact; ${grew} growths: ${how.en}${limit.en}`,
    zh: `${count} 项，完好 ${intact} 项；增长 ${grew} 次：${how.zh}${limit.zh}`,
  };
}

/** Pushes that nobody measures. */
export function warmUp(way: Way, pushes: number, size: number): void {
  const endless = { bytes: Number.POSITIVE_INFINITY, copiedBytes: Number.POSITIVE_INFINITY };
  using buffer = new GrowingBuffer(doubling, way, size, endless);
  while (!buffer.ended(pushes)) buffer.push(pushes);
}
