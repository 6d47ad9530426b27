import type { Text } from '../../../protocol/text.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { steadyMalloc } from '../../experiment-kit/steady-malloc.ts';
import { timingCosts } from '../../operations/timing-costs.ts';
import type { CalledStep } from '../../session/steps.ts';
import type { GrowthClaim } from './claims.ts';
import type { Chosen, Found, Pages } from './found.ts';
import type { GrowingBuffer } from './growing-buffer.ts';
import {
  type Load,
  type Pushed,
  pushAll,
  pushRest,
  pushToLastGrowth,
  type Strategy,
  type Told,
  warmUp,
} from './push.ts';
import { doubling, type Way } from './rules.ts';

type GrowthLab = Lab<GrowthClaim>;

/** Bytes that are pushed before the measured ones, each way: the engine compiles the loop meanwhile. */
const warmUpBytes = 1024 * 1024;

/** Steps from the last growth to the last item. */
const fillingSteps = 8;

export async function* growthScript(lab: GrowthLab, chosen: Chosen): Script<Found> {
  const { strategies, load, shown, lastGrowth, again } = chosen;
  const huge = yield* prepare(lab, load);
  const pushed: Told[] = [];
  let pages: Pages | Text | undefined;
  let refused: Text | undefined;
  for (const strategy of strategies) {
    if (strategy === shown) {
      const seen = yield* pushAndLook(lab, strategy, lastGrowth, load);
      pages = seen.pages;
      refused ??= seen.refused;
      if (seen.pushed) {
        pushed.push(seen.pushed);
        measure(lab, seen.pushed);
        continue;
      }
    }
    const { value, step } = yield* lab.callStep(titleOf(strategy, load), (site) => pushAll(strategy, load, site));
    refused ??= whyNot(step);
    pushed.push({ ...value, step: step.index });
    measure(lab, value);
  }
  const repeated: Pushed[] = [];
  for (const strategy of again) {
    const { en, zh } = titleOf(strategy, load);
    const title = { en: `${en}, once more, to see how steady this machine is`, zh: `${zh}，再来一次，看机器是否平稳` };
    repeated.push(yield* lab.call(title, (site) => pushAll(strategy, load, site)));
  }
  return { ...chosen, pushed, repeated, pages: pages ?? notLookedAt, refused, huge };
}

/** Thresholds of malloc that do not depend on what was freed before; what measuring costs; the engine warm. */
async function* prepare(lab: GrowthLab, { items, size }: Load): Script<Text | undefined> {
  const huge = yield* steadyMalloc(lab);
  const pushes = Math.min(items, Math.ceil(warmUpBytes / size));
  const { emptyCallNs, clockReadNs } = yield* lab.work(
    {
      en: `Warm up with ${pushes} pushes each way, which are left out, and measure what measuring costs`,
      zh: `每种方式先追加 ${pushes} 项预热（不计入），并测量测量本身的开销`,
    },
    async () => {
      for (const way of doubling.ways) warmUp(way, pushes, size);
      return timingCosts();
    },
  );
  lab.measurement('emptyCallNs', emptyCallNs);
  lab.measurement('clockReadNs', clockReadNs);
  return huge;
}

/** Pushes until the last growth, looks, pushes the rest, and looks again. */
async function* pushAndLook(lab: GrowthLab, strategy: Strategy, lastGrowth: number, load: Load): Script<Looked> {
  const { items } = load;
  const name = nameOf(strategy);
  const first = yield* lab.callStep(
    {
      en: `Push ${lastGrowth} items, ${name.en}: the last of them makes it grow for the last time`,
      zh: `追加 ${lastGrowth} 项，${name.zh}：最后一项使其最后一次增长`,
    },
    (site) => pushToLastGrowth(strategy, lastGrowth, load, site),
  );
  const { value: buffer, region, step } = first;
  const refused = whyNot(step);
  if (!buffer || !region) return { pages: refused ?? notLookedAt, refused };
  const halfWritten = buffer.writtenPages;
  const half = yield* lab.look(
    {
      en: 'Look at the buffer, just grown: what is not written yet is not there',
      zh: '查看刚增长的缓冲区：未写入的页并不存在',
    },
    region,
  );
  const rest = yield* fill(lab, buffer, region.label, lastGrowth, items);
  const endWritten = buffer.writtenPages;
  const end = yield* lab.look({ en: 'Look at the slack that is left', zh: '查看剩余的空闲容量' }, region);
  const pages: Pages = {
    half: half.count('resident'),
    halfWritten,
    end: end.count('resident'),
    endWritten,
    // The look that follows the first pushes.
    keyStep: step.index + 1,
  };
  return { pages, pushed: { ...rest.value, step: rest.step.index }, refused: whyNot(rest.step) };
}

/** Pushes the rest in a few steps of as many items each, so that the pages are seen to come as they are written. */
async function* fill(
  lab: GrowthLab,
  buffer: GrowingBuffer,
  label: string,
  first: number,
  items: number,
): Script<Pick<CalledStep<Pushed>, 'value' | 'step'>> {
  for (let part = 1; ; part++) {
    const until = first + Math.ceil(((items - first) * part) / fillingSteps);
    const title = { en: `Push up to item ${until} of ${items}`, zh: `追加至第 ${until} 项，共 ${items} 项` };
    const pushed = yield* lab.callStep(title, (site) => pushRest(buffer, until, label, site));
    if (until === items || whyNot(pushed.step)) return pushed;
  }
}

interface Looked {
  readonly pages: Pages | Text;
  readonly pushed?: Told;
  readonly refused: Text | undefined;
}

const notLookedAt: Text = {
  en: 'malloc did not map the buffer alone (under 128 KiB, or there was room in its heap): its pages have other blocks too',
  zh: 'malloc 没有为该缓冲区单独映射（不足 128 KiB，或其堆中有空间）：这些页上还有其他块',
};

const ways = {
  realloc: { en: 'realloc', zh: 'realloc' },
  copy: { en: 'malloc, memcpy, free', zh: 'malloc、memcpy、free' },
} as const satisfies Record<Way, Text>;

function nameOf({ rule, way }: Strategy): Text {
  return { en: `${rule.name.en}, ${ways[way].en}`, zh: `${rule.name.zh}，${ways[way].zh}` };
}

function titleOf(strategy: Strategy, { items }: Load): Text {
  const name = nameOf(strategy);
  return { en: `Push ${items} items, ${name.en}`, zh: `追加 ${items} 项，${name.zh}` };
}

/** Each strategy's numbers, by a name of its own. */
function measure(lab: GrowthLab, { rule, way, buffer }: Pushed): void {
  const name = `${rule.id}${way === 'realloc' ? 'Realloc' : 'Copy'}`;
  const { size } = buffer;
  lab.measurement(`${name}Ns`, buffer.durationNs);
  lab.measurement(`${name}Calls`, buffer.asked);
  if (way === 'realloc') {
    lab.measurement(`${name}InPlaceCalls`, buffer.inPlace);
    lab.measurement(`${name}MovedCalls`, buffer.moved);
    lab.measurement(`${name}CopiedCalls`, buffer.copied);
  }
  lab.measurement(`${name}CopiedBytes`, buffer.copiedBytes);
  lab.measurement(`${name}PeakSlackBytes`, buffer.peakSlackItems * size);
  lab.measurement(`${name}Faults`, buffer.minorFaults);
  if (buffer.capped) lab.measurement(`${name}CappedItems`, buffer.pushed);
}
