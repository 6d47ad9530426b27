import type { Texts } from './texts.ts';

/** 锁定时间线的文本。 */
export const zhLocks: Texts['locks'] = {
  title: '锁定',
  empty: '运行时，这里显示锁定的内存：每个范围从锁定到解锁，以及 VmLck 与上限的对照。',
  none: '目前没有锁定的页。',
  plot: '锁定随时间的变化；方向键逐步移动，Escape 回到当前',
  live: '当前',
  asOf: '{{time}} 时',
  kind: { mlock: 'mlock 锁定', 'on-fault': '缺页时锁定', mlockall: 'mlockall 锁定' },
  mlockallOnFault: 'mlockall 缺页时锁定',
  extent_other: '{{label}} 第 {{pages}} 页：锁定 {{count, number}} 页，{{size}}',
  ranges_other: '{{count, number}} 个范围',
  span: '{{from}} 至 {{to}}（{{time}}）',
  since: '自 {{time}} 起',
  more: '另有 {{count, number}} 个',
  charged: '已锁定 VmLck {{used}}',
  of: '/ 上限 {{limit}}',
  limit: '软上限 {{limit}}',
  limitAbove: '软上限 {{limit}}，远高于本图',
  refused_other: '{{count, number}} 个调用被拒绝',
  refusedStep: '第 {{index, number}} 步：{{call}}，{{errno}}',
  moreRefused: '另有 {{count, number}} 个被拒绝',
  lifted: 'CAP_IPC_LOCK 解除上限',
  liftedHint: '进程拥有 CAP_IPC_LOCK 权能，不受 RLIMIT_MEMLOCK 限制。',
  dropped: '已放弃 CAP_IPC_LOCK',
  droppedHint: '某一步放弃了 CAP_IPC_LOCK 权能，此后受 RLIMIT_MEMLOCK 限制。',
};
