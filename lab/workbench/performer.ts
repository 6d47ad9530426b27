import { histogram, pageCounts } from '../../protocol/counts.ts';
import type { PageCounts } from '../../protocol/counts-schema.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { RegionRequest } from '../../protocol/mapping.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import type { Action, ActionResult, PageRuns, ProcessTool } from '../../protocol/workbench.ts';
import { countPages, formatCount } from '../base/format.ts';
import { joined } from '../base/join-texts.ts';
import { inElectron } from '../limits/environment.ts';
import type { CallRecord } from '../operations/call-record.ts';
import { collectGarbage } from '../operations/collect-garbage.ts';
import { unmapRegion } from '../operations/map-region.ts';
import { pageCall } from '../operations/page-calls.ts';
import { performNow } from '../operations/perform.ts';
import type { Observer } from '../regions/observer.ts';
import type { Region } from '../regions/region.ts';
import { takeSample } from '../session/sampler.ts';
import type { Session } from '../session/session.ts';
import { type Taken, takeMap, takeOnProcess } from '../session/taken-steps.ts';
import { act } from './act.ts';
import { checkRoomForRegion } from './mapping-limit.ts';
import { endOfRuns } from './page-runs.ts';
import { beforeEnd, beforeOf, PastActions } from './past-actions.ts';
import { mappingOf } from './requested-mapping.ts';
import { actionTitle } from './tool-names.ts';
import { type VmaList, vmaList } from './vma-list.ts';

type Counted = Snapshot & Required<Pick<Snapshot, 'counts'>>;

/** What an action came to. */
export interface Done {
  readonly action: Action;
  readonly result: ActionResult;
  /** The step that tells of it; the first, where there are several. */
  readonly step: number;
}

/**
 * How an action is done: what ends it, where its progress goes, and what is to be said of a result that differs from a
 * saved one.
 */
export interface Doing {
  readonly interrupt: AbortSignal;
  progress(done: number, total: number): void;
  /** What the step says beside what it came to. */
  remark?(result: ActionResult): Text | undefined;
}

/** Does what a person asks of a workbench, as steps. Whoever calls has the session's turn. */
export class Performer {
  readonly past = new PastActions();
  readonly #open: Session;
  /** MCL_FUTURE is in force: all that is mapped since it was set is locked. */
  #lockedToCome = false;
  readonly #isolated: boolean;
  /** What was last told of each region's VMAs. */
  readonly #vmas = new Map<number, string>();

  constructor(open: Session, isolated: boolean) {
    this.#open = open;
    this.#isolated = isolated;
    open.betweenSteps = (region) => this.#tellVmas(region);
  }

  /**
   * Throws `bad-input`, `gone` or `cannot-run-here` when the action can't be done here; then nothing was
   * done.
   */
  perform(action: Action, doing: Doing): Promise<Done> | Done {
    switch (action.kind) {
      case 'add':
        return this.#add(action.region, doing);
      case 'remove':
        return this.#remove(action.region, doing);
      case 'act':
        return this.#act(this.#open.regions.get(action.region), action.tool, action.pages, doing);
      case 'process':
        return this.#onProcess(action.tool, doing);
    }
  }

  /**
   * An action that could not be done, told as a step, so that those after it go on. A region that was to be added keeps
   * its number.
   */
  refuse(action: Action, why: Text): Done {
    const title = refusedTitle(action);
    const startedNs = this.#open.clock.nowNs();
    const record = {
      call: action.kind,
      arguments: {},
      returned: 'not called',
      errno: null,
      outcome: why,
      differs: true,
      durationNs: 0,
      startedNs,
      minorFaults: 0,
      vmLckGrowthBytes: 0,
    };
    const step = this.#open.publish({ title, record, entry: { kind: 'remark', title } }).index;
    if (action.kind === 'add') this.#open.regions.skipId();
    return { action, result: { errno: 'refused' }, step };
  }

  #add(request: RegionRequest, { remark }: Doing): Done {
    const { regions, clock } = this.#open;
    checkRoomForRegion(regions.all.length);
    const mapping = mappingOf(request);
    const { pages } = mapping;
    const taken = takeMap(
      { en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` },
      mapping,
      regions,
      clock,
    );
    const { region } = taken;
    if (!region) {
      regions.skipId();
      mapping.file?.[Symbol.dispose]();
      const result = { errno: taken.record.errno };
      return { action: { kind: 'add', region: request }, result, step: this.#publish(taken, remark?.(result)) };
    }
    region.name = request.name;
    const advised = this.#advise(request, region);
    const snapshot = this.#look(region);
    const result = resultOf(taken.record.errno, snapshot);
    const long = request.populate && pages >= manyToPopulate;
    const mapped = long ? saying(taken, populatedNote) : taken;
    const step = this.#publish(advised ? mapped : seenWith(mapped, region, snapshot), remark?.(result));
    if (advised) this.#publish(seenWith(advised, region, snapshot));
    this.#tellVmas(region);
    return { action: { kind: 'add', region: request }, result, step };
  }

  /**
   * The advice that follows the mmap. Files and memfd_secret have small pages anyway, so they are not advised against
   * huge ones; the pages of hugetlb are huge anyway, and either advice would be EINVAL.
   */
  #advise({ hugePages }: RegionRequest, region: Region): Taken | undefined {
    if (region.mapping.memory === 'hugetlb') return undefined;
    const never = hugePages === 'never' && !region.file && region.mapping.memory !== 'secret';
    if (!never && hugePages !== 'always') return undefined;
    const operation = {
      kind: 'madvise',
      advice: never ? 'MADV_NOHUGEPAGE' : 'MADV_HUGEPAGE',
      range: { firstPage: 0, pageCount: region.pages },
    } as const;
    const record = performNow(operation, region, this.#open.clock);
    const title = never
      ? { en: 'Ask for small pages', zh: '请求使用小页' }
      : { en: 'Ask for huge pages', zh: '请求使用大页' };
    const refused = record.errno !== null;
    return { title, record, entry: { kind: 'operation', title, label: region.label, operation, refused } };
  }

  async #remove(id: number, { remark }: Doing): Promise<Done> {
    const region = this.#open.regions.remove(id);
    this.#vmas.delete(id);
    const title = { en: `Unmap ${region.label}`, zh: `解除 ${region.label} 的映射` };
    const record = await unmapRegion(region, this.#open.clock);
    const result = { errno: record.errno };
    const step = this.#publish(
      { title, record, entry: { kind: 'unmap', title, label: region.label } },
      remark?.(result),
    );
    this.#open.tell({ kind: 'released', region: id });
    return { action: { kind: 'remove', region: id }, result, step };
  }

  async #act(region: Region, tool: Tool, runs: PageRuns, doing: Doing): Promise<Done> {
    const end = endOfRuns(runs);
    // Throws the region's own sentence for the first page outside.
    if (end > region.pages) region.pageNumbers([Math.max(region.pages, runs.at(-2) ?? 0)]);
    const observer = this.#open.regions.observer(region.id);
    const before = beforeOf(tool, runs, observer.last.flags, observer.last.vmas);
    const { splits = false } = pageCall(tool);
    const { record, done } = await observer.during({ splits, split: splitsAlone(tool, observer) }, () =>
      act(tool, runs, region, this.#open.clock, doing.interrupt, doing.progress),
    );
    const snapshot = this.#look(region, tool);
    const title = actionTitle(tool, region, runs);
    const entry: Taken['entry'] = done.length
      ? { kind: 'act', title, label: region.label, tool, runs: done, refused: record.errno !== null }
      : { kind: 'remark', title };
    const remark = doing.remark?.(resultOf(record.errno, snapshot));
    const step = this.#publish(seenWith({ title, record, entry }, region, snapshot), remark);
    const result = resultOf(record.errno, snapshot);
    const kept = done === runs ? before : beforeEnd(before, endOfRuns(done));
    this.past.add(step, { region: region.id, tool, runs: done, before: kept });
    this.#tellVmas(region);
    return { action: { kind: 'act', region: region.id, tool, pages: done.length ? done : runs }, result, step };
  }

  #onProcess(tool: ProcessTool, { remark }: Doing): Done {
    if (!this.#isolated) throw notInline(tool);
    const { regions, clock } = this.#open;
    const title = processTitle(tool);
    const current = tool.kind === 'mlockall' && tool.flags.includes('MCL_CURRENT');
    // What may not last longer than this turn.
    const brief = current || (tool.kind === 'mlockall' && inElectron());
    // V8 aborts at the first page that it cannot give back, so room for what is seen is made before, and nothing is
    // collected after.
    const seen = regions.all.map((region) => ({ region, flags: new Uint8Array(current ? region.pages : 0) }));
    // Nor before, where MCL_FUTURE is in force: what was mapped since is locked, and V8 would give it back.
    if (current && !this.#lockedToCome) collectGarbage();
    const taken = takeOnProcess(title, tool, clock);
    if (taken.record.errno === null) {
      this.#lockedToCome = tool.kind === 'mlockall' && !brief && tool.flags.includes('MCL_FUTURE');
    }
    const together = seen.map(({ region, flags }) => {
      regions.expectVmFlags(region.id);
      const snapshot = regions.observer(region.id).look(clock, this.#open.steps);
      if (!current) return { region: region.id, snapshot };
      flags.set(snapshot.flags);
      return { region: region.id, snapshot: { ...snapshot, flags } };
    });
    const why = current ? ofV8 : ofElectron;
    const undone = brief && taken.record.errno === null ? takeOnProcess(why.title, unlockAll, clock) : undefined;
    const result = { errno: taken.record.errno };
    const told = { ...taken, seen: together };
    const step = this.#publish(undone ? saying(told, why.note) : told, remark?.(result));
    if (undone) {
      const last = this.#publish(undone);
      regions.expectVmFlags();
      this.#open.observe(last);
    }
    for (const { region } of seen) this.#tellVmas(region);
    return { action: { kind: 'process', tool }, result, step };
  }

  /** Looks at a region after an action on it; with a tool, for what that may have changed. */
  #look(region: Region, tool?: Tool): Counted {
    const observer = this.#open.regions.observer(region.id);
    if (tool && splitsAlone(tool, observer)) observer.expectSplit();
    else if (!tool || pageCall(tool).toldBySmaps || pageCall(tool).splits) observer.expectVmFlags();
    return countedWhenAsked(observer.look(this.#open.clock, this.#open.steps));
  }

  /** @param difference of a saved action that had a different result */
  #publish(taken: Taken, difference?: Text): number {
    const { record, ...rest } = difference ? saying(taken, difference) : taken;
    const sample = takeSample(this.#open.clock);
    const marked: CallRecord = difference ? { ...record, differs: true } : record;
    return this.#open.publish({ ...rest, record: marked, ...(sample ? { sample } : {}) }).index;
  }

  /** Tells of a region's VMAs as the last look found them, when that is something new. */
  #tellVmas(region: Region): void {
    const list: VmaList = vmaList(this.#open.regions.observer(region.id).last.vmas);
    const told = JSON.stringify(list);
    if (this.#vmas.get(region.id) === told) return;
    this.#vmas.set(region.id, told);
    this.#open.tell({ kind: 'vmas', region: region.id, ...list });
  }
}

/** Whether of the VMAs a tool changes only what `Observer.expectSplit` says. */
function splitsAlone(tool: Tool, { last }: Observer): boolean {
  const { splits = false, toldBySmaps = false } = pageCall(tool);
  return splits && !toldBySmaps && !last.vmas.some(({ onFault }) => onFault);
}

/** Counted once, and only when somebody asks: the reader gets its frame before, which takes no counts. */
function countedWhenAsked(snapshot: Snapshot): Counted {
  const { flags, takenNs, step, unknown, lazilyFree } = snapshot;
  let counts: PageCounts | undefined;
  return {
    flags,
    takenNs,
    step,
    unknown,
    ...(lazilyFree === undefined ? {} : { lazilyFree }),
    get counts() {
      counts ??= pageCounts(histogram(flags));
      return counts;
    },
  };
}

/** Pages more than which MAP_POPULATE takes long enough for a person to want to end it: some 20 ms. */
const manyToPopulate = 16_384;

/** The step, saying this beside what it came to. */
function saying(taken: Taken, more: Text): Taken {
  const outcome = joined(taken.record.outcome, more);
  return outcome ? { ...taken, record: { ...taken.record, outcome } } : taken;
}

function seenWith(taken: Taken, region: Region, snapshot: Snapshot): Taken {
  return { ...taken, seen: [{ region: region.id, snapshot }] };
}

function resultOf(errno: string | null, { counts: { resident, vmLocked } }: Counted): ActionResult {
  return { errno, resident, locked: vmLocked };
}

const populatedNote: Text = {
  en: 'MAP_POPULATE brings all pages in within this one call, which nothing ends early; without it, MADV_POPULATE_WRITE does the same in pieces',
  zh: 'MAP_POPULATE 在这一次调用中调入所有页，中途无法结束；若不用它，可用 MADV_POPULATE_WRITE 分段完成',
};
const unlockAll = { kind: 'munlockall' } as const;
/** Why a lock of the whole process is undone within its turn: the title of the step that does it, and what is noted. */
const ofV8: { readonly title: Text; readonly note: Text } = {
  title: {
    en: 'munlockall, in the same turn: V8 would not survive the next one',
    zh: '在同一轮中执行 munlockall：否则 V8 无法继续运行',
  },
  note: {
    en: 'undone at once by munlockall: V8 gives pages back with MADV_DONTNEED, locked memory refuses that, and V8 aborts',
    zh: '随即用 munlockall 撤销：V8 以 MADV_DONTNEED 归还页面，已锁定的内存会拒绝，V8 便会中止',
  },
};
const ofElectron: typeof ofV8 = {
  title: {
    en: 'munlockall, in the same turn: in Electron the process would not survive the next one',
    zh: '在同一轮中执行 munlockall：否则 Electron 中的进程无法继续运行',
  },
  note: {
    en: 'undone at once by munlockall: Electron’s allocator maps memory and gives it back with madvise, what is mapped now would be locked and refuse that, and the allocator ends the process; the experiment “Lock everything” maps within the same turn',
    zh: '随即用 munlockall 撤销：Electron 的内存分配器会映射内存并以 madvise 归还，而此后映射的内存均被锁定、会拒绝归还，分配器便会结束进程；实验“锁定全部内存”在同一轮中进行映射',
  },
};

function processTitle(tool: ProcessTool): Text {
  const call = tool.kind === 'mlockall' ? `mlockall(${tool.flags.join(' | ')})` : 'munlockall()';
  return { en: call, zh: call };
}

function notInline(tool: ProcessTool) {
  return problem(
    'cannot-run-here',
    `${tool.kind} acts on a whole process, and this workbench lives in Pagescope's own, which would abort at the next page that it gives back; open a workbench in its own process.`,
    `${tool.kind} 作用于整个进程，而此工作台位于 Pagescope 自身的进程中，锁定后进程会在下次归还页面时中止；请打开一个在独立进程中的工作台。`,
  );
}

function refusedTitle(action: Action): Text {
  switch (action.kind) {
    case 'add':
      return { en: 'Map a region', zh: '映射一个区域' };
    case 'remove':
      return { en: `Unmap region ${action.region}`, zh: `解除区域 ${action.region} 的映射` };
    case 'act':
      return { en: `Act on region ${action.region}`, zh: `对区域 ${action.region} 操作` };
    case 'process':
      return processTitle(action.tool);
  }
}
