import { z } from 'zod';

/** A resource limit in bytes, as the kernel holds it. getrlimit(2) */
export const byteLimitSchema = z.union([z.int().nonnegative(), z.literal('unlimited')]);
export type ByteLimit = z.infer<typeof byteLimitSchema>;
