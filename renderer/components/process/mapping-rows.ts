import { type MappingGroup, mappingGroups, type TargetMapping } from '../../../protocol/process-look.ts';

/** A mapping in the list. */
export interface OneMapping {
  readonly kind: 'mapping';
  readonly key: string;
  readonly mapping: TargetMapping;
}

/** A line of the list: several mappings as one, or one of them below it. */
export type MappingRow =
  | { readonly kind: 'group'; readonly key: string; readonly group: MappingGroup; readonly open: boolean }
  | OneMapping;

/** The mappings of a look, grouped once: what is searched and opened since is found here. */
export interface GroupedMappings {
  readonly groups: readonly { readonly key: string; readonly group: MappingGroup }[];
  readonly members: ReadonlyMap<string, readonly OneMapping[]>;
}

const keyOf = ({ kind, name }: Pick<TargetMapping, 'kind' | 'name'>): string => `${kind} ${name}`;

export function groupMappings(mappings: readonly TargetMapping[]): GroupedMappings {
  const members = new Map<string, OneMapping[]>();
  let last: { readonly of: TargetMapping; readonly own: OneMapping[] } | undefined;
  for (const mapping of mappings) {
    const row: OneMapping = { kind: 'mapping', key: mapping.start, mapping };
    // Neighbours are of the same as a rule: of sixty thousand, the key of each would take longer than all else.
    if (last?.of.kind === mapping.kind && last.of.name === mapping.name) {
      last.own.push(row);
      continue;
    }
    const key = keyOf(mapping);
    const own = members.get(key) ?? [];
    own.push(row);
    members.set(key, own);
    last = { of: mapping, own };
  }
  return { groups: mappingGroups(mappings).map((group) => ({ key: keyOf(group), group })), members };
}

/** The part of a path that tells it apart. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1) || name;

/**
 * The rows to show. What is searched for is part of a name, of the word for a kind, or an address: within a mapping, or
 * the first digits of one. Groups with a single mapping are that mapping.
 *
 * @param opened keys of the groups whose mappings are shown
 * @param wordFor what a group is called when it has no name
 */
export function mappingRows(
  { groups, members }: GroupedMappings,
  opened: ReadonlySet<string>,
  search: string,
  wordFor: (kind: TargetMapping['kind']) => string,
): readonly MappingRow[] {
  const wanted = search.trim().toLowerCase();
  const at = /^(?:0x)?[0-9a-f]{4,16}$/.test(wanted) ? Number.parseInt(wanted.replace(/^0x/, ''), 16) : undefined;
  const digits = `0x${wanted.replace(/^0x/, '')}`;
  const covers = ({ mapping: { start, end } }: OneMapping): boolean =>
    at !== undefined && (start.startsWith(digits) || (Number(start) <= at && at < Number(end)));
  const rows: MappingRow[] = [];
  for (const { key, group } of groups) {
    const own = members.get(key) ?? [];
    const named = `${group.name} ${wordFor(group.kind)}`.toLowerCase().includes(wanted);
    const found = named ? own : at === undefined ? [] : own.filter(covers);
    if (found.length === 0) continue;
    const all = found.length === own.length;
    const open = found.length > 1 && (named ? opened.has(key) : true);
    rows.push({
      kind: 'group',
      key,
      group: all ? group : (mappingGroups(found.map(({ mapping }) => mapping))[0] ?? group),
      open,
    });
    if (open) for (const row of found) rows.push(row);
  }
  return rows;
}
