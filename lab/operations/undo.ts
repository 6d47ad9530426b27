import { isGuard, PageFlag } from '../../protocol/flags.ts';
import type { ToolAdvice } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';

/**
 * How a call on pages is taken back, from what the kernel showed of them before; `lab/workbench/inverse.ts` carries it
 * out.
 */
export type Undo =
  /**
   * Each page is locked as it was: not at all, on fault, or in whole.
   *
   * `locked`: whether the call locked. `changed`: which pages that were locked before are locked otherwise now, or not
   * at all.
   */
  | {
      readonly by: 'locking';
      readonly locked: boolean;
      readonly changed: (flags: number) => boolean;
      readonly note: Text;
    }
  /** Pages of anonymous private memory that were not there before are given back. */
  | { readonly by: 'dropping' }
  /** Each VMA gets the rights that it had, where they are not those that were given: as in `PROT`. */
  | { readonly by: 'rights'; readonly given: number; readonly note: Text }
  /** The advice is given to the pages that had these flags before. */
  | {
      readonly by: 'advice';
      readonly advice: ToolAdvice;
      readonly where: (flags: number) => boolean;
      readonly note: Text;
    }
  /**
   * Each VMA gets the advice that it had, by its flags in smaps (proc_pid_smaps(5)): `same` when it had just this,
   * `none` when no advice brings back what it had.
   */
  | { readonly by: 'vm-flags'; readonly before: (vmFlags: readonly string[]) => ToolAdvice | 'same' | 'none' }
  | { readonly by: 'nothing'; readonly why: Text };

const locks = PageFlag.Locked | PageFlag.OnFault;

const unlockNote: Text = {
  en: 'Unlocks the pages that were not locked before, and locks the others as they were; pages that were brought in stay.',
  zh: '解锁此前未锁定的页，其余恢复为原来的锁定方式；已调入的页仍会保留。',
};
const relockNote: Text = {
  en: 'Locks the pages again that were locked, on fault where they were; the limit may stand in the way now.',
  zh: '重新锁定此前已锁定的页，原为缺页时锁定的仍按缺页时锁定；现在可能因超过上限而失败。',
};

export const unlocked: Undo = {
  by: 'locking',
  locked: true,
  changed: (flags) => (flags & locks) === locks,
  note: unlockNote,
};
export const unlockedOnFault: Undo = { ...unlocked, changed: (flags) => (flags & locks) === PageFlag.Locked };
export const relocked: Undo = { by: 'locking', locked: false, changed: () => true, note: relockNote };

export const dropped: Undo = { by: 'dropping' };

export function rightsAsBefore(given: number): Undo {
  return {
    by: 'rights',
    given,
    note: { en: 'Gives the pages the rights that they had.', zh: '恢复这些页原有的权限。' },
  };
}

/**
 * Advice that sets a flag of the VMA which other advice takes away, or the reverse. `set`: whether this one sets it.
 */
export function flagAsBefore(flag: string, set: boolean, opposite: ToolAdvice): Undo {
  return { by: 'vm-flags', before: (vmFlags) => (vmFlags.includes(flag) === set ? 'same' : opposite) };
}

/** Advice for or against huge pages: a VMA has one flag, the other, or neither, and nothing brings neither back. */
export function hugeAsBefore(flag: 'hg' | 'nh'): Undo {
  const [opposite, advice] = flag === 'hg' ? (['nh', 'MADV_NOHUGEPAGE'] as const) : (['hg', 'MADV_HUGEPAGE'] as const);
  return {
    by: 'vm-flags',
    before: (vmFlags) => (vmFlags.includes(opposite) ? advice : vmFlags.includes(flag) ? 'same' : 'none'),
  };
}

const dumpNote: Text = {
  en: 'Sets whether core files have these pages as it was before.',
  zh: '恢复这些页是否写入核心转储的原有设置。',
};
export const dumpedAgain: Undo = {
  by: 'advice',
  advice: 'MADV_DODUMP',
  where: (flags) => !(flags & PageFlag.DontDump),
  note: dumpNote,
};
export const notDumpedAgain: Undo = {
  by: 'advice',
  advice: 'MADV_DONTDUMP',
  where: (flags) => (flags & PageFlag.DontDump) !== 0,
  note: dumpNote,
};

export const unguarded: Undo = {
  by: 'advice',
  advice: 'MADV_GUARD_REMOVE',
  where: (flags) => !isGuard(flags),
  note: {
    en: 'Takes the guards away from pages that had none; what was in these pages is lost.',
    zh: '移除此前没有的保护页；这些页中原有的内容已丢失。',
  },
};
export const guarded: Undo = {
  by: 'advice',
  advice: 'MADV_GUARD_INSTALL',
  where: isGuard,
  note: {
    en: 'Puts the guards back; what was written into these pages since is lost.',
    zh: '恢复保护页；此后写入这些页的内容会丢失。',
  },
};

const nothing = (en: string, zh: string): Undo => ({ by: 'nothing', why: { en, zh } });

export const wiped = nothing(
  'Can’t be undone: the contents are gone, which is what wiping is for.',
  '无法撤销：内容已经清零，这正是清零的目的。',
);
export const contentsGone = nothing(
  'Can’t be undone: the kernel may drop the contents at once, and then they are gone.',
  '无法撤销：内核可能立即丢弃内容，丢弃后无法恢复。',
);
export const reclaimed = nothing(
  'Can’t be undone: reclaim is the kernel’s own; touch the pages to bring them in again.',
  '无法撤销：回收由内核进行；访问这些页即可重新调入。',
);
export const readAhead = nothing(
  'Can’t be undone: what was read ahead stays in the page cache until the kernel needs the room.',
  '无法撤销：预读的内容会留在页缓存中，直到内核需要空间。',
);
export const collapsed = nothing(
  'Can’t be undone: the kernel splits a huge page when it has to, as when a part of it is locked, and not on request.',
  '无法撤销：内核只在需要时（例如锁定其中一部分）拆分大页，不会按请求拆分。',
);
/** Of calls that the workbench does not make. */
export const notByHand = nothing('Can’t be undone.', '无法撤销。');
