/** One process, looked at from outside: its mappings, and what of them is in memory. */
import { z } from 'zod';
import { lookCostSchema, processRowSchema } from './processes.ts';
import { textSchema } from './text.ts';

const pages = z.int().nonnegative().nullable();

/** What a mapping is of, by what maps says of it. proc_pid_maps(5) */
export const mappingKinds = [
  /** A file that is there. */
  'file',
  /** A file that was deleted, or replaced, since. */
  'deleted',
  'heap',
  'stack',
  'anonymous',
  /** Anonymous memory that its program named: prctl(2) PR_SET_VMA. */
  'named',
  /** Shared memory: System V, /dev/shm, MAP_SHARED and MAP_ANONYMOUS. */
  'shmem',
  'memfd',
  /** No access: a guard, or address space that is only reserved. */
  'no-access',
  /** The kernel's own: [vdso], [vvar]. */
  'kernel',
] as const;
export type MappingKind = (typeof mappingKinds)[number];

/** A mapping with its pages by state; null is unknown, and `reason` of the look says why. */
export const targetMappingSchema = z.object({
  start: z.string(),
  end: z.string(),
  /** As maps prints it: `rw-p`. */
  protection: z.string(),
  kind: z.enum(mappingKinds),
  /** The path or the name; of anonymous memory none. */
  name: z.string(),
  pages: z.int().nonnegative(),
  /** In the page table; the shared zero page is. What is only in the page cache is not. */
  residentPages: pages,
  swappedPages: pages,
  /** Of the resident ones, those that map the shared zero page: Rss does not count them. */
  zeroPages: pages,
  /** Of the resident ones, those that a huge page maps. */
  hugePages: pages,
  /** MADV_GUARD_INSTALL. */
  guardPages: pages,
  /** Resident pages of a mapping that is locked. */
  lockedPages: pages,
  /** The mapping is locked; `on-fault`: what of it comes in. */
  locked: z.enum(['no', 'locked', 'on-fault']).nullable(),
  pssBytes: z.number().nonnegative().nullable(),
  dirtyBytes: z.number().nonnegative().nullable(),
});
export type TargetMapping = z.infer<typeof targetMappingSchema>;

export const processLookSchema = z.object({
  process: processRowSchema,
  /** Null where its maps may not be read. */
  mappings: z.array(targetMappingSchema).nullable(),
  /** What could not be read, and why; what would help. */
  reasons: z.array(textSchema),
  cost: lookCostSchema.extend({
    /** How long the calls that hold its mmap_lock took: its mmap and munmap may have waited so long. */
    heldNs: z.number().nonnegative(),
    longestHeldNs: z.number().nonnegative(),
    /** What reading PSS, dirty and locked pages (smaps) is estimated to block its mmap for. */
    smapsPriceNs: z.number().nonnegative(),
  }),
});
export type ProcessLook = z.infer<typeof processLookSchema>;

const lookedPid = z.int().positive();

/** A process that is looked at again and again. */
export const watchRequestSchema = z.object({
  pid: lookedPid,
  /** The last answer's `sequence`. */
  since: z.int().nonnegative().default(0),
  /** Read PSS, dirty and locked pages too, whatever it costs the process: a button, never on a timer. */
  smaps: z.boolean().default(false),
});

export const watchedAnswerSchema = z.object({
  sequence: z.int().nonnegative(),
  /** Null where the caller has the newest: nothing moved since, or it is too early to look again. */
  look: processLookSchema.nullable(),
  /** Something moved that was not looked at yet. */
  behind: z.boolean(),
  /** Sooner than this its pages are not looked at again: so it takes at most 4 % of one CPU. */
  nextMs: z.number().nonnegative(),
  /** What all looks cost so far. `gates`: how often only stat and status were read. */
  total: z.object({
    gates: z.int().nonnegative(),
    looks: z.int().nonnegative(),
    cpuNs: z.number().nonnegative(),
    heldNs: z.number().nonnegative(),
    longestHeldNs: z.number().nonnegative(),
  }),
  warnings: z.array(textSchema),
});
export type WatchedAnswer = z.infer<typeof watchedAnswerSchema>;

export const targetPagesRequestSchema = z.object({
  pid: lookedPid,
  /** An address in the mapping. */
  address: z.string().regex(/^0x[0-9a-f]{1,16}$/),
});

/** The pages of a mapping by the last look at its process. */
export const targetPagesSchema = z.object({
  mapping: targetMappingSchema,
  /** `[first page, pages, flags]`; what is in none is absent, and the page table is the witness. Null: unknown. */
  runs: z.array(z.tuple([z.int().nonnegative(), z.int().positive(), z.int()]).readonly()).nullable(),
  reasons: z.array(textSchema),
});

/** Several mappings as one: those of a file, all anonymous ones… */
export interface MappingGroup {
  readonly kind: MappingKind;
  readonly name: string;
  readonly mappings: number;
  readonly pages: number;
  readonly residentPages: number | null;
  readonly swappedPages: number | null;
  readonly zeroPages: number | null;
  readonly hugePages: number | null;
  readonly guardPages: number | null;
  readonly lockedPages: number | null;
}

const sumOf = (sum: number | null, more: number | null): number | null =>
  sum === null || more === null ? null : sum + more;

/** The mappings in groups, those with the most resident pages first. What is unknown of one is unknown of its group. */
export function mappingGroups(mappings: readonly TargetMapping[]): readonly MappingGroup[] {
  const groups = new Map<string, { -readonly [K in keyof MappingGroup]: MappingGroup[K] }>();
  let last: { -readonly [K in keyof MappingGroup]: MappingGroup[K] } | undefined;
  for (const mapping of mappings) {
    const { kind, name } = mapping;
    // Neighbours are of the same as a rule, which saves making a key.
    const before = last?.kind === kind && last.name === name ? last : groups.get(`${kind} ${name}`);
    if (!before) {
      const { pages, residentPages, swappedPages, zeroPages, hugePages, guardPages, lockedPages } = mapping;
      const counts = { pages, residentPages, swappedPages, zeroPages, hugePages, guardPages, lockedPages };
      last = { kind, name, mappings: 1, ...counts };
      groups.set(`${kind} ${name}`, last);
      continue;
    }
    last = before;
    before.mappings++;
    before.pages += mapping.pages;
    before.residentPages = sumOf(before.residentPages, mapping.residentPages);
    before.swappedPages = sumOf(before.swappedPages, mapping.swappedPages);
    before.zeroPages = sumOf(before.zeroPages, mapping.zeroPages);
    before.hugePages = sumOf(before.hugePages, mapping.hugePages);
    before.guardPages = sumOf(before.guardPages, mapping.guardPages);
    before.lockedPages = sumOf(before.lockedPages, mapping.lockedPages);
  }
  return [...groups.values()].sort((a, b) => (b.residentPages ?? 0) - (a.residentPages ?? 0) || b.pages - a.pages);
}
