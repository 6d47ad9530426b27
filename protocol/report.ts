import { z } from 'zod';
import { byteLimitSchema } from './byte-limit.ts';
import { pageCountsSchema } from './counts-schema.ts';
import { diagnosisOf } from './diagnosis.ts';
import { claimSchema, coreFileSchema, regionInfoSchema, sampleSchema, stepSchema } from './events.ts';
import { parameterValuesSchema, placementSchema } from './experiment.ts';
import { reportSchemaId } from './report-id.ts';
import { reportedResultSchema } from './result.ts';
import { textSchema } from './text.ts';

/** Whether a kernel feature can be used here: found by trying it, not by reading the version. */
export const featureSchema = z.object({
  state: z.enum(['available', 'denied', 'missing']),
  /** Who may use it when denied; since which kernel it exists when missing. */
  reason: textSchema.optional(),
});
export type Feature = z.infer<typeof featureSchema>;

/** The machine and the process that an experiment ran on. Memory sizes in bytes. */
export const environmentSchema = z.object({
  kernel: z.string(),
  architecture: z.string(),
  pageSize: z.int().positive(),
  memTotal: z.int().nonnegative(),
  memAvailable: z.int().nonnegative(),
  swapTotal: z.int().nonnegative(),
  /** `/sys/kernel/mm/transparent_hugepage/enabled`, the chosen word; `unknown` where there is no such file. */
  thp: z.string(),
  /** `/proc/sys/vm/overcommit_memory` by name: `heuristic`, `always`, `never`; `unknown` where it cannot be read. */
  overcommit: z.string(),
  memlock: z.object({ soft: byteLimitSchema, hard: byteLimitSchema }),
  /** Effective capabilities by name. */
  capabilities: z.array(z.string()),
  features: z.record(z.string(), featureSchema),
  /**
   * What measuring a call that does nothing came to in this process, in ns: a duration that is not above it is mostly
   * that of the measuring. Older reports do not have it.
   */
  emptyCallNs: z.number().nonnegative().optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

/** The same as a report has it: in one language. */
const reportedEnvironmentSchema = environmentSchema.extend({
  features: z.record(z.string(), featureSchema.extend({ reason: z.string().optional() })),
});

const reportedText = {
  title: z.string(),
  meaning: z.string().optional(),
  outcome: z.string().optional(),
  diagnosis: diagnosisOf(z.string()).optional(),
};

/** The states of one region after one step. */
export const reportSnapshotSchema = z.object({
  step: z.int().nonnegative(),
  region: z.int().positive(),
  takenNs: z.number().nonnegative(),
  /** Of what is known; see `unknown`. */
  counts: pageCountsSchema,
  /** The flags that could not be found out, as the sum of their bits; left out when all could. */
  unknown: z.int().min(1).max(255).optional(),
  /** Pages that MADV_FREE gave away and the kernel has not taken yet, where smaps was read: a count of the region. */
  lazilyFree: z.int().nonnegative().optional(),
  /** First page, how many, their flags. Empty where there are too many runs to keep. */
  runs: z.array(z.tuple([z.int().nonnegative(), z.int().positive(), z.int().min(0).max(255)])),
  /** Of the last look at a region where it has too many runs: a byte of flags for each page, by zlib, in base64. */
  pages: z.base64().optional(),
});
export type ReportSnapshot = z.infer<typeof reportSnapshotSchema>;

/**
 * The report, `pagescope/report@1`: what a run showed, with the evidence. Texts are in one language; times are ns since
 * the session began.
 */
export const reportSchema = z.object({
  schema: z.literal(reportSchemaId),
  pagescope: z.string(),
  createdAt: z.iso.datetime(),
  environment: reportedEnvironmentSchema,
  experiment: z.object({ id: z.string(), title: z.string(), parameters: parameterValuesSchema }),
  placement: placementSchema,
  pid: z.int().positive(),
  regions: z.array(regionInfoSchema),
  steps: z.array(stepSchema.extend(reportedText)),
  snapshots: z.array(reportSnapshotSchema),
  samples: z.array(sampleSchema),
  claims: z.array(claimSchema.extend({ text: z.string(), reason: z.string().optional() })),
  /** Left out of a run that ended before it found one. */
  result: reportedResultSchema.optional(),
  measurements: z.record(z.string(), z.number()),
  /** The core files that were searched. */
  coreFiles: z.array(coreFileSchema.extend({ title: z.string() })).optional(),
  outcome: z.enum(['completed', 'stopped', 'failed']),
  error: z.string().optional(),
});
export type Report = z.infer<typeof reportSchema>;
