import type { Texts } from './texts.ts';

/** 指南、起始问题以及其中小实验的文本。 */
export const zhGuide: Texts['guide'] = {
  title: '指南',
  chapters: '章节',
  appendix: '备查',
  used: '本章用到的实验',
  loading: '正在打开本章…',
  missing: '指南中没有名为“{{id}}”的章节。',
  failed: '无法载入本章：{{reason}}。请重新加载窗口再试。',
  next: '下一章：{{title}}',
  previous: '上一章：{{title}}',
  external: '在 Pagescope 之外打开',
  terms: '术语',
  readOn: '在指南中继续阅读',
};

export const zhMiniature: Texts['miniature'] = {
  label: '实验：{{title}}',
  ready: '尚未运行。可在此运行，或一步一步地走。',
  starting: '正在启动…',
  step: '第 {{index, number}} 步：{{title}}',
  stopped: '离开视野时已停止。请重新运行。',
  open: '打开',
  openHint: '以这些参数打开“{{title}}”',
  asC: '同样的 C 程序',
  refused: '被拒绝：{{reason}}',
  broken: '无法显示这个实验：{{reason}}',
  recorded: '测于 {{time}}',
  calls_other: '{{count, number}} 次调用',
  claims: '{{total, number}} 项断言中 {{held, number}} 项成立',
};

export const zhHome: Texts['home'] = {
  title: '从一个问题开始',
  home: '主页',
  ask: '或者搜索：enomem、VmLck、零页',
  measure: '运行即可在此测量。',
  runs: '最近的运行',
  noRuns: '还没有运行过。',
  runsOff: '按录制上限的设置，不进行录制。',
  allRuns: '全部录制',
  machine: '本机',
  mayLock: '可以锁定',
  mayLockMore: '{{limit}}；拥有 CAP_IPC_LOCK',
  noLimit: '没有上限',
  memory: '内存',
  memoryValue: '{{total}}，可用 {{available}}',
  swap: '交换区',
  noSwap: '没有，因此什么都不会被换出',
  hugePages: '大页',
  kernel: '内核',
  limits: '可以锁定多少，如何提高',
  read: '阅读',
  fix: '解决办法',
  run: '运行：{{question}}',
};
