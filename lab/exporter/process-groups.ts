import type { ProcessMachine, ProcessRow } from '../../protocol/processes.ts';

/** The most groups that are told apart; what is left of them is one, `other`. */
export const mostGroups = 200;

/** Processes that belong together, and what they hold. Null: unknown of one of them, and so of all. */
export interface ProcessGroup {
  /** What they have in common: systemd's unit, a container, or else only the name. */
  readonly kind: 'unit' | 'container' | 'name' | 'other';
  readonly name: string;
  readonly processes: number;
  readonly residentBytes: number | null;
  readonly lockedBytes: number | null;
  readonly swappedBytes: number | null;
  /** VmLck of its limit, of the process that is nearest to it; undefined where none has a limit that counts. */
  readonly lockShare: number | null | undefined;
  /** Mappings of vm.max_map_count, of the process that is nearest to it. */
  readonly mappingsShare: number | null;
}

/**
 * The processes in groups: by unit, else by container, else by name, those with the most resident bytes first. A pid is
 * never a name: each would be a series of its own for ever. Threads of the kernel and zombies have no memory and are in
 * none; nor are those of which nothing may be read.
 */
export function processGroups(rows: readonly ProcessRow[], { maxMappings }: ProcessMachine): readonly ProcessGroup[] {
  const groups = new Map<string, ProcessGroup>();
  for (const row of rows) {
    if (row.kind !== 'process') continue;
    const [kind, name] = groupOf(row);
    const key = `${kind} ${name}`;
    const own: ProcessGroup = {
      kind,
      name,
      processes: 1,
      residentBytes: row.rssBytes,
      lockedBytes: row.vmLckBytes,
      swappedBytes: row.swapBytes,
      // CAP_IPC_LOCK lets a process exceed its limit.
      lockShare: row.ipcLock || row.lockLimitBytes === 'unlimited' ? undefined : row.lockShare,
      mappingsShare: row.mappings === null || !maxMappings ? null : row.mappings / maxMappings,
    };
    const others = groups.get(key);
    groups.set(key, others ? together(others, own) : own);
  }
  const sorted = [...groups.values()].sort((a, b) => (b.residentBytes ?? 0) - (a.residentBytes ?? 0));
  if (sorted.length <= mostGroups) return sorted;
  const rest = sorted.splice(mostGroups - 1).reduce(together);
  return [...sorted, { ...rest, kind: 'other', name: '' }];
}

function groupOf({ unit, container, name }: ProcessRow): readonly [ProcessGroup['kind'], string] {
  if (unit !== null) return ['unit', unit];
  return container !== null ? ['container', container] : ['name', name ?? ''];
}

function together(one: ProcessGroup, other: ProcessGroup): ProcessGroup {
  const sum = (of: 'residentBytes' | 'lockedBytes' | 'swappedBytes') =>
    one[of] === null || other[of] === null ? null : one[of] + other[of];
  return {
    ...one,
    processes: one.processes + other.processes,
    residentBytes: sum('residentBytes'),
    lockedBytes: sum('lockedBytes'),
    swappedBytes: sum('swappedBytes'),
    lockShare: greater(one.lockShare, other.lockShare),
    mappingsShare: greater(one.mappingsShare, other.mappingsShare) ?? null,
  };
}

/** The greater; where there is none, the other; where one is unknown, nothing is known. */
function greater(one: number | null | undefined, other: number | null | undefined): number | null | undefined {
  if (one === null || other === null) return null;
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
