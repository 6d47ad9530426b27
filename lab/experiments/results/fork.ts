import type { PageSharing } from '../../../native/pages/page-sharing.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import type { Figure, Result } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

type Sharing = PageSharing | Text;
type Grid = Extract<Figure, { kind: 'pages' }>['grids'][number];

export interface Forked {
  readonly pages: number;
  readonly before: Sharing;
  readonly parent: Sharing;
  readonly child: Sharing;
  readonly copyNs: number;
  /** VmLck of the child; null where it cannot be read. */
  readonly childLockedBytes: number | null;
  readonly parentLocked: boolean;
  /** The looks before and after the write. */
  readonly beforeStep: number;
  readonly afterStep: number;
  readonly keyStep: number;
}

export function forkResult(forked: Forked): Result {
  const { pages, before, parent, child, copyNs, childLockedBytes, parentLocked } = forked;
  const { beforeStep, afterStep, keyStep } = forked;
  const shared = (sharing: Sharing) => ('en' in sharing ? null : sharing.shared.length);
  const own = 'en' in parent ? null : parent.exclusive.length;
  const there = PageFlag.Resident | PageFlag.Present;
  return {
    text: {
      en: 'Parent and child had {shared} in common after fork; a write gave the parent {own} of its own, in {took}, and left {left} shared. The child has {locked} locked.',
      zh: 'fork 之后两个进程共享 {shared}；写入使父进程有了自己的 {own}，用时 {took}，仍共享 {left} 页。子进程锁定了 {locked}。',
    },
    values: {
      shared: { value: shared(before), unit: 'pages', step: beforeStep },
      own: { value: own, unit: 'pages', step: keyStep },
      took: { value: copyNs, unit: 'ns', step: keyStep },
      left: { value: shared(parent), unit: 'plain', step: afterStep },
      locked: { value: childLockedBytes, unit: 'bytes', step: beforeStep },
    },
    figure: {
      kind: 'pages',
      title: { en: 'The pages of both, after the write', zh: '写入之后两个进程的页' },
      grids: [
        gridOf({ en: 'parent', zh: '父进程' }, parent, pages, there | (parentLocked ? PageFlag.Locked : 0)),
        gridOf({ en: 'child', zh: '子进程' }, child, pages, there),
      ],
    },
    keyStep,
  };
}

/** What the page table of a process has of the region; its pages alone are said. */
function gridOf(label: Text, sharing: Sharing, pages: number, flags: number): Grid {
  if ('en' in sharing) return { label, pages, note: sharing, unknown: 255, runs: [[0, pages, 0]] };
  const mapped = [...sharing.shared, ...sharing.exclusive].sort((a, b) => a - b);
  const alone = sharing.exclusive.join(', ');
  return {
    label,
    pages,
    note:
      alone === ''
        ? { en: 'all shared', zh: '全部共享' }
        : { en: `its own: page ${alone}`, zh: `自己的：第 ${alone} 页` },
    runs: mapped.map((page) => [page, 1, flags]),
    alone: [...sharing.exclusive],
  };
}
