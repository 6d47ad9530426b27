import { formatBytes } from '../lab/base/format.ts';
import type { Language } from '../protocol/language.ts';
import type { ProcessRow } from '../protocol/processes.ts';
import type { Text } from '../protocol/text.ts';
import { type Column, table } from './columns.ts';
import type { ProcessOrder } from './process-orders.ts';

const numbers: Readonly<Record<Exclude<ProcessOrder, 'name'>, (row: ProcessRow) => number | null>> = {
  rss: ({ rssBytes }) => rssBytes,
  swap: ({ swapBytes }) => swapBytes,
  vmlck: ({ vmLckBytes }) => vmLckBytes,
  share: ({ lockShare }) => lockShare,
  mappings: ({ mappings }) => mappings,
  pid: ({ pid }) => -pid,
};

/** What is unknown comes last. */
export function sorted(rows: readonly ProcessRow[], order: ProcessOrder): ProcessRow[] {
  if (order === 'name') return rows.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? '') || a.pid - b.pid);
  const value = numbers[order];
  return rows.toSorted((a, b) => (value(b) ?? -Infinity) - (value(a) ?? -Infinity) || a.pid - b.pid);
}

/** `?` is what nobody may know here. */
export function bytesText(bytes: number | null): string {
  return bytes === null ? '?' : formatBytes(bytes);
}

/** `8 MiB`, `none` without a limit. */
export function limitText(limit: ProcessRow['lockLimitBytes'], language: Language): string {
  return limit === 'unlimited' ? none[language] : bytesText(limit);
}

const none: Text = { en: 'none', zh: '无' };

/** Of its limit: `94 %`; with CAP_IPC_LOCK the limit doesn't count. */
function shareText({ lockShare, ipcLock, lockLimitBytes }: ProcessRow): string {
  if (ipcLock) return 'cap';
  if (lockLimitBytes === 'unlimited') return '–';
  return lockShare === null ? '?' : `${Math.floor(lockShare * 100)} %`;
}

const headings = {
  name: { en: 'NAME', zh: '名称' },
  user: { en: 'USER', zh: '用户' },
  limit: { en: 'LIMIT', zh: '上限' },
  used: { en: 'USED', zh: '已用' },
  maps: { en: 'MAPS', zh: '映射' },
  where: { en: 'UNIT, CONTAINER', zh: '单元、容器' },
} as const satisfies Record<string, Text>;

/** The lines of a list, its heading first. */
export function processLines(rows: readonly ProcessRow[], language: Language): string[] {
  const right = (heading: string): Column => ({ heading, right: true });
  const columns: Column[] = [
    right('PID'),
    { heading: headings.name[language], most: 15 },
    { heading: headings.user[language], most: 12 },
    ...['RSS', 'anon', 'file', 'shmem', 'swap', 'VmLck'].map(right),
    right(headings.limit[language]),
    right(headings.used[language]),
    right(headings.maps[language]),
    { heading: headings.where[language], most: 32 },
  ];
  const cells = rows.map((row) => [
    String(row.pid),
    row.name ?? '?',
    row.user ?? (row.uid === null ? '?' : String(row.uid)),
    bytesText(row.rssBytes),
    bytesText(row.anonBytes),
    bytesText(row.fileBytes),
    bytesText(row.shmemBytes),
    bytesText(row.swapBytes),
    bytesText(row.vmLckBytes),
    limitText(row.lockLimitBytes, language),
    shareText(row),
    row.mappings === null ? '?' : String(row.mappings),
    row.container ?? row.unit ?? '',
  ]);
  return table(columns, cells);
}
