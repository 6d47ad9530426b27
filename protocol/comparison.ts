import { z } from 'zod';
import { claimSchema } from './events.ts';
import { pageStates } from './flags.ts';

const comparedClaimSchema = claimSchema
  .pick({ status: true, measured: true, unit: true })
  .extend({ reason: z.string().optional() })
  .nullable();

/** Two sessions side by side, in one language, as `lab/reports/compare.ts` makes it. */
export const comparisonSchema = z.object({
  /** What differs, in one sentence of the numbers below. */
  sentence: z.string(),
  /** Whether both ran the same experiment with the same parameters. */
  same: z.boolean(),
  /**
   * By region: how many of the pages that both have are in different states at the end, and by which, most first; null
   * is unknown, and why.
   */
  pages: z.array(
    z.object({
      region: z.string(),
      pagesA: z.int().nonnegative(),
      pagesB: z.int().nonnegative(),
      differ: z.int().nonnegative().nullable(),
      changes: z.array(z.object({ a: z.enum(pageStates), b: z.enum(pageStates), pages: z.int().positive() })),
      reason: z.string().optional(),
    }),
  ),
  /** `ratio` is b / a; null where one has no such number, or a is 0. */
  measurements: z.array(
    z.object({
      name: z.string(),
      a: z.number().nullable(),
      b: z.number().nullable(),
      ratio: z.number().nullable(),
    }),
  ),
  claims: z.array(z.object({ id: z.string(), text: z.string(), a: comparedClaimSchema, b: comparedClaimSchema })),
  /** Where the machines differ. */
  environment: z.array(z.object({ name: z.string(), a: z.string(), b: z.string() })),
});
export type Comparison = z.infer<typeof comparisonSchema>;
