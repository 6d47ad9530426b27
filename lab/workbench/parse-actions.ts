import { problem } from '../../protocol/problem.ts';
import { type RecordedDeeds, recordedDeedSchema } from '../../protocol/workbench.ts';
import { Slices } from '../base/slices.ts';

/**
 * The deeds of a saved workbench, checked in slices: all at once, 100 000 would keep the main loop for half a second. Throws `bad-input`, which
 * names the first that is none.
 */
export async function parseDeeds(unchecked: readonly unknown[]): Promise<RecordedDeeds> {
  const deeds: RecordedDeeds = [];
  const slices = new Slices();
  for (const [index, each] of unchecked.entries()) {
    if (slices.over) await slices.next();
    const parsed = recordedDeedSchema.safeParse(each);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = ['deeds', index, ...(issue?.path ?? [])].join('.');
      const why = issue?.message ?? 'invalid';
      throw problem('bad-input', `workbench: ${where} is not valid: ${why}.`, `workbench：${where} 无效：${why}。`);
    }
    deeds.push(parsed.data);
  }
  return deeds;
}
