/** What changed of a process between two looks at it. */
import { z } from 'zod';
import { mappingKinds } from './process-look.ts';

const bytes = z.number().nonnegative().nullable();

export const mappingChangeSchema = z.object({
  /** `same`: only its pages changed. */
  change: z.enum(['came', 'went', 'grew', 'shrank', 'same']),
  start: z.string(),
  end: z.string(),
  kind: z.enum(mappingKinds),
  name: z.string(),
  /** Of address space: more, or less where it is negative. */
  sizeDeltaBytes: z.number(),
  /** Pages that were not in the page table before and are now. Null: unknown. */
  becameResidentBytes: bytes,
  /** Pages that were in the page table and are not any more. */
  leftBytes: bytes,
  becameSwappedBytes: bytes,
  /** Resident pages of a locked mapping that were not before. */
  becameLockedBytes: bytes,
});
export type MappingChange = z.infer<typeof mappingChangeSchema>;

export const processDiffSchema = z.object({
  /** Those with most bytes that changed first. */
  changes: z.array(mappingChangeSchema),
  /** By status, exactly: after less before. */
  rssDeltaBytes: z.number().nullable(),
  swapDeltaBytes: z.number().nullable(),
  vmLckDeltaBytes: z.number().nullable(),
});
export type ProcessDiff = z.infer<typeof processDiffSchema>;
