import { PROT } from '../../native/calls/mman.ts';
import { PageFlag } from '../../protocol/flags.ts';
import type { ProtectionName } from '../../protocol/mapping.ts';
import type { Tool, ToolAdvice } from '../../protocol/page-call.ts';
import { packedFlags, packedPages } from '../../protocol/runs.ts';
import type { Text } from '../../protocol/text.ts';
import type { Inverse } from '../../protocol/workbench.ts';
import { pageCall } from '../operations/page-calls.ts';
import type { Undo } from '../operations/undo.ts';
import type { Region } from '../regions/region.ts';
import { forEachPageRun, RunsBuilder } from './page-runs.ts';
import type { Before, PastAction } from './past-actions.ts';

type Actions = Inverse['actions'];

/** What takes an action back, as far as anything does, from what the kernel showed before it. */
export function inverseOf({ tool, runs, before }: PastAction, region: Region): Inverse {
  if (!before) return nothing(forgotten);
  const { undo } = pageCall(tool);
  switch (undo.by) {
    case 'locking':
      return relocked(before, undo);
    case 'dropping':
      return dropped(before, region);
    case 'rights':
      return reprotected(before, runs, undo);
    case 'advice':
      return withTool(before, undo.where, advise(undo.advice), undo.note);
    case 'vm-flags':
      return readvised(before, runs, undo.before);
    case 'nothing':
      return nothing(undo.why);
  }
}

/** Each page locked as it was: not at all, on fault, or in whole. */
function relocked({ pages }: Before, { locked, changed, note }: Extract<Undo, { by: 'locking' }>): Inverse {
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
      ...actsOf({ kind: 'mlock2', onFault: true }, onFault),
    ],
    note,
  );
}

/** Pages of anonymous private memory that were not there and not locked are given back; what is in them is lost. */
function dropped({ pages }: Before, region: Region): Inverse {
  if (region.mapping.memory === 'hugetlb') return nothing(wholeHugePagesNote);
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
function reprotected({ vmas }: Before, runs: PastAction['runs'], { given, note }: Extract<Undo, { by: 'rights' }>) {
  const byRights = new Map<number, RunsBuilder>();
  eachPiece(vmas, runs, ({ protection }, first, count) => {
    if (protection === null || protection === given) return;
    const builder = byRights.get(protection) ?? new RunsBuilder();
    byRights.set(protection, builder);
    builder.add(first, count);
  });
  const actions = [...byRights].flatMap(([rights, builder]) =>
    actsOf({ kind: 'mprotect', protection: namesOf(rights) }, builder),
  );
  return offered(actions, note);
}

function namesOf(rights: number): ProtectionName[] {
  return [
    ...(rights & PROT.READ ? (['PROT_READ'] as const) : []),
    ...(rights & PROT.WRITE ? (['PROT_WRITE'] as const) : []),
  ];
}

/** The advice that each VMA had; of some nothing brings back what they had. */
function readvised(
  { vmas }: Before,
  runs: PastAction['runs'],
  adviceBefore: Extract<Undo, { by: 'vm-flags' }>['before'],
): Inverse {
  const byAdvice = new Map<ToolAdvice, RunsBuilder>();
  let without = 0;
  eachPiece(vmas, runs, ({ vmFlags }, first, count) => {
    const had = adviceBefore(vmFlags?.split(' ') ?? []);
    if (had === 'none') without += count;
    if (had === 'none' || had === 'same') return;
    const builder = byAdvice.get(had) ?? new RunsBuilder();
    byAdvice.set(had, builder);
    builder.add(first, count);
  });
  const actions = [...byAdvice].flatMap(([advice, builder]) => actsOf(advise(advice), builder));
  if (without > 0 && actions.length === 0) return nothing(noAdviceNote);
  return offered(actions, without > 0 ? someAdviceNote : adviceNote);
}

function advise(advice: ToolAdvice): Tool {
  return { kind: 'madvise', advice };
}

function actsOf(tool: Tool, builder: RunsBuilder): Actions {
  return builder.actions.map((pages) => ({ tool, pages }));
}

function offered(actions: Actions, note: Text): Inverse {
  return actions.length > 0 ? { actions, note } : nothing(unchangedNote);
}

function nothing(note: Text): Inverse {
  return { actions: [], note };
}

function eachPacked(packed: Uint32Array, each: (first: number, count: number, flags: number) => void): void {
  for (let at = 0; at < packed.length; at += 2) {
    const word = packed[at + 1] ?? 0;
    each(packed[at] ?? 0, packedPages(word), packedFlags(word));
  }
}

/** Calls `each` for the part of every VMA that lies in a run, both ascending. */
function eachPiece(
  vmas: Before['vmas'],
  runs: PastAction['runs'],
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
  en: 'What was there before this action is no longer kept: it was long ago, and later actions needed the space.',
  zh: '此操作之前的状态已不再保留：时间较久，空间已被后来的操作占用。',
};
const unchangedNote: Text = {
  en: 'There is nothing to take back: these pages were like this before.',
  zh: '没有需要撤销的内容：这些页此前就是如此。',
};
const droppedNote: Text = {
  en: 'Gives the pages back that were not there before (MADV_DONTNEED); what was written into them since is lost.',
  zh: '归还此前不存在的页（MADV_DONTNEED）；之后写入其中的内容会丢失。',
};
const sharedNote: Text = {
  en: 'Can’t be undone: only anonymous private pages can be given back; those of a file or of shared memory stay in its cache.',
  zh: '无法撤销：只有匿名私有页可以归还；文件或共享内存的页会留在其缓存中。',
};
const wholeHugePagesNote: Text = {
  en: 'Can’t be undone: a touch brings in a whole huge page, and MADV_DONTNEED gives back whole ones alone; give it to all pages of one.',
  zh: '无法撤销：一次访问会调入整个大页，而 MADV_DONTNEED 只能归还完整的大页；可对某个大页的全部页执行它。',
};
const adviceNote: Text = { en: 'Gives the advice that was in force before.', zh: '恢复此前生效的建议。' };
const someAdviceNote: Text = {
  en: 'Gives the advice that was in force before; where there was none it stays, since no advice takes the other away.',
  zh: '恢复此前生效的建议；此前没有建议的部分保持现状，因为没有撤销建议的调用。',
};
const noAdviceNote: Text = {
  en: 'Can’t be undone: there was no advice before, and the kernel has no call that takes this one away.',
  zh: '无法撤销：此前没有建议，而内核没有撤销该建议的调用。',
};
