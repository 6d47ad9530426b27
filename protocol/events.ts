import { z } from 'zod';
import { byteLimitSchema } from './byte-limit.ts';
import { diagnosisOf } from './diagnosis.ts';
import { lockRangeSchema } from './lock-range.ts';
import { pageRangeSchema } from './operation.ts';
import { problemSchema } from './problem-schema.ts';
import { units } from './quantity.ts';
import { resultSchema } from './result.ts';
import { targetToldSchema } from './target.ts';
import { textSchema } from './text.ts';

/** An address as it is shown and stored: `0x` and hexadecimal digits. */
export const addressSchema = z.string().regex(/^0x[0-9a-f]+$/);

/** A mapping that a session made. */
export const regionInfoSchema = z.object({
  id: z.int().positive(),
  /** `A`, `B`, …: how texts, steps and the C program call it. */
  label: z.string(),
  /** As its user called it, in the workbench. */
  name: z.string().optional(),
  /** The process whose memory it is, where it is looked at from outside. */
  pid: z.int().positive().optional(),
  address: addressSchema,
  /** Bytes. */
  length: z.int().positive(),
  pages: z.int().positive(),
  kind: z.enum(['anonymous', 'shared', 'memfd', 'secret', 'hugetlb', 'file']),
  /** As `/proc/PID/maps` writes it: `rw-p`. */
  protection: z.string(),
});
export type RegionInfo = z.infer<typeof regionInfoSchema>;

/** One call, as it was made and as it returned. Times are ns since the session began. */
export const stepSchema = z.object({
  index: z.int().nonnegative(),
  title: textSchema,
  region: z.int().positive().optional(),
  /** The pages that the call was about. */
  range: pageRangeSchema.optional(),
  call: z.string(),
  arguments: z.record(z.string(), z.union([z.string(), z.number()])),
  returned: z.union([z.string(), z.number()]),
  errno: z.string().nullable(),
  /** This refusal is what the experiment set out to show. */
  expected: z.literal(true).optional(),
  /** What this errno means for this call. */
  meaning: textSchema.optional(),
  /** What the call found out or did, in words: `0 of 4 pages resident`. */
  outcome: textSchema.optional(),
  diagnosis: diagnosisOf(textSchema).optional(),
  durationNs: z.number().nonnegative(),
  startedNs: z.number().nonnegative(),
  /** Of a saved action that was done again: it had a different result; `outcome` shows the saved one. */
  differs: z.boolean().optional(),
  /**
   * Of an action on several runs of pages: one call for each. `returned` and `errno` are then the first refused call's,
   * where one was.
   */
  calls: z.object({ made: z.int().positive(), refused: z.int().nonnegative() }).optional(),
  /**
   * Faults of the calling thread during the call, by getrusage(2): served from memory, and those that waited for a
   * disk.
   */
  minorFaults: z.int().nonnegative().optional(),
  majorFaults: z.int().nonnegative().optional(),
});
export type Step = z.infer<typeof stepSchema>;

/**
 * The process at one instant. Bytes from `/proc/self/status`, faults from getrusage(2), both of the process that runs
 * the lab.
 */
export const sampleSchema = z.object({
  tNs: z.number().nonnegative(),
  vmLck: z.int().nonnegative(),
  vmRss: z.int().nonnegative(),
  minorFaults: z.int().nonnegative(),
  majorFaults: z.int().nonnegative(),
  /** RLIMIT_MEMLOCK's soft limit of that process, in bytes. */
  memlockSoft: byteLimitSchema.optional(),
  /** Of a target alone, and not in a recording, where the event `target` has it. */
  vmSwap: z.int().nonnegative().optional(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** A VMA of a region, in the region's pages. */
export const vmaInfoSchema = z.object({
  firstPage: z.int().nonnegative(),
  pageCount: z.int().positive(),
  /** As `/proc/PID/maps` writes it. */
  protection: z.string(),
  /** The two-letter flags of smaps(5) `VmFlags` that the workbench is about: `lo`, `lf`, `dd`, `hg`, `nh`, `io`. */
  flags: z.array(z.string()),
});
export type VmaInfo = z.infer<typeof vmaInfoSchema>;

/** A piece of a core file: a `PT_LOAD` header of the ELF file. Sizes in bytes. */
export const coreMappingSchema = z.object({
  address: addressSchema,
  /** What it takes in memory, and what of it is in the file: 0 under `MADV_DONTDUMP`. */
  memoryBytes: z.int().nonnegative(),
  fileBytes: z.int().nonnegative(),
  /** The region that it lies in, where it is one of the session's. */
  region: z.int().positive().optional(),
  /** Markers found in it, by the region whose marker it is. */
  hits: z.array(z.object({ marker: z.int().positive(), count: z.int().positive() })),
});
export type CoreMapping = z.infer<typeof coreMappingSchema>;

/** A core file that was searched for the markers of a session's regions, and deleted. It says where, and never what. */
export const coreFileSchema = z.object({
  id: z.int().positive(),
  /** How it came about. */
  route: z.enum(['file', 'systemd-coredump', 'apport', 'gcore', 'gcore-all']),
  title: textSchema,
  /** As long as the file says it is, what of it is on the disk, and what was searched: holes are skipped. */
  apparentBytes: z.int().nonnegative(),
  diskBytes: z.int().nonnegative(),
  searchedBytes: z.int().nonnegative(),
  searchNs: z.number().nonnegative(),
  /** Whether the file ends before its headers say: what is missing could not be searched. */
  truncated: z.boolean(),
  /** How often each region's marker was found, also 0. */
  found: z.array(z.object({ marker: z.int().positive(), count: z.int().nonnegative() })),
  /** By address. Neighbours that nothing was found in are joined where there are more than 512. */
  mappings: z.array(coreMappingSchema),
});
export type CoreFile = z.infer<typeof coreFileSchema>;

/** What an experiment says will happen, and what was measured. */
export const claimSchema = z.object({
  id: z.string(),
  text: textSchema,
  /** What its numbers count. */
  unit: z.enum(units).optional(),
  /** A pair is the least and the most that is expected; null where there is no most. */
  expected: z.union([z.string(), z.number(), z.tuple([z.number(), z.number().nullable()])]),
  measured: z.union([z.string(), z.number()]),
  status: z.enum(['held', 'failed', 'skipped']),
  reason: textSchema.optional(),
});
export type Claim = z.infer<typeof claimSchema>;

/**
 * `running` and `paused` change into each other; `completed`, `stopped` and `failed` are final. `open` is the
 * workbench, which waits for what its user does. When completed or failed, the regions stay mapped, to be looked at,
 * until the session is closed.
 */
export const sessionStateSchema = z.enum(['running', 'paused', 'completed', 'stopped', 'failed', 'open']);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** Everything that a session tells its reader, page states aside: those are frames. */
export const sessionEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('state'),
    session: z.int().positive(),
    state: sessionStateSchema,
    /** While paused: the step that comes next. */
    next: textSchema.optional(),
    /** When failed: what went wrong. */
    problem: problemSchema.optional(),
  }),
  /** A region is there; told again when it got another name. */
  z.object({ kind: z.literal('region'), session: z.int().positive(), region: regionInfoSchema }),
  /** The region's VMAs, when they changed; `more` counts those that are left out after the first 256. */
  z.object({
    kind: z.literal('vmas'),
    session: z.int().positive(),
    region: z.int().positive(),
    vmas: z.array(vmaInfoSchema),
    more: z.int().nonnegative(),
  }),
  /** Long work under way: how much of it is done. `done` = `total` ends it. */
  z.object({
    kind: z.literal('progress'),
    session: z.int().positive(),
    title: textSchema,
    done: z.number().nonnegative(),
    total: z.number().positive(),
    unit: z.enum(['pages', 'bytes', 'actions']),
  }),
  /**
   * A region's pages over time, of a recording that is too long to be told frame by frame: its frames come when
   * `pagesAt` asks for them..
   */
  z.object({
    kind: z.literal('film'),
    session: z.int().positive(),
    region: z.int().positive(),
    bins: z.int().positive().max(64),
    /** Of each column, when its last frame was taken, and the newest step by then; -1 before the first. */
    takenNs: z.array(z.number().nonnegative()),
    steps: z.array(z.int()),
    /** In base64, little endian: for each column a look of each bin (`film-look.ts`), of 16 bits. */
    looks: z.string(),
    /** The same, two numbers of 32 bits for each column: a bit for each bin that changed in it, the first lowest. */
    changed: z.string(),
  }),
  /** What was locked of such a region, from its beginning to its end. */
  z.object({
    kind: z.literal('locks'),
    session: z.int().positive(),
    region: z.int().positive(),
    ranges: z.array(lockRangeSchema),
  }),
  /** What was seen of the process that the session is attached to. */
  z.object({ kind: z.literal('target'), session: z.int().positive(), target: targetToldSchema }),
  z.object({ kind: z.literal('core-file'), session: z.int().positive(), coreFile: coreFileSchema }),
  z.object({ kind: z.literal('released'), session: z.int().positive(), region: z.int().positive() }),
  z.object({ kind: z.literal('step'), session: z.int().positive(), step: stepSchema }),
  /** `looked`: the regions that were looked at right before it, also where no page had changed. */
  z.object({
    kind: z.literal('sample'),
    session: z.int().positive(),
    sample: sampleSchema,
    looked: z.array(z.int().positive()).optional(),
    /** Nothing of them moved since they were looked at before, however long ago: the kernel's counts say so. */
    still: z.boolean().optional(),
  }),
  /** Told for a recording alone: what the C program of a step is made from, as `lab/operations` logs it. */
  z.object({
    kind: z.literal('operation'),
    session: z.int().positive(),
    step: z.int().nonnegative(),
    operation: z.record(z.string(), z.unknown()),
  }),
  /** Told for a recording alone: an action of the workbench, as a saved one has it. */
  z.object({
    kind: z.literal('action'),
    session: z.int().positive(),
    action: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()),
  }),
  /** Whether the session is recorded, in which file; or why not, or no longer. */
  z.object({
    kind: z.literal('recording'),
    session: z.int().positive(),
    file: z.string(),
    problem: problemSchema.optional(),
  }),
  /** Rows of a recording that could not be read and are left out; told when all of it was. */
  z.object({ kind: z.literal('damaged'), session: z.int().positive(), rows: z.int().positive() }),
  z.object({ kind: z.literal('claim'), session: z.int().positive(), claim: claimSchema }),
  z.object({ kind: z.literal('result'), session: z.int().positive(), result: resultSchema }),
  z.object({ kind: z.literal('measurement'), session: z.int().positive(), name: z.string(), value: z.number() }),
]);
export type SessionEvent = z.infer<typeof sessionEventSchema>;
