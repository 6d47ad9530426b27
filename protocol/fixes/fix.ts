import { z } from 'zod';
import { textSchema } from '../text.ts';
import { fixIds } from './fix-ids.ts';

/** The name of a fix, as `pagescope doctor --fix` takes it. */
export const fixIdSchema = z.enum(fixIds);

/** Something to copy: commands, or the text of a file. The same in every language. */
export const snippetSchema = z.object({
  /** What it is: a command in this shell, a file and its path. */
  label: textSchema,
  text: z.string(),
});

/** One way out of a refused lock. */
export const fixSchema = z.object({
  id: fixIdSchema,
  title: textSchema,
  /** `here`: it is for the setup that was found. `elsewhere`: it is for another; shown folded. */
  applies: z.enum(['here', 'elsewhere']),
  /**
   * `limit`: raises what may be locked. `call`: changes what the program asks for, or another of the kernel's limits.
   */
  about: z.enum(['limit', 'call']),
  /** What it changes, for whom, for how long. */
  changes: textSchema,
  /** When it is enough, and what commonly goes wrong. */
  notes: z.array(textSchema),
  snippets: z.array(snippetSchema),
  /** How to see that it worked. */
  check: z.object({ how: textSchema, command: z.string() }),
});
export type Fix = z.infer<typeof fixSchema>;
