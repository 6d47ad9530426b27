import { status } from '../../native/proc/proc-status.ts';
import type { Text } from '../../protocol/text.ts';
import { formatBytes } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { hasMallopt, mallocThreshold, steadyMalloc } from '../experiment-kit/steady-malloc.ts';
import { noStatus } from '../operations/meter.ts';
import { type Counted, countOrNull, together } from '../regions/look.ts';
import { allocateBlocks, freeBlocks, trimHeap } from './free-keeps-rss/blocks.ts';
import { type Freed, freeKeepsRssResult } from './results/free-keeps-rss.ts';

const mebibyte = 1024 ** 2;

/** Over M_MMAP_THRESHOLD: malloc maps each alone. */
const largeBytes = 2 * mallocThreshold;

/** Of them, so that other memory of the process that comes and goes meanwhile is little beside it. */
const allLargeBytes = 64 * mebibyte;

/** What malloc(3) has in front of a block, and what it rounds it up by. */
const overheadBytes = 16;

const claims = {
  stays: {
    en: 'Pages of the heap in memory after all blocks but the last were freed: 99 of 100 at least',
    zh: '除最后一块外全部释放之后，堆中仍在内存里的页：至少 99%',
    unit: 'pages',
  },
  trimmed: {
    en: 'Pages of the heap in memory after malloc_trim: one in ten at most, with the block that is left',
    zh: 'malloc_trim 之后堆中仍在内存里的页：至多十分之一，含剩下的那块',
    unit: 'pages',
  },
  kept: {
    en: 'Blocks that are left, as they were written',
    zh: '剩下且与写入时相同的块',
    unit: 'items',
  },
  'large-back': {
    en: 'Memory (RssAnon) that went as the large blocks were freed: nine tenths of theirs at least',
    zh: '大块释放时归还的内存（RssAnon）：至少为其九成',
    unit: 'bytes',
  },
} as const;

type FreeLab = Lab<keyof typeof claims>;

/**
 * Why Rss stays when a program frees: malloc(3) keeps small blocks' memory for later, and only shrinks its heap from
 * the end. malloc_trim(3) gives back what lies free within. Blocks over M_MMAP_THRESHOLD are mapped alone, and go at
 * once. malloc(3), mallopt(3), malloc_trim(3)
 */
export const freeKeepsRss = experiment({
  id: 'free-keeps-rss',
  group: 'speculation',
  title: { en: 'Freed, and still resident', zh: '已释放，仍驻留' },
  summary: {
    en: 'Many small blocks are freed, all but the last, and Rss stays; malloc_trim gives it back. Large blocks, which malloc maps alone, go back at once.',
    zh: '将大量小块释放，仅留最后一块，Rss 不变；malloc_trim 才会归还。由 malloc 单独映射的大块则立即归还。',
  },
  sentence: {
    en: 'Allocate {blocks} {blocks|block|blocks} of {size} {size|byte|bytes} and free all but the last',
    zh: '分配 {blocks} 块、每块 {size} 字节，再释放除最后一块外的全部',
  },
  placement: 'isolated',
  parameters: {
    blocks: integer({
      title: { en: 'Blocks', zh: '块数' },
      description: { en: 'How many small blocks are allocated.', zh: '分配多少个小块。' },
      minimum: 1024,
      maximum: 1_000_000,
      default: 65_536,
      unit: { en: 'blocks', zh: '块' },
    }),
    size: integer({
      title: { en: 'Block', zh: '块大小' },
      description: {
        en: 'How large a block is; all of it is written. From 128 KiB on malloc would map each alone.',
        zh: '每块多大；整块都会写入。从 128 KiB 起 malloc 会单独映射每一块。',
      },
      minimum: 64,
      maximum: 65_536,
      default: 1024,
      unit: { en: 'bytes', zh: '字节' },
    }),
  },
  claims,
  unavailable() {
    if (hasMallopt()) return undefined;
    return {
      en: 'this C library has no mallopt(3) and no malloc_trim(3): they are glibc’s',
      zh: '此 C 库没有 mallopt(3) 与 malloc_trim(3)：它们属于 glibc',
    };
  },
  commitsBytes: (values) => smallBytes(values) + allLargeBytes,
  mapsBytes: smallBytes,

  async *run(lab, { blocks: count, size }) {
    const huge = yield* steadyMalloc(lab);
    // First: what is free within the heap later has room for such blocks.
    const large = yield* freeLarge(lab);
    const heap = yield* freeSmall(lab, count, size);
    const wrong = huge ?? heap.refused;
    const { pages, stays, trimmed } = heap;
    lab.claimBetween('stays', Math.ceil(pages * 0.99), pages, wrong ?? stays);
    lab.claimBetween('trimmed', 1, Math.floor(pages / 10), wrong ?? trimmed);
    lab.claim('kept', 1, heap.refused ?? heap.kept);
    lab.claimBetween('large-back', large.bytes * 0.9, large.bytes * 1.1, large.backBytes);
    const bytesOf = (counted: Counted) => {
      const known = wrong ? null : countOrNull(counted);
      return known === null ? null : known * lab.pageSize;
    };
    lab.result(
      freeKeepsRssResult({
        size,
        heapBytes: pages * lab.pageSize,
        togetherBytes: heap.together * size,
        writtenBytes: bytesOf(heap.written),
        keptBytes: bytesOf(stays),
        trimmedBytes: bytesOf(trimmed),
        trimNs: wrong ? null : heap.trimNs,
        large: { size: largeBytes, bytes: large.bytes, backBytes: countOrNull(large.backBytes), step: large.step },
        ...(heap.steps && { steps: heap.steps }),
      }),
    );
  },
});

function smallBytes({ blocks, size }: { readonly blocks: number; readonly size: number }): number {
  return blocks * (size + overheadBytes);
}

const nothing: Text = { en: 'malloc gave no block', zh: 'malloc 未给出任何块' };

/** What the heap of the small blocks came to, in pages; ns. */
interface Heap {
  readonly pages: number;
  /** Blocks that are in these pages. */
  readonly together: number;
  readonly written: Counted;
  readonly stays: Counted;
  readonly trimmed: Counted;
  readonly kept: number;
  readonly trimNs: number;
  readonly steps?: NonNullable<Freed['steps']>;
  readonly refused?: Text;
}

async function* freeSmall(lab: FreeLab, count: number, size: number): Script<Heap> {
  const {
    value: blocks,
    region,
    step,
  } = yield* lab.callStep(
    {
      en: `Allocate ${count} blocks of ${formatBytes(size)} and write them`,
      zh: `分配并写入 ${count} 个 ${formatBytes(size)} 的块`,
    },
    (site) => allocateBlocks({ name: 'small', count, size }, site, 'lend'),
  );
  const refused = whyNot(step);
  if (!region) return { ...{ pages: 0, together: 0, kept: 0, trimNs: 0, refused: refused ?? nothing }, ...unseen };
  const written = yield* lab.look({ en: 'Look at the heap with all blocks', zh: '查看含全部块的堆' }, region);
  yield* lab.call({ en: 'Free all blocks but the last', zh: '释放除最后一块外的全部块' }, (site) =>
    freeBlocks(blocks, 1, site),
  );
  const stays = yield* lab.look({ en: 'Look at the heap, free but for one block', zh: '查看几乎全空的堆' }, region);
  const trim = yield* lab.callStep(
    { en: 'Give back what is free: malloc_trim', zh: '归还空闲部分：malloc_trim' },
    trimHeap,
  );
  const trimmed = yield* lab.look(
    { en: 'Look at the heap after malloc_trim', zh: '查看 malloc_trim 之后的堆' },
    region,
  );
  return {
    pages: region.pages,
    together: blocks.together,
    written: written.count('resident'),
    stays: stays.count('resident'),
    trimmed: trimmed.count('resident'),
    kept: blocks.intact ? blocks.live : 0,
    trimNs: trim.step.durationNs,
    steps: { written: written.step, kept: stays.step, trim: trim.step.index, trimmed: trimmed.step },
    ...(refused && { refused }),
  };
}

const unseen = { written: nothing, stays: nothing, trimmed: nothing };

/** The contrast: RssAnon of the process before and after blocks that malloc maps alone are freed. */
async function* freeLarge(lab: FreeLab) {
  const count = allLargeBytes / largeBytes;
  const wanted = { name: 'large', count, size: largeBytes };
  const { value: blocks, step } = yield* lab.callStep(
    {
      en: `Allocate ${count} blocks of ${formatBytes(largeBytes)}, each mapped alone, and write them`,
      zh: `分配并写入 ${count} 个 ${formatBytes(largeBytes)} 的块，每块单独映射`,
    },
    (site) => allocateBlocks(wanted, site, 'keep'),
  );
  lab.own(blocks);
  const before = rssAnonBytes();
  const freed = yield* lab.callStep({ en: 'Free them all', zh: '全部释放' }, (site) => freeBlocks(blocks, 0, site));
  const backBytes = whyNot(step) ?? together(before, rssAnonBytes(), (most, least) => most - least);
  return { bytes: allLargeBytes, backBytes, step: freed.step.index };
}

function rssAnonBytes(): Counted {
  const own = status();
  return own.errno === null ? own.rssAnonBytes : noStatus;
}
