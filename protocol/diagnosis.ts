import { z } from 'zod';
import { byteLimitSchema } from './byte-limit.ts';
import { fixIdSchema } from './fixes/fix.ts';

/** Why a call was refused here, with the numbers, and the fix for it, by its name in the limits report. */
export const diagnosisOf = <T extends z.ZodType>(text: T) =>
  z.object({
    text,
    fix: fixIdSchema,
    /** Of a lock over the limit: the least RLIMIT_MEMLOCK that lets it through. */
    limit: byteLimitSchema.optional(),
  });
