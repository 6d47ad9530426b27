import type { ProcessRow } from '../../../protocol/processes.ts';

/** What the table can be sorted by. */
export const columns = [
  'name',
  'pid',
  'user',
  'where',
  'rss',
  'anon',
  'file',
  'shmem',
  'swap',
  'vmLck',
  'limit',
  'pageTables',
  'mappings',
] as const;
export type ColumnId = (typeof columns)[number];

/** Columns that have the kernel's name in every language. */
export const kernelNames = { pid: 'PID', rss: 'RSS', vmLck: 'VmLck' } as const;

export interface Order {
  readonly by: ColumnId;
  readonly descending: boolean;
}

export const groupings = ['none', 'where', 'user'] as const;
export type Grouping = (typeof groupings)[number];

/** A line of the table: a process, or a group with what is known of all of its processes. */
export type Line =
  | { readonly kind: 'process'; readonly row: ProcessRow }
  | {
      readonly kind: 'group';
      /** Empty: none of theirs is known. */
      readonly name: string;
      readonly processes: number;
      readonly totals: Readonly<Record<Total, number | null>>;
    };

export const totals = ['rssBytes', 'anonBytes', 'fileBytes', 'shmemBytes', 'swapBytes', 'vmLckBytes'] as const;
export type Total = (typeof totals)[number];

/** Where it belongs, in a word: its unit or its container. */
export const whereOf = ({ unit, container }: ProcessRow): string => container ?? unit ?? '';

export const userOf = ({ user, uid }: ProcessRow): string => user ?? (uid === null ? '' : `${uid}`);

const texts = { name: (row: ProcessRow) => row.name ?? '', user: userOf, where: whereOf } as const;
const numbers: Readonly<Record<Exclude<ColumnId, keyof typeof texts>, (row: ProcessRow) => number | null>> = {
  pid: ({ pid }) => pid,
  rss: ({ rssBytes }) => rssBytes,
  anon: ({ anonBytes }) => anonBytes,
  file: ({ fileBytes }) => fileBytes,
  shmem: ({ shmemBytes }) => shmemBytes,
  swap: ({ swapBytes }) => swapBytes,
  vmLck: ({ vmLckBytes }) => vmLckBytes,
  // Where the limit does not count, none of it is used.
  limit: ({ lockShare, ipcLock }) => (ipcLock ? 0 : lockShare),
  pageTables: ({ pageTableBytes }) => pageTableBytes,
  mappings: ({ mappings }) => mappings,
};

/** Words rise and amounts fall, until they are turned round. */
export const firstDescending = (by: ColumnId): boolean => !(by in texts) && by !== 'pid';

/** What is unknown, and a name that there is not, comes last in either direction. */
export function sorted(rows: readonly ProcessRow[], { by, descending }: Order): readonly ProcessRow[] {
  const sign = descending ? -1 : 1;
  if (by in texts) {
    const text = texts[by as keyof typeof texts];
    return rows.toSorted((a, b) => {
      const [one, other] = [text(a), text(b)];
      if (one === '' || other === '') return Number(one === '') - Number(other === '') || a.pid - b.pid;
      return sign * (one < other ? -1 : Number(one > other)) || a.pid - b.pid;
    });
  }
  const value = numbers[by as keyof typeof numbers];
  return rows.toSorted((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a.pid - b.pid;
    return sign * (one - other) || a.pid - b.pid;
  });
}

/** Those that have what was typed in their name, pid, user, unit or container. */
export function found(rows: readonly ProcessRow[], typed: string): readonly ProcessRow[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ name, pid, user, uid, unit, container }) =>
    [name, `${pid}`, user, `${uid}`, unit, container].some((each) => each?.toLowerCase().includes(wanted)),
  );
}

/** Each group's line and below it its processes, in the order of the rows; the group with the most resident first. */
export function grouped(rows: readonly ProcessRow[], by: Grouping): readonly Line[] {
  if (by === 'none') return rows.map((row) => ({ kind: 'process', row }));
  const name = by === 'user' ? userOf : whereOf;
  const groups = [...Map.groupBy(rows, name)].map(([of, members]) => ({
    name: of,
    members,
    totals: Object.fromEntries(totals.map((total) => [total, sum(members, total)])) as Record<Total, number | null>,
  }));
  groups.sort((a, b) => (b.totals.rssBytes ?? 0) - (a.totals.rssBytes ?? 0));
  return groups.flatMap(({ name, members, totals }): Line[] => [
    { kind: 'group', name, processes: members.length, totals },
    ...members.map((row): Line => ({ kind: 'process', row })),
  ]);
}

/** Unknown where it is unknown of one. Threads of the kernel and zombies have no memory. */
function sum(rows: readonly ProcessRow[], of: Total): number | null {
  return rows.reduce<number | null>((all, row) => {
    if (row.kind === 'kernel' || row.kind === 'zombie') return all;
    const own = row[of];
    return all === null || own === null ? null : all + own;
  }, 0);
}
