import type { Operation, PageRange } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { faultsOf, whyNot } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, engineFaults, whyRefused } from '../experiment-kit/shared-steps.ts';
import { type Counted, countOrNull, together } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import type { TakenStep } from '../session/steps.ts';
import { mapOver, scanReserved } from './reserve-commit/calls.ts';
import { reserveCommitResult } from './results/reserve-commit.ts';

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** Other memory of the process comes and goes meanwhile. */
const ownBytes = 64 * mebibyte;

const claims = {
  reserved: {
    en: 'Reserving grows VmSize by just that, 64 MiB more or less',
    zh: '保留使 VmSize 恰好增加这么多（±64 MiB）',
    unit: 'bytes',
  },
  empty: { en: 'Pages in memory of all that is reserved', zh: '全部保留空间中在内存里的页', unit: 'pages' },
  uncharged: {
    en: 'Pages that the kernel charges for before any is committed',
    zh: '提交之前内核计入提交量的页',
    unit: 'pages',
  },
  'commit-empty': {
    en: 'Resident pages of the first chunk, committed and untouched',
    zh: '首块已提交、未访问时驻留的页',
    unit: 'pages',
  },
  charged: { en: 'Pages charged for once all chunks are committed', zh: '各块都提交之后计入提交量的页', unit: 'pages' },
  touched: {
    en: 'Pages in memory of all that is reserved: those that were touched',
    zh: '全部保留空间中在内存里的页：已访问的页',
    unit: 'pages',
  },
  faults: { en: 'Faults of the first touches: one for each page', zh: '首次访问的缺页：每页一次', unit: 'faults' },
  stays: {
    en: 'Faults of the first chunk read again after all growth: its data never moved',
    zh: '全部增长之后再读首块的缺页：数据从未移动',
    unit: 'faults',
  },
  dropped: {
    en: 'Resident pages of the last chunk after MADV_DONTNEED',
    zh: 'MADV_DONTNEED 之后末块驻留的页',
    unit: 'pages',
  },
  'charge-stays': {
    en: 'Pages charged for after the last chunk was dropped and made PROT_NONE: it still counts',
    zh: '末块被丢弃并改为 PROT_NONE 之后计入提交量的页：它仍然计入',
    unit: 'pages',
  },
  'charge-back': {
    en: 'Pages charged for after mmap(MAP_FIXED, PROT_NONE) over the last chunk',
    zh: '用 mmap(MAP_FIXED, PROT_NONE) 覆盖末块之后计入提交量的页',
    unit: 'pages',
  },
} as const;

type ReserveLab = Lab<keyof typeof claims>;

/**
 * Reserve now, commit later: `PROT_NONE` address space costs neither memory nor commit charge under any overcommit
 * mode, mprotect(2) commits it in order, a touch brings a page in, and what grows this way never moves. mmap(2),
 * Documentation/mm/overcommit-accounting
 */
export const reserveCommit = experiment({
  id: 'reserve-commit',
  group: 'speculation',
  title: { en: 'Reserve, then commit', zh: '先保留，后提交' },
  summary: {
    en: 'Far more address space than there is memory, reserved at once and committed chunk by chunk: what each costs, and that growing moves nothing.',
    zh: '一次保留远多于内存的地址空间，再逐块提交：各要多少代价，以及增长时什么都不移动。',
  },
  sentence: {
    en: 'Reserve {reserve} GiB of addresses and commit {chunks} {chunks|chunk|chunks} of {chunk} MiB',
    zh: '保留 {reserve} GiB 地址空间，再提交 {chunks} 块、每块 {chunk} MiB',
  },
  placement: 'isolated',
  parameters: {
    reserve: integer({
      title: { en: 'Reserve', zh: '保留' },
      description: { en: 'How much address space is reserved.', zh: '保留多少地址空间。' },
      minimum: 1,
      maximum: 4096,
      default: 64,
      unit: { en: 'GiB', zh: 'GiB' },
    }),
    chunks: integer({
      title: { en: 'Chunks', zh: '块数' },
      description: { en: 'How many chunks are committed, one after the other.', zh: '依次提交多少块。' },
      minimum: 2,
      maximum: 64,
      default: 8,
    }),
    chunk: integer({
      title: { en: 'Chunk', zh: '块大小' },
      description: { en: 'How large a chunk is.', zh: '每块多大。' },
      minimum: 1,
      maximum: 64,
      default: 1,
      unit: { en: 'MiB', zh: 'MiB' },
    }),
  },
  claims,
  conflict({ reserve, chunks, chunk }) {
    const [shown, reserved] = [shownChunks(chunks) * chunk, reserve * 1024];
    if (shown < reserved) return undefined;
    return {
      en: `${chunks} chunks of ${chunk} MiB, and as much again that stays reserved, are ${shown} MiB, and reserve is ${reserve} GiB; choose fewer or smaller chunks, or reserve more.`,
      zh: `${chunks} 块、每块 ${chunk} MiB，加上同样多仍保留的部分，共 ${shown} MiB，而 reserve 为 ${reserve} GiB；请减少块数或块大小，或保留更多。`,
    };
  },
  commitsBytes: ({ chunks, chunk }) => chunks * chunk * mebibyte,
  mapsBytes: ({ chunks, chunk }) => shownChunks(chunks) * chunk * mebibyte,

  async *run(lab, { reserve, chunks, chunk }) {
    const chunkPages = (chunk * mebibyte) / lab.pageSize;
    const allPages = (reserve * gibibyte) / lab.pageSize;
    const shown = shownChunks(chunks) * chunkPages;
    const { region, reserveNs, reserveStep } = yield* reserveSpace(lab, shown, allPages, reserve);

    const grown = yield* grow(lab, region, chunks, chunkPages);
    const committed = chunks * chunkPages;
    lab.claim('commit-empty', 0, grown.emptyChunk);
    lab.claim('charged', committed, grown.refused ?? (await charged(lab, region)));
    lab.claimWithOwn('faults', committed, grown.refused ?? grown.faults, 2 + committed / 100, engineFaults);

    const { value: scanned, step: scan } = yield* lab.callStep(lookAtAll, (site) =>
      scanReserved(region, allPages, site),
    );
    lab.claim('touched', committed, grown.refused ?? scanned.present);
    const again = yield* lab.perform({ en: 'Read the first chunk again', zh: '再读首块' }, region, {
      kind: 'touch',
      access: 'read',
      pages: pagesOf(chunkRange(0, chunkPages)),
    });
    const stays = grown.refused ?? faultsOf(again);
    lab.claimWithOwn('stays', 0, stays, 1 + chunkPages / 100, engineFaults);

    yield* giveBack(lab, region, chunkRange(chunks - 1, chunkPages), committed, grown.refused);
    const perChunk = (ns: number) => ns / chunks;
    lab.measurement('reserveNs', reserveNs);
    lab.measurement('commitChunkNs', perChunk(grown.commitNs));
    lab.measurement('touchChunkNs', perChunk(grown.touchNs));
    if (scanned.durationNs !== null) lab.measurement('lookNs', scanned.durationNs);
    lab.result(
      reserveCommitResult({
        reservedBytes: reserve * gibibyte,
        reservedPages: allPages,
        committedBytes: chunks * chunk * mebibyte,
        shownBytes: shown * lab.pageSize,
        reserveNs,
        reserveStep,
        againStep: again.index,
        lookStep: scan.index,
        commitNs: perChunk(grown.commitNs),
        touchNs: perChunk(grown.touchNs),
        faultsAgain: countOrNull(stays),
        lookNs: scanned.durationNs,
        keyStep: grown.keyStep,
      }),
    );
  },
});

/** Twice what is committed is drawn, so that what is only reserved is seen beside it. */
function shownChunks(chunks: number): number {
  return 2 * chunks;
}

function chunkRange(index: number, chunkPages: number): PageRange {
  return { firstPage: index * chunkPages, pageCount: chunkPages };
}

function pagesOf({ firstPage, pageCount }: PageRange): number[] {
  return Array.from({ length: pageCount }, (_, index) => firstPage + index);
}

/** Reserves the address space, and asks what that cost. */
async function* reserveSpace(lab: ReserveLab, shown: number, allPages: number, reserve: number) {
  const bytes = reserve * gibibyte;
  const before = lab.status().vmSizeBytes;
  const { region, step } = yield* lab.tryMap(
    { en: `Map ${reserve} GiB that nobody may touch yet`, zh: `映射 ${reserve} GiB 尚不可访问的空间` },
    { pages: shown, reservedPages: allPages - shown, protection: [] },
  );
  if (!region) {
    const why = whyRefused(step);
    throw problem(
      'cannot-run-here',
      `${reserve} GiB of address space were not to be had; choose less. ${why.en}`,
      `无法保留 ${reserve} GiB 地址空间；请减小。${why.zh}`,
    );
  }
  lab.claimBetween('reserved', bytes - ownBytes, bytes + ownBytes, lab.status().vmSizeBytes - before);
  lab.claim('uncharged', 0, await charged(lab, region));
  lab.claim('empty', 0, (yield* lab.call(lookAtAll, (site) => scanReserved(region, allPages, site))).present);
  yield* askForSmallPages(lab, region);
  return { region, reserveNs: step.durationNs, reserveStep: step.index };
}

const lookAtAll: Text = { en: 'Look at all that is reserved, by the page table', zh: '按页表查看全部保留空间' };

/** Commits and touches one chunk after the other, in order: each out of order would be one VMA more. */
async function* grow(lab: ReserveLab, region: Region, chunks: number, chunkPages: number) {
  let [commitNs, touchNs] = [0, 0];
  let faults: Counted = 0;
  let emptyChunk: Counted = 0;
  let refused: Text | undefined;
  let last: TakenStep | undefined;
  for (let index = 0; index < chunks; index++) {
    const range = chunkRange(index, chunkPages);
    const number = index + 1;
    const commit = yield* lab.perform({ en: `Commit chunk ${number}`, zh: `提交第 ${number} 块` }, region, {
      kind: 'mprotect',
      protection: ['PROT_READ', 'PROT_WRITE'],
      range,
    });
    refused ??= whyNot(commit);
    commitNs += commit.durationNs;
    if (index === 0) {
      const look = yield* lab.look(
        { en: 'Look at chunk 1, which nobody touched', zh: '查看无人访问过的第 1 块' },
        region,
      );
      emptyChunk = refused ?? look.count('resident', range);
    }
    last = yield* lab.perform({ en: `Write every page of chunk ${number}`, zh: `写第 ${number} 块的每一页` }, region, {
      kind: 'touch',
      access: 'write',
      pages: pagesOf(range),
    });
    refused ??= whyNot(last);
    touchNs += last.durationNs;
    faults = together(faults, faultsOf(last), (one, other) => one + other);
  }
  return { commitNs, touchNs, faults, emptyChunk, refused, keyStep: last?.index ?? 0 };
}

/** The last chunk goes back, in the order of what each call gives: memory, rights, and at last the charge. */
async function* giveBack(lab: ReserveLab, region: Region, range: PageRange, committed: number, before?: Text): Script {
  const drop = { kind: 'madvise', advice: 'MADV_DONTNEED', range } as const;
  const dropped = yield* lab.perform(
    { en: 'Drop the last chunk: MADV_DONTNEED', zh: '丢弃末块：MADV_DONTNEED' },
    region,
    drop,
  );
  const look = yield* lab.look({ en: 'Look after dropping it', zh: '丢弃之后查看' }, region);
  lab.claim('dropped', 0, before ?? whyNot(dropped) ?? look.count('resident', range));
  const hide: Operation = { kind: 'mprotect', protection: [], range };
  const hidden = yield* lab.perform({ en: 'Take all rights to it away', zh: '取消对它的一切权限' }, region, hide);
  lab.claim('charge-stays', committed, before ?? whyNot(hidden) ?? (await charged(lab, region)));
  const over = { en: 'Map new reserved pages over it', zh: '在其上映射新的保留页' };
  const refused = yield* lab.call(over, (site) => mapOver(region, range, site));
  lab.claim('charge-back', committed - range.pageCount, before ?? refused ?? (await charged(lab, region)));
}

/** The region's pages in VMAs that count for the commit charge: flag `ac` of smaps(5), VM_ACCOUNT. */
async function charged(lab: ReserveLab, region: Region): Promise<Counted> {
  const vmas = await lab.smaps(region);
  if ('en' in vmas) return vmas;
  const bytes = vmas
    .filter(({ flags }) => flags.split(' ').includes('ac'))
    .reduce((sum, { start, end }) => sum + Number(end - start), 0);
  return bytes / lab.pageSize;
}
