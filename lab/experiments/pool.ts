import { pageSize } from '../../native/libc/sysconf.ts';
import { mostLive, mostSlots } from '../base/pool-bounds.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { integer, type ValuesOf } from '../experiment-kit/parameters.ts';
import { hasMallopt } from '../experiment-kit/steady-malloc.ts';
import { claims, stateClaims } from './pool/claims.ts';
import type { Chosen } from './pool/found.ts';
import { poolScript } from './pool/script.ts';
import { poolResult } from './results/pool.ts';

const parameters = {
  requests: integer({
    title: { en: 'Requests', zh: '请求数' },
    description: {
      en: 'How many blocks each of the four is asked for, one at a time and again in bursts.',
      zh: '向四者各请求多少个块，先逐个，再突发。',
    },
    minimum: 100,
    maximum: 200_000,
    default: 12_800,
  }),
  size: integer({
    title: { en: 'Block', zh: '块大小' },
    description: {
      en: 'How large a block is; all of it is written. From 128 KiB on malloc would map each block alone.',
      zh: '每块多大；整块都会写入。从 128 KiB 起 malloc 会单独映射每一块。',
    },
    minimum: 4,
    maximum: 96,
    default: 64,
    unit: { en: 'KiB', zh: 'KiB' },
  }),
  slots: integer({
    title: { en: 'Slots', zh: '槽数' },
    description: { en: 'How many blocks each of the two pools has.', zh: '两个池各有多少块。' },
    minimum: 2,
    maximum: mostSlots,
    default: 64,
  }),
  burst: integer({
    title: { en: 'Burst', zh: '突发' },
    description: {
      en: 'How many blocks are held at once in a burst, before all are given back.',
      zh: '一次突发同时持有多少块，然后全部归还。',
    },
    minimum: 2,
    maximum: mostLive,
    default: 64,
    unit: { en: 'blocks', zh: '块' },
  }),
} as const;

/**
 * What a pool buys and costs: the same requests served by mmap(2) and munmap(2) each time, by malloc(3), by a pool
 * whose pages come in as they are first used, and by one that was brought in and locked before. mmap(2), malloc(3),
 * madvise(2), mlock(2)
 */
export const poolExperiment = experiment({
  id: 'pool',
  group: 'speculation',
  title: { en: 'Pool', zh: '内存池' },
  summary: {
    en: 'The same requests served by mmap and munmap, by malloc, by a cold pool and by a prefaulted and locked one, one at a time and in bursts: how long each takes, how often each faults, and what lies idle.',
    zh: '同样的请求由 mmap 与 munmap、malloc、冷池、预先调入并锁定的热池处理，先逐个，再突发：各用多少时间、缺页多少次，以及多少内存闲置。',
  },
  sentence: {
    en: 'Serve {requests} {requests|request|requests} for blocks of {size} KiB from pools of {slots} {slots|slot|slots}, in bursts of {burst}',
    zh: '以 {slots} 槽的池处理 {requests} 次 {size} KiB 块的请求，每次突发 {burst} 块',
  },
  placement: 'isolated',
  parameters,
  claims,
  unavailable() {
    if (hasMallopt()) return undefined;
    return {
      en: 'this C library has no mallopt(3): when its malloc gives memory back cannot be fixed',
      zh: '此 C 库没有 mallopt(3)：无法固定其 malloc 何时归还内存',
    };
  },
  conflict({ slots, burst }) {
    if (burst <= slots) return undefined;
    return {
      en: `A burst holds ${burst} blocks, and a pool has ${slots} slots; choose a smaller burst, or more slots.`,
      zh: `一次突发持有 ${burst} 块，而池只有 ${slots} 个槽；请减小突发，或增加槽数。`,
    };
  },
  commitsBytes: (values) => poolsBytes(values) + values.burst * values.size * 1024,
  mapsBytes: poolsBytes,

  async *run(lab, values) {
    const found = yield* poolScript(lab, chosen(values));
    stateClaims(lab, found);
    lab.result(poolResult(found));
  },
});

function chosen({ requests, size, slots, burst }: ValuesOf<typeof parameters>): Chosen {
  const bytes = size * 1024;
  return { requests, bytes, slots, slotPages: Math.ceil(bytes / pageSize()), burst };
}

/** Of both pools. */
function poolsBytes(values: ValuesOf<typeof parameters>): number {
  const { slots, slotPages } = chosen(values);
  return 2 * slots * slotPages * pageSize();
}
