import { PROT } from '../../native/calls/mman.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { ProtectionName } from '../../protocol/mapping.ts';
import type { Text } from '../../protocol/text.ts';
import type { Inverse, Tool, ToolAdvice } from '../../protocol/workbench.ts';
import type { Region } from '../regions/region.ts';
import { forEachPageRun, RunsBuilder } from './page-runs.ts';
import type { Before, PastAct } from './past-acts.ts';

type Acts = Inverse['acts'];
type Advised = Extract<Tool, { kind: 'madvise' }>;

/** What takes an act back, as far as anything does, from what the kernel showed before it. */
export function inverseOf({ tool, runs, before }: PastAct, region: Region): Inverse {
  if (!before) return nothing(forgotten);
  switch (tool.kind) {
    case 'mlock':
      return relocked(before, true, (flags) => (flags & locks) === locks);
    case 'mlock-on-fault':
      return relocked(before, true, (flags) => (flags & locks) === PageFlag.Locked);
    case 'munlock':
      return relocked(before, false, () => true);
    case 'touch':
      return dropped(before, region);
    case 'mprotect':
      return reprotected(before, runs, tool.protection);
    case 'explicit_bzero':
      return nothing(wipedNote);
    case 'madvise':
      return unadvised(tool.advice, { tool, runs, before }, region);
  }
}

function unadvised(advice: ToolAdvice, act: { tool: Advised; runs: PastAct['runs']; before: Before }, region: Region) {
  switch (advice) {
    case 'MADV_POPULATE_READ':
    case 'MADV_POPULATE_WRITE':
      return dropped(act.before, region);
    case 'MADV_DONTDUMP':
      return withTool(act.before, (flags) => !(flags & PageFlag.DontDump), advise('MADV_DODUMP'), dumpNote);
    case 'MADV_DODUMP':
      return withTool(act.before, (flags) => (flags & PageFlag.DontDump) !== 0, advise('MADV_DONTDUMP'), dumpNote);
    case 'MADV_HUGEPAGE':
      return readvised(act, 'nh', 'MADV_NOHUGEPAGE', 'hg');
    case 'MADV_NOHUGEPAGE':
      return readvised(act, 'hg', 'MADV_HUGEPAGE', 'nh');
    case 'MADV_DONTNEED':
    case 'MADV_FREE':
      return nothing(contentsNote);
    case 'MADV_COLD':
    case 'MADV_PAGEOUT':
      return nothing(reclaimNote);
    case 'MADV_WILLNEED':
      return nothing(readaheadNote);
    case 'MADV_COLLAPSE':
      return nothing(collapseNote);
  }
}

const locks = PageFlag.Locked | PageFlag.OnFault;

/**
 * Each page locked as it was: not at all, on fault, or in whole.
 *
 * @param locked whether the act locked
 * @param changed which of the pages that were locked before are locked otherwise now, or not at all
 */
function relocked({ pages }: Before, locked: boolean, changed: (flags: number) => boolean): Inverse {
  const [unlocked, whole, onFault] = [new RunsBuilder(), new RunsBuilder(), new RunsBuilder()];
  eachPacked(pages, (first, count, flags) => {
    if (!(flags & PageFlag.Locked)) {
      if (locked) unlocked.add(first, count);
    } else if (changed(flags)) (flags & PageFlag.OnFault ? onFault : whole).add(first, count);
  });
  return offered(
    [
      ...actsOf({ kind: 'munlock' }, unlocked),
      ...actsOf({ kind: 'mlock' }, whole),
      ...actsOf({ kind: 'mlock-on-fault' }, onFault),
    ],
    locked ? unlockNote : relockNote,
  );
}

/** Pages of anonymous private memory that were not there and not locked are given back; what is in them is lost. */
function dropped({ pages }: Before, region: Region): Inverse {
  if (region.file || region.mapping.memory) return nothing(sharedNote);
  const there = PageFlag.Resident | PageFlag.Present | PageFlag.Swapped | PageFlag.Locked;
  return withTool({ pages }, (flags) => !(flags & there), advise('MADV_DONTNEED'), droppedNote);
}

function withTool({ pages }: Pick<Before, 'pages'>, wanted: (flags: number) => boolean, tool: Tool, note: Text) {
  const builder = new RunsBuilder();
  eachPacked(pages, (first, count, flags) => {
    if (wanted(flags)) builder.add(first, count);
  });
  return offered(actsOf(tool, builder), note);
}

/** The rights that each VMA had. */
function reprotected({ vmas }: Before, runs: PastAct['runs'], given: readonly ProtectionName[]): Inverse {
  const byRights = new Map<number, RunsBuilder>();
  const now = (given.includes('PROT_READ') ? PROT.READ : 0) | (given.includes('PROT_WRITE') ? PROT.WRITE : 0);
  eachPiece(vmas, runs, ({ protection }, first, count) => {
    if (protection === null || protection === now) return;
    const builder = byRights.get(protection) ?? new RunsBuilder();
    byRights.set(protection, builder);
    builder.add(first, count);
  });
  const acts = [...byRights].flatMap(([rights, builder]) =>
    actsOf({ kind: 'mprotect', protection: namesOf(rights) }, builder),
  );
  return offered(acts, protectNote);
}

function namesOf(rights: number): ProtectionName[] {
  return [
    ...(rights & PROT.READ ? (['PROT_READ'] as const) : []),
    ...(rights & PROT.WRITE ? (['PROT_WRITE'] as const) : []),
  ];
}

/** The advice that each VMA had; of one that had none nothing takes the new advice away. */
function readvised(
  { before, runs }: { before: Before; runs: PastAct['runs'] },
  opposite: string,
  advice: ToolAdvice,
  same: string,
): Inverse {
  const builder = new RunsBuilder();
  let without = 0;
  eachPiece(before.vmas, runs, ({ vmFlags }, first, count) => {
    const flags = vmFlags?.split(' ') ?? [];
    if (flags.includes(opposite)) builder.add(first, count);
    else if (!flags.includes(same)) without += count;
  });
  const acts = actsOf(advise(advice), builder);
  if (without > 0 && acts.length === 0) return nothing(noAdviceNote);
  return offered(acts, without > 0 ? someAdviceNote : adviceNote);
}

function advise(advice: ToolAdvice): Tool {
  return { kind: 'madvise', advice };
}

function actsOf(tool: Tool, builder: RunsBuilder): Acts {
  return builder.acts.map((pages) => ({ tool, pages }));
}

function offered(acts: Acts, note: Text): Inverse {
  return acts.length > 0 ? { acts, note } : nothing(unchangedNote);
}

function nothing(note: Text): Inverse {
  return { acts: [], note };
}

function eachPacked(packed: Uint32Array, each: (first: number, count: number, flags: number) => void): void {
  for (let at = 0; at < packed.length; at += 2) {
    const word = packed[at + 1] ?? 0;
    each(packed[at] ?? 0, word >>> 8, word & 0xff);
  }
}

/** Calls `each` for the part of every VMA that lies in a run, both ascending. */
function eachPiece(
  vmas: Before['vmas'],
  runs: PastAct['runs'],
  each: (vma: Before['vmas'][number], first: number, count: number) => void,
): void {
  let from = 0;
  forEachPageRun(runs, (first, count) => {
    while (from < vmas.length && endOf(vmas[from]) <= first) from++;
    for (let index = from; index < vmas.length; index++) {
      const vma = vmas[index];
      if (!vma || vma.firstPage >= first + count) break;
      const start = Math.max(first, vma.firstPage);
      each(vma, start, Math.min(first + count, endOf(vma)) - start);
    }
  });
}

function endOf(vma: Before['vmas'][number] | undefined): number {
  return vma ? vma.firstPage + vma.pages : 0;
}

const forgotten: Text = {
  en: 'What was there before this act is no longer kept: it was long ago, and later acts took the room.',
  zh: '此操作之前的状态已不再保留：时间较久，空间已被后来的操作占用。',
};
const unchangedNote: Text = {
  en: 'There is nothing to take back: these pages were like this before.',
  zh: '没有需要撤销的内容：这些页此前就是如此。',
};
const unlockNote: Text = {
  en: 'Unlocks the pages that were not locked before, and locks the others as they were; pages that were brought in stay.',
  zh: '解锁此前未锁定的页，其余恢复为原来的锁定方式；已调入的页仍会保留。',
};
const relockNote: Text = {
  en: 'Locks the pages again that were locked, on fault where they were; the limit may stand in the way now.',
  zh: '重新锁定此前已锁定的页，原为缺页时锁定的仍按缺页时锁定；现在可能受限制而失败。',
};
const droppedNote: Text = {
  en: 'Gives the pages back that were not there before (MADV_DONTNEED); what was written into them since is lost.',
  zh: '归还此前不存在的页（MADV_DONTNEED）；之后写入其中的内容会丢失。',
};
const sharedNote: Text = {
  en: 'Nothing takes it back: only anonymous private pages can be given back; those of a file or of shared memory stay in its cache.',
  zh: '无法撤销：只有匿名私有页可以归还；文件或共享内存的页会留在其缓存中。',
};
const dumpNote: Text = {
  en: 'Sets whether core files have these pages as it was before.',
  zh: '恢复这些页是否写入核心转储的原有设置。',
};
const protectNote: Text = { en: 'Gives the pages the rights that they had.', zh: '恢复这些页原有的权限。' };
const adviceNote: Text = { en: 'Gives the advice that was in force before.', zh: '恢复此前生效的建议。' };
const someAdviceNote: Text = {
  en: 'Gives the advice that was in force before; where there was none it stays, since no advice takes the other away.',
  zh: '恢复此前生效的建议；此前没有建议的部分保持现状，因为没有撤销建议的调用。',
};
const noAdviceNote: Text = {
  en: 'Nothing takes it back: there was no advice before, and the kernel has no call that takes this one away.',
  zh: '无法撤销：此前没有建议，而内核没有撤销该建议的调用。',
};
const wipedNote: Text = {
  en: 'Nothing takes it back: the contents are gone, which is what wiping is for.',
  zh: '无法撤销：内容已经清零，这正是擦除的目的。',
};
const contentsNote: Text = {
  en: 'Nothing takes it back: the kernel may drop the contents at once, and then they are gone.',
  zh: '无法撤销：内核可能立即丢弃内容，丢弃后无法恢复。',
};
const reclaimNote: Text = {
  en: 'Nothing takes it back: reclaim is the kernel’s own; touch the pages to bring them in again.',
  zh: '无法撤销：回收由内核进行；触碰这些页即可重新调入。',
};
const readaheadNote: Text = {
  en: 'Nothing takes it back: what was read ahead stays in the page cache until the kernel needs the room.',
  zh: '无法撤销：预读的内容会留在页缓存中，直到内核需要空间。',
};
const collapseNote: Text = {
  en: 'Nothing takes it back: the kernel splits a huge page when it has to, as when a part of it is locked, and not on request.',
  zh: '无法撤销：内核只在需要时（例如锁定其中一部分）拆分大页，不会按请求拆分。',
};
