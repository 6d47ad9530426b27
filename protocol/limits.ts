/**
 * What stands between this process and locked memory: the limit and its use, the capability, where the process runs,
 * the machine's memory settings, and the fixes. Measured by the engine; the words and numbers around it are derived
 * (`limit-units`, `would-lock`).
 */
import { z } from 'zod';
import { byteLimitSchema } from './byte-limit.ts';
import { fixIdSchema, fixSchema } from './fixes/fix.ts';
import { featureSchema } from './report.ts';
import { textSchema } from './text.ts';

const bytes = z.int().nonnegative();

/** The capability sets that matter here, by name. capabilities(7) */
export const capabilitySetsSchema = z.object({
  /** What permission checks look at. */
  effective: z.array(z.string()),
  /** What the process may make effective itself. */
  permitted: z.array(z.string()),
  /** What any program that it executes may get at most. */
  bounding: z.array(z.string()),
});

/**
 * The user namespace. The kernel checks CAP_IPC_LOCK and CAP_SYS_RESOURCE for memory locks against the *initial* one
 * (`capable()` in mm/mlock.c and kernel/sys.c), so that in any other they do not count.
 */
export const userNamespaceSchema = z.object({
  /** `unknown` where `/proc/self/ns/user` cannot be read. */
  initial: z.union([z.boolean(), z.literal('unknown')]),
  /** The lines of `/proc/self/uid_map`: ids inside, ids outside, how many. */
  uidMap: z.array(
    z.object({ inside: z.int().nonnegative(), outside: z.int().nonnegative(), count: z.int().positive() }),
  ),
});

/** What sets the limits of a process like this one; a container goes before what runs inside of it. */
export const surroundingsKindSchema = z.enum([
  'docker',
  'podman',
  'kubernetes',
  'lxc',
  'systemd-nspawn',
  /** A container of a runtime that we do not know. */
  'container',
  /** A unit of the system's service manager. */
  'systemd-service',
  /** A unit of the user's own service manager, `systemctl --user`. */
  'user-service',
  /** A program of a desktop session, under `user@UID.service`. */
  'desktop-session',
  /** A login of its own: a console, ssh. */
  'login-session',
  'plain',
]);
export type SurroundingsKind = z.infer<typeof surroundingsKindSchema>;

export const surroundingsSchema = z.object({
  kind: surroundingsKindSchema,
  /** The systemd unit or scope: `nginx.service`, `session-3.scope`. Of the inside, when in a container. */
  unit: z.string().optional(),
  /** What was looked at and what was there. Empty for `plain`. */
  evidence: z.array(z.object({ source: z.string(), found: z.string() })),
});
export type Surroundings = z.infer<typeof surroundingsSchema>;

/**
 * The memory limit of the control group and its ancestors: reaching it means reclaim and the OOM killer, not a refused
 * mlock.
 */
export const cgroupMemorySchema = z.object({
  version: z.union([z.literal(1), z.literal(2)]),
  /** As `/proc/self/cgroup` has it. */
  path: z.string(),
  /** The tightest on the way to the root; null where none of the files can be read. */
  maxBytes: byteLimitSchema.nullable(),
  currentBytes: bytes.nullable(),
  /** What of it may be swapped out. */
  swapMaxBytes: byteLimitSchema.nullable(),
  /** What may be used beyond the current use, here and in all groups above; null where no group has a limit. */
  availableBytes: bytes.nullable(),
  /** Locked, or otherwise not to be reclaimed, in this group. */
  unevictableBytes: bytes.nullable(),
});

export const limitsReportSchema = z.object({
  /** The process that was measured: the host's own, or the one that was asked for. */
  pid: z.int().positive(),
  pageSize: z.int().positive(),
  /** RLIMIT_MEMLOCK. getrlimit(2) */
  memlock: z.object({ soft: byteLimitSchema, hard: byteLimitSchema }),
  /** Locked now, as the limit counts it: `VmLck` of `/proc/self/status`. */
  vmLckBytes: bytes,
  capabilities: capabilitySetsSchema,
  /**
   * CAP_IPC_LOCK: in which sets it is, and whether it lifts the limit here (effective, and in the initial user
   * namespace).
   */
  ipcLock: z.object({
    effective: z.boolean(),
    permitted: z.boolean(),
    bounding: z.boolean(),
    counts: z.boolean(),
  }),
  userNamespace: userNamespaceSchema,
  /** What a filter of calls (seccomp) refuses, found by trying. */
  callFilter: z.object({
    /** `Seccomp` of `/proc/self/status`: 0 none, 1 strict, 2 a filter; null where it cannot be read. */
    seccomp: z.int().nullable(),
    refused: z.array(z.object({ call: z.string(), errno: z.string() })),
    /** Calls of which it cannot be told. */
    untold: z.array(z.string()),
  }),
  surroundings: surroundingsSchema,
  /** Null where there is no memory controller or it cannot be seen. */
  cgroup: cgroupMemorySchema.nullable(),
  memory: z.object({ totalBytes: bytes, availableBytes: bytes, mlockedBytes: bytes }),
  swap: z.object({
    totalBytes: bytes,
    usedBytes: bytes,
    areas: z.array(
      z.object({ path: z.string(), type: z.string(), sizeBytes: bytes, usedBytes: bytes, priority: z.int() }),
    ),
  }),
  overcommit: z.object({
    /** As in the report's environment. */
    mode: z.string(),
    /** CommitLimit and Committed_AS of `/proc/meminfo`. Only mode `never` holds to the limit. */
    commitLimitBytes: bytes,
    committedBytes: bytes,
  }),
  /** As in the report's environment. */
  thp: z.string(),
  /** Its mappings, null where its maps may not be read, and how many it may have: `vm.max_map_count`. */
  mappings: z.object({ count: z.int().nonnegative().nullable(), max: z.int().nonnegative() }),
  features: z.record(z.string(), featureSchema),
  /** Those for the surroundings found come first. */
  fixes: z.array(fixSchema),
});
export type LimitsReport = z.infer<typeof limitsReportSchema>;

/** What is measured; the fixes follow from it. */
export type LimitsFacts = Omit<LimitsReport, 'fixes'>;

/** A verdict of the calculator, see `wouldLock`. */
export const lockVerdictSchema = z.object({
  works: z.boolean(),
  /** What mlock(2) would say; null where it works, and where it says nothing because the process is killed. */
  errno: z.string().nullable(),
  /** It does not work because memory runs out while the pages are brought in, and of which: the OOM killer ends it. */
  outOf: z.enum(['control-group', 'memory']).optional(),
  /** With the numbers: `VmLck 60 KiB + 8 KiB > 64 KiB`. */
  why: textSchema,
  /** The least that makes it work, when it does not. */
  change: textSchema.optional(),
  /** The fix that tells how. */
  fix: fixIdSchema.optional(),
});
export type LockVerdict = z.infer<typeof lockVerdictSchema>;
