import { z } from 'zod';
import { problemKinds } from './problem.ts';
import { textSchema } from './text.ts';

/**
 * A problem as it crosses a wire. Apart from `problem.ts`, which also runs where no schema is needed: schemas cost
 * start-up time.
 */
export const problemSchema = z.object({
  kind: z.enum(problemKinds),
  text: textSchema,
  signal: z.string().optional(),
});
