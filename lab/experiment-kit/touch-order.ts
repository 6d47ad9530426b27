import { choice, integer } from './parameters.ts';

/** The parameters of any experiment that touches pages in an order that the user chooses. */
export const orderParameters = {
  order: choice({
    title: { en: 'Order', zh: '顺序' },
    description: { en: 'In which order the pages are touched.', zh: '按什么顺序访问各页。' },
    choices: [
      { value: 'sequential', title: { en: 'sequential', zh: '顺序' } },
      { value: 'random', title: { en: 'random', zh: '随机' } },
      { value: 'stride', title: { en: 'stride', zh: '跨步' } },
    ],
    default: 'sequential',
  }),
  stride: integer({
    title: { en: 'Stride', zh: '步长' },
    description: {
      en: 'With order “stride”: the distance between two touches. Every page is reached in the end.',
      zh: '顺序为“跨步”时，两次访问之间的距离；最终会访问到每一页。',
    },
    when: { parameter: 'order', is: ['stride'] },
    minimum: 2,
    maximum: 1 << 20,
    default: 8,
    unit: { en: 'pages', zh: '页' },
  }),
  seed: integer({
    title: { en: 'Seed', zh: '种子' },
    description: {
      en: 'With order “random”: the same seed gives the same order again.',
      zh: '顺序为“随机”时，相同的种子得到相同的顺序。',
    },
    when: { parameter: 'order', is: ['random'] },
    minimum: 0,
    maximum: 0x7fff_ffff,
    default: 1,
  }),
} as const;

/** In which order pages are touched. */
export type Order = 'sequential' | 'random' | 'stride';

/**
 * Every page number below `pages` once, in the order asked for, in at most `most` batches of nearly equal size.
 *
 * @param options.stride distance between neighbours of the order `stride`: 0, s, 2s, … then 1, 1 + s, …
 * @param options.seed chooses the order `random`
 */
export function* inOrder(
  pages: number,
  order: Order,
  options: { stride: number; seed: number; most: number },
): Generator<number[]> {
  const next = pageSource(pages, order, options);
  const batches = Math.min(options.most, pages);
  for (let batch = 0, done = 0; batch < batches; batch++) {
    const end = Math.floor(((batch + 1) * pages) / batches);
    const numbers = new Array<number>(end - done);
    for (let index = 0; index < numbers.length; index++) numbers[index] = next();
    done = end;
    yield numbers;
  }
}

/** Gives the next page number each time it is called. */
function pageSource(pages: number, order: Order, { stride, seed }: { stride: number; seed: number }): () => number {
  if (order === 'random') {
    const shuffled = shuffle(pages, seed);
    let index = 0;
    return () => shuffled[index++] ?? 0;
  }
  const distance = order === 'stride' ? stride : 1;
  let start = 0;
  let page = 0;
  return () => {
    const current = page;
    page += distance;
    if (page >= pages) page = ++start;
    return current;
  };
}

/** The numbers below `count` in an order that depends on the seed alone (Fisher–Yates). */
function shuffle(count: number, seed: number): Uint32Array {
  // Uint32Array.from takes 30 times as long, on a main loop that others wait for.
  const numbers = new Uint32Array(count);
  for (let index = 0; index < count; index++) numbers[index] = index;
  const random = mulberry32(seed);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const held = numbers[index] ?? 0;
    numbers[index] = numbers[other] ?? 0;
    numbers[other] = held;
  }
  return numbers;
}

/**
 * A small generator with a seed (Mulberry32), since `Math.random` cannot be repeated. Gives numbers from 0 to below 1.
 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
