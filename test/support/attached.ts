import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { contract } from '../../protocol/service.ts';
import { applyTarget, type TargetState } from '../../protocol/target.ts';
import { entryOf } from './entries.ts';
import { never, TestLab } from './harness.ts';

const entry = entryOf('isolated-entry');

/** An engine that looks at other processes from processes of its own. */
export const attachingLab = (): TestLab => new TestLab(() => forkIsolated(entry));

/** Attaches to a process, and gives its session. */
export async function attach(lab: TestLab, pid: number, startTicks?: number, sampleHz = 20): Promise<number> {
  const request = contract.attach.request.parse({ pid, startTicks, sampleHz });
  return (await lab.service.attach(request, never)).session;
}

/** What was told of the target up to now; undefined while a look is not told whole. */
export function targetOf(lab: TestLab): TargetState | undefined {
  const events = lab.reader.of('target');
  if (events.at(-1)?.target.more !== false) return undefined;
  return events.reduce<TargetState | undefined>((state, { target }) => applyTarget(state, target), undefined);
}

/** Resolves when what was told of the target is so. */
export async function targetUntil(lab: TestLab, is: (state: TargetState) => boolean): Promise<TargetState> {
  let state: TargetState | undefined;
  await lab.reader.until(() => {
    state = targetOf(lab);
    return state !== undefined && is(state);
  }, `the target ${is}`);
  if (!state) throw new Error('It was told.');
  return state;
}
