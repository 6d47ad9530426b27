import type { Text } from '../../protocol/text.ts';
import { mostSlots } from '../base/pool-bounds.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { integer, type ValuesOf } from '../experiment-kit/parameters.ts';
import { runawayResult } from './results/runaway-pool.ts';
import { claims, stateClaims } from './runaway-pool/claims.ts';
import type { Load } from './runaway-pool/load.ts';
import { runawayScript } from './runaway-pool/script.ts';

const parameters = {
  peak: integer({
    title: { en: 'Peak', zh: '峰值' },
    description: { en: 'Live blocks at the top of each wave.', zh: '每个波峰时存活的块数。' },
    minimum: 8,
    maximum: mostSlots,
    default: 512,
    unit: { en: 'blocks', zh: '块' },
  }),
  low: integer({
    title: { en: 'Low', zh: '谷值' },
    description: { en: 'Live blocks at the bottom of each wave.', zh: '每个波谷时存活的块数。' },
    minimum: 0,
    maximum: mostSlots,
    default: 16,
    unit: { en: 'blocks', zh: '块' },
  }),
  cap: integer({
    title: { en: 'Cap', zh: '上限' },
    description: {
      en: 'Idle blocks that the two pools with a cap keep; the one that is idle for longest goes first.',
      zh: '两个设上限的池保留的空闲块数；空闲最久的先被逐出。',
    },
    minimum: 0,
    maximum: mostSlots,
    default: 64,
    unit: { en: 'blocks', zh: '块' },
  }),
  waves: integer({
    title: { en: 'Waves', zh: '波数' },
    description: { en: 'How often the load rises and falls.', zh: '负载升降多少次。' },
    minimum: 2,
    maximum: 20,
    default: 3,
  }),
  size: integer({
    title: { en: 'Block', zh: '块大小' },
    description: { en: 'How large a block is; all of it is written.', zh: '每块多大；整块都会写入。' },
    minimum: 64,
    maximum: 1024,
    default: 64,
    unit: { en: 'KiB', zh: 'KiB' },
  }),
} as const;

type Values = ValuesOf<typeof parameters>;

const pools = 3;

/**
 * What a pool keeps after a peak that does not come again, and what a cap on its idle blocks buys and costs: it gives
 * memory back, faults for it at the next peak, and does not make the peak lower. MADV_DONTNEED gives back at once;
 * MADV_FREE only when memory is short, and faults only then. madvise(2)
 */
export const runawayPool = experiment({
  id: 'runaway-pool',
  group: 'speculation',
  title: { en: 'Runaway pool', zh: '失控的内存池' },
  summary: {
    en: 'A load that rises and falls, served by a pool without a cap, one that gives idle blocks back with MADV_DONTNEED and one with MADV_FREE: peak and final memory of each, and what the cap costs.',
    zh: '负载起伏，由三种池处理：无上限、以 MADV_DONTNEED 归还空闲块、以 MADV_FREE 归还；各自的峰值与最终内存，以及上限的代价。',
  },
  sentence: {
    en: 'Let a load rise to {peak} {peak|block|blocks} of {size} KiB and fall to {low}, {waves} {waves|time|times}, under a cap of {cap}',
    zh: '让负载升至 {peak} 块（每块 {size} KiB）再降至 {low} 块，共 {waves} 次，上限 {cap} 块',
  },
  placement: 'isolated',
  parameters,
  claims,
  conflict: ({ low, peak, cap }) => conflictOf(low, peak, cap),
  commitsBytes: (values) => pools * loadOf(values).peak * loadOf(values).slotBytes,
  mapsBytes: (values) => pools * loadOf(values).peak * loadOf(values).slotBytes,

  async *run(lab, values) {
    const found = yield* runawayScript(lab, loadOf(values));
    stateClaims(lab, found);
    lab.result(runawayResult(found));
  },
});

function loadOf({ size, ...rest }: Values): Load {
  return { ...rest, slotBytes: size * 1024 };
}

function conflictOf(low: number, peak: number, cap: number): Text | undefined {
  if (low + cap < peak) return undefined;
  return {
    en: `Of ${peak} live blocks at the peak ${low} stay and ${cap} are kept idle, so that none is ever given back; choose a higher peak, or a lower low or cap.`,
    zh: `峰值 ${peak} 块中保留 ${low} 块存活、${cap} 块空闲，不会归还任何块；请提高峰值，或降低谷值或上限。`,
  };
}
