import { problem } from '../../protocol/problem.ts';
import { type RecordedActions, recordedActionSchema } from '../../protocol/workbench.ts';
import { Slices } from '../base/slices.ts';

/**
 * The actions of a saved workbench, checked in slices: all at once, 100 000 would keep the main loop for half a second.
 * Throws `bad-input`, which names the first that isn't an action.
 */
export async function parseActions(unchecked: readonly unknown[]): Promise<RecordedActions> {
  const actions: RecordedActions = [];
  const slices = new Slices();
  for (const [index, each] of unchecked.entries()) {
    if (slices.over) await slices.next();
    const parsed = recordedActionSchema.safeParse(each);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = ['actions', index, ...(issue?.path ?? [])].join('.');
      const why = issue?.message ?? 'invalid';
      throw problem('bad-input', `workbench: ${where} is not valid: ${why}.`, `workbench：${where} 无效：${why}。`);
    }
    actions.push(parsed.data);
  }
  return actions;
}
