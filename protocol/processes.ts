/** All processes of the machine, as everybody may see them: from files of /proc that the world may read. */
import { z } from 'zod';
import { byteLimitSchema } from './byte-limit.ts';
import { textSchema } from './text.ts';

const bytes = z.int().nonnegative().nullable();

/** A process; what is null is not known, or there is no such thing, and `reason` says why where it is asked. */
export const processRowSchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks since boot at which it began: with the pid it names a process for ever. Null: nobody may know. */
  startTicks: z.int().nonnegative().nullable(),
  /** The same as a date, by the machine's clock now. */
  startTime: z.string().nullable(),
  name: z.string().nullable(),
  /** `kernel`: a thread of the kernel; `zombie`: it has ended, and its parent has not asked how. */
  kind: z.enum(['process', 'kernel', 'zombie', 'unknown']),
  uid: z.int().nonnegative().nullable(),
  user: z.string().nullable(),
  /** systemd's unit: `nginx.service`. */
  unit: z.string().nullable(),
  /** The runtime and the first digits of the container's number: `docker 0123456789ab`. */
  container: z.string().nullable(),
  threads: z.int().nonnegative().nullable(),
  rssBytes: bytes,
  anonBytes: bytes,
  fileBytes: bytes,
  shmemBytes: bytes,
  swapBytes: bytes,
  /** As RLIMIT_MEMLOCK counts: whole mappings, also what of them is not there. */
  vmLckBytes: bytes,
  /** Pinned by the kernel for devices and io_uring, beside VmLck. */
  vmPinBytes: bytes,
  /** `Max locked memory`, soft. Read again within 20 looks. */
  lockLimitBytes: byteLimitSchema.nullable(),
  /** VmLck of its limit, 0 to 1 (more, when it was lowered since). Null without a limit. */
  lockShare: z.number().nonnegative().nullable(),
  /** CAP_IPC_LOCK is effective: the limit does not count, but in a user namespace it does. */
  ipcLock: z.boolean().nullable(),
  pageTableBytes: bytes,
  /** VMAs, against vm.max_map_count; only of processes whose maps may be read. */
  mappings: z.int().nonnegative().nullable(),
  reason: textSchema.optional(),
});
export type ProcessRow = z.infer<typeof processRowSchema>;

export const processMachineSchema = z.object({
  memTotalBytes: bytes,
  /** Pages on the kernel's list of locked pages, each once. */
  mlockedBytes: bytes,
  /** Those and others that can't be reclaimed. */
  unevictableBytes: bytes,
  /** vm.max_map_count. */
  maxMappings: z.int().nonnegative().nullable(),
});
export type ProcessMachine = z.infer<typeof processMachineSchema>;

/** What looking cost us. */
export const lookCostSchema = z.object({
  /** CPU time of our thread, the kernel's work for it with it. */
  cpuNs: z.number().nonnegative(),
  /** From the first read to the last. */
  elapsedNs: z.number().nonnegative(),
});
export type LookCost = z.infer<typeof lookCostSchema>;

export const processesRequestSchema = z.object({
  /** The last answer's `sequence`: only what changed since is told. Without it, everything. */
  since: z.int().nonnegative().default(0),
});

export const processesSchema = z.object({
  sequence: z.int().positive(),
  /** Whether `rows` are all there are: what was known before is to be forgotten. */
  whole: z.boolean(),
  rows: z.array(processRowSchema),
  /** Pids of those that are gone; one that was reused is in `rows` with its new start. */
  gone: z.array(z.int().positive()),
  machine: processMachineSchema,
  /** What /proc keeps from us: hidepid, subset=pid. */
  hidden: textSchema.nullable(),
  cost: lookCostSchema,
  /** Sooner than this the same answer comes again: so looking takes at most 4 % of one CPU. */
  nextMs: z.number().nonnegative(),
});
export type Processes = z.infer<typeof processesSchema>;
