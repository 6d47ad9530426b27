import type { ToolAdvice } from '../../../protocol/page-call.ts';
import type { BenchTool } from '../../store/store.ts';
import { protections } from '../../store/workbench/region-draft.ts';

/** The tools for pages, by what texts call them, in the order of the bar and its menu. */
export const toolIds = [
  'read',
  'write',
  'lock',
  'lockOnFault',
  'unlock',
  'drop',
  'pageOut',
  'wipe',
  'dontDump',
  'free',
  'cold',
  'willNeed',
  'populateRead',
  'populateWrite',
  'doDump',
  'hugePage',
  'noHugePage',
  'collapse',
  'remove',
  'dropLocked',
  'wipeOnFork',
  'keepOnFork',
  'dontFork',
  'doFork',
  'guard',
  'unguard',
  'protectNone',
  'protectRead',
  'protectWrite',
  'protectReadWrite',
] as const;
export type ToolId = (typeof toolIds)[number];

export interface ToolEntry {
  readonly id: ToolId;
  readonly tool: BenchTool;
  /** The single key that does it at once. */
  readonly key?: string;
}

const advice = (id: ToolId, which: ToolAdvice, key?: string): ToolEntry => ({
  id,
  tool: { kind: 'madvise', advice: which },
  ...(key && { key }),
});

const protect = (id: ToolId, rights: keyof typeof protections): ToolEntry => ({
  id,
  tool: { kind: 'mprotect', protection: [...protections[rights]] },
});

const entries: readonly ToolEntry[] = [
  { id: 'read', tool: { kind: 'touch', access: 'read' }, key: 'R' },
  { id: 'write', tool: { kind: 'touch', access: 'write' }, key: 'W' },
  { id: 'lock', tool: { kind: 'mlock' }, key: 'L' },
  { id: 'lockOnFault', tool: { kind: 'mlock2', onFault: true }, key: 'F' },
  { id: 'unlock', tool: { kind: 'munlock' }, key: 'U' },
  advice('drop', 'MADV_DONTNEED', 'D'),
  advice('pageOut', 'MADV_PAGEOUT', 'P'),
  { id: 'wipe', tool: { kind: 'explicit_bzero' }, key: 'X' },
  advice('dontDump', 'MADV_DONTDUMP', 'N'),
  advice('free', 'MADV_FREE'),
  advice('cold', 'MADV_COLD'),
  advice('willNeed', 'MADV_WILLNEED'),
  advice('populateRead', 'MADV_POPULATE_READ'),
  advice('populateWrite', 'MADV_POPULATE_WRITE'),
  advice('doDump', 'MADV_DODUMP'),
  advice('hugePage', 'MADV_HUGEPAGE'),
  advice('noHugePage', 'MADV_NOHUGEPAGE'),
  advice('collapse', 'MADV_COLLAPSE'),
  advice('remove', 'MADV_REMOVE'),
  advice('dropLocked', 'MADV_DONTNEED_LOCKED'),
  advice('wipeOnFork', 'MADV_WIPEONFORK'),
  advice('keepOnFork', 'MADV_KEEPONFORK'),
  advice('dontFork', 'MADV_DONTFORK'),
  advice('doFork', 'MADV_DOFORK'),
  advice('guard', 'MADV_GUARD_INSTALL'),
  advice('unguard', 'MADV_GUARD_REMOVE'),
  protect('protectNone', 'none'),
  protect('protectRead', 'read'),
  protect('protectWrite', 'write'),
  protect('protectReadWrite', 'read-write'),
];

export const toolEntries = new Map(entries.map((entry) => [entry.id, entry]));

/** The groups of the bar: what belongs together stands together. */
export const barGroups: readonly (readonly ToolId[])[] = [
  ['read', 'write'],
  ['lock', 'lockOnFault', 'unlock'],
  ['drop', 'pageOut'],
  ['wipe', 'dontDump'],
];

/** The groups of the menu: everything that is not in the bar. */
export const menuGroups = {
  give: ['free', 'cold', 'dropLocked', 'remove'],
  bring: ['willNeed', 'populateRead', 'populateWrite'],
  dump: ['doDump'],
  fork: ['wipeOnFork', 'keepOnFork', 'dontFork', 'doFork'],
  guard: ['guard', 'unguard'],
  huge: ['hugePage', 'noHugePage', 'collapse'],
  rights: ['protectNone', 'protectRead', 'protectWrite', 'protectReadWrite'],
} as const satisfies Record<string, readonly ToolId[]>;

export const toolOfKey = (key: string): ToolEntry | undefined =>
  entries.find((entry) => entry.key !== undefined && entry.key === key.toUpperCase());

/** The entry of a tool; undefined for those that act on the whole process. */
export const entryOf = (tool: BenchTool): ToolEntry | undefined =>
  entries.find((entry) => JSON.stringify(entry.tool) === JSON.stringify(tool));

/** The call that a tool makes, as one would look it up in the manual. */
export function callOf(tool: BenchTool): string {
  switch (tool.kind) {
    case 'touch':
      return tool.access === 'read' ? 'process_vm_readv' : 'process_vm_writev';
    case 'mlock2':
      return 'mlock2(MLOCK_ONFAULT)';
    case 'madvise':
      return `madvise(${tool.advice})`;
    case 'mprotect':
      return `mprotect(${tool.protection.join('|') || 'PROT_NONE'})`;
    case 'mlockall':
      return `mlockall(${tool.flags.join('|')})`;
    default:
      return tool.kind;
  }
}
