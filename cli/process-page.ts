import { formatBytes } from '../lab/base/format.ts';
import { mappingKindNames } from '../lab/processes/mapping-kind.ts';
import type { Language } from '../protocol/language.ts';
import type { ProcessDiff } from '../protocol/process-diff.ts';
import { type MappingGroup, mappingGroups, type ProcessLook, type TargetMapping } from '../protocol/process-look.ts';
import { numbersIn } from '../protocol/quantity.ts';
import type { Text } from '../protocol/text.ts';
import { type Column, escaped, table } from './columns.ts';
import { bytesText, limitText } from './process-list.ts';
import type { Terminal } from './terminal.ts';

const right = (heading: string): Column => ({ heading, right: true });
const count = (pages: number | null): string => (pages === null ? '?' : String(pages));

const words = {
  kind: { en: 'KIND', zh: '种类' },
  maps: { en: 'MAPS', zh: '映射' },
  pages: { en: 'PAGES', zh: '页' },
  resident: { en: 'RESIDENT', zh: '驻留' },
  swapped: { en: 'SWAPPED', zh: '换出' },
  zero: { en: 'ZERO', zh: '零页' },
  huge: { en: 'HUGE', zh: '大页' },
  guard: { en: 'GUARD', zh: '保护' },
  locked: { en: 'LOCKED', zh: '锁定' },
  name: { en: 'NAME', zh: '名称' },
} as const satisfies Record<string, Text>;

const states = ['pages', 'resident', 'swapped', 'zero', 'huge', 'guard', 'locked'] as const;

function countsOf(of: MappingGroup | TargetMapping): string[] {
  const { pages, residentPages, swappedPages, zeroPages, hugePages, guardPages, lockedPages } = of;
  return [pages, residentPages, swappedPages, zeroPages, hugePages, guardPages, lockedPages].map(count);
}

/** The mappings by what they are of, with counts. */
export function groupLines(mappings: readonly TargetMapping[], language: Language): string[] {
  const columns = [
    { heading: words.kind[language] },
    right(words.maps[language]),
    ...states.map((state) => right(words[state][language])),
    { heading: words.name[language] },
  ];
  const rows = mappingGroups(mappings).map((group) => [
    mappingKindNames[group.kind][language],
    String(group.mappings),
    ...countsOf(group),
    group.name,
  ]);
  return table(columns, rows);
}

/** Each mapping with its pages, by address. */
export function mappingLines(mappings: readonly TargetMapping[], language: Language): string[] {
  const columns = [
    right({ en: 'ADDRESS', zh: '地址' }[language]),
    { heading: { en: 'MODE', zh: '权限' }[language] },
    ...states.map((state) => right(words[state][language])),
    { heading: words.kind[language] },
    { heading: words.name[language] },
  ];
  const rows = mappings.map((mapping) => [
    mapping.start,
    mapping.protection,
    ...countsOf(mapping),
    mappingKindNames[mapping.kind][language],
    mapping.name,
  ]);
  return table(columns, rows);
}

const changes = {
  came: { en: 'came', zh: '新增' },
  went: { en: 'went', zh: '消失' },
  grew: { en: 'grew', zh: '增大' },
  shrank: { en: 'shrank', zh: '变小' },
  same: { en: '', zh: '' },
} as const satisfies Record<string, Text>;

/** What changed, the most bytes first. */
export function diffLines({ changes: rows }: ProcessDiff, language: Language): string[] {
  const columns = [
    { heading: { en: 'MAPPING', zh: '映射' }[language] },
    right({ en: 'SIZE', zh: '大小' }[language]),
    right({ en: '+RESIDENT', zh: '+驻留' }[language]),
    right({ en: '−RESIDENT', zh: '−驻留' }[language]),
    right({ en: '+SWAPPED', zh: '+换出' }[language]),
    right({ en: '+LOCKED', zh: '+锁定' }[language]),
    right({ en: 'ADDRESS', zh: '地址' }[language]),
    { heading: words.kind[language] },
    { heading: words.name[language] },
  ];
  const cells = rows.map((row) => [
    changes[row.change][language],
    row.sizeDeltaBytes === 0 ? '0' : signed(row.sizeDeltaBytes),
    bytesText(row.becameResidentBytes),
    bytesText(row.leftBytes),
    bytesText(row.becameSwappedBytes),
    bytesText(row.becameLockedBytes),
    row.start,
    mappingKindNames[row.kind][language],
    row.name,
  ]);
  return table(columns, cells);
}

/** `+12 MiB`, `−4 KiB`; `?` of what is unknown. */
export function signed(bytes: number | null): string {
  if (bytes === null) return '?';
  return bytes < 0 ? `−${formatBytes(-bytes)}` : `+${formatBytes(bytes)}`;
}

/** Who it is, what it holds and what it locks of what it may. */
export function summary(terminal: Terminal, { process: row, cost, reasons }: ProcessLook, language: Language): void {
  const who = `${escaped(row.name ?? '?')} ${row.pid}`;
  const user = row.user === null ? `uid ${row.uid ?? '?'}` : `${row.user} (${row.uid})`;
  const where = [row.container, row.unit].filter((each) => each !== null).join(', ');
  const since = { en: `since ${row.startTime}`, zh: `开始于 ${row.startTime}` }[language];
  terminal.line(`${terminal.style('bold', who)}  ${[user, where, since].filter(Boolean).join('  ')}`);
  const memory = [
    `RSS ${bytesText(row.rssBytes)}`,
    `anon ${bytesText(row.anonBytes)}`,
    `file ${bytesText(row.fileBytes)}`,
    `shmem ${bytesText(row.shmemBytes)}`,
    `swap ${bytesText(row.swapBytes)}`,
    `${{ en: 'page tables', zh: '页表' }[language]} ${bytesText(row.pageTableBytes)}`,
  ];
  terminal.line(memory.join('  '));
  terminal.line(lockSentence(row, language));
  for (const reason of reasons) terminal.line(terminal.style('yellow', `! ${reason[language]}`));
  terminal.line(terminal.style('gray', costSentence(cost)[language]));
}

function lockSentence(row: ProcessLook['process'], language: Language): string {
  const locked = bytesText(row.vmLckBytes);
  const limit = limitText(row.lockLimitBytes, language);
  if (row.lockLimitBytes === 'unlimited') {
    return { en: `VmLck ${locked}, without a limit`, zh: `VmLck ${locked}，没有上限` }[language];
  }
  if (row.ipcLock) {
    return {
      en: `VmLck ${locked}; the limit of ${limit} does not count, CAP_IPC_LOCK is effective (in a container with its own user namespace it does count)`,
      zh: `VmLck ${locked}；上限 ${limit} 不起作用，CAP_IPC_LOCK 有效（在有独立用户命名空间的容器中仍受上限约束）`,
    }[language];
  }
  const share = row.lockShare === null ? '' : ` (${Math.floor(row.lockShare * 100)} %)`;
  return { en: `VmLck ${locked} of ${limit}${share}`, zh: `VmLck ${locked}，上限 ${limit}${share}` }[language];
}

/** What the look cost, us and it. */
export function costSentence({ cpuNs, heldNs, longestHeldNs }: ProcessLook['cost']): Text {
  const [en, zh] = [numbersIn('en'), numbersIn('zh')];
  return {
    en: `This look took ${en.duration(cpuNs)} of our CPU; its mmap and munmap may have waited ${en.duration(longestHeldNs)} at the longest, ${en.duration(heldNs)} in all.`,
    zh: `此次查看用了我们 ${zh.duration(cpuNs)} CPU；它的 mmap 和 munmap 最长可能等待了 ${zh.duration(longestHeldNs)}，合计 ${zh.duration(heldNs)}。`,
  };
}
