import { z } from 'zod';
import { regionRequestSchema } from './mapping.ts';
import { mclFlagSchema } from './operation.ts';
import { toolSchema } from './page-call.ts';
import { textSchema } from './text.ts';

/** Runs of pages that one action may be about: each is a call, and a table of more is no longer read by anybody. */
export const maxActionRuns = 65_536;

/**
 * Pages of a region as runs: `[first, count, first, count, …]`, ascending, with a gap between one run and the next.
 * Checked by one loop, since a zod array of this length takes tens of milliseconds.
 */
export const pageRunsSchema = z.custom<readonly number[]>(isPageRuns, {
  error: `must be runs of pages: first, count, first, count, …, ascending, apart, at most ${maxActionRuns} of them`,
});
export type PageRuns = z.infer<typeof pageRunsSchema>;

function isPageRuns(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length % 2 !== 0 || value.length > 2 * maxActionRuns)
    return false;
  let end = -1;
  for (let at = 0; at < value.length; at += 2) {
    const [first, count] = [value[at], value[at + 1]];
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || first <= end || count < 1) return false;
    end = first + count;
  }
  return true;
}

/** What the workbench does to the whole process; in its own process alone. */
export const processToolSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mlockall'), flags: z.array(mclFlagSchema).min(1).max(3) }),
  z.object({ kind: z.literal('munlockall') }),
]);
export type ProcessTool = z.infer<typeof processToolSchema>;

/**
 * One thing that a person did in the workbench, in the order in which it was done. Regions go by their number, from 1.
 */
export const actionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add'), region: regionRequestSchema }),
  z.object({ kind: z.literal('remove'), region: z.int().positive() }),
  z.object({ kind: z.literal('act'), region: z.int().positive(), tool: toolSchema, pages: pageRunsSchema }),
  z.object({ kind: z.literal('process'), tool: processToolSchema }),
]);
export type Action = z.infer<typeof actionSchema>;

export const savedWorkbenchId = 'pagescope/workbench@1';

/** The most actions that a saved session may have. */
export const maxActions = 100_000;

/** What the kernel showed after an action: enough to say whether a replay came to the same. */
export const actionResultSchema = z.object({
  errno: z.string().nullable(),
  /** Of the region that the action was about; left out where it has none. */
  resident: z.int().nonnegative().optional(),
  locked: z.int().nonnegative().optional(),
});
export type ActionResult = z.infer<typeof actionResultSchema>;

/** An action, with what came of it where that was kept. */
export const recordedActionSchema = z.object({ action: actionSchema, result: actionResultSchema.optional() });

/** Actions in order. */
export const recordedActionsSchema = z.array(recordedActionSchema).max(maxActions);
export type RecordedActions = z.infer<typeof recordedActionsSchema>;

/**
 * The same as they go over a wire. Checked all at once they would keep a main loop for half a second: the engine checks
 * each in its time, and whoever opens a saved file does.
 */
export const uncheckedActionsSchema = z.custom<readonly unknown[]>(
  (value) => Array.isArray(value) && value.length <= maxActions,
  { error: `must be a list of at most ${maxActions} actions` },
);

/**
 * A workbench session on disk: what was done, and what came of it, so that reopening it can do it again and tell the
 * differences.
 */
export const savedWorkbenchSchema = z.object({
  schema: z.literal(savedWorkbenchId),
  pagescope: z.string(),
  savedAt: z.iso.datetime(),
  kernel: z.string(),
  pageSize: z.int().positive(),
  actions: recordedActionsSchema,
});
export type SavedWorkbench = z.infer<typeof savedWorkbenchSchema>;

/** What takes an action back. */
export const inverseSchema = z.object({
  /** Actions on the same region, in order; none when it can't be undone. */
  actions: z.array(z.object({ tool: toolSchema, pages: pageRunsSchema })),
  /** What these actions do, and what they cannot bring back; or why there are none. */
  note: textSchema,
});
export type Inverse = z.infer<typeof inverseSchema>;
