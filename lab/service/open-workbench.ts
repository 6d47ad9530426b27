import type { Placement } from '../../protocol/experiment.ts';
import type { Reader, Received } from '../../protocol/service.ts';
import { isolate } from '../isolation/isolate.ts';
import { parseActions } from '../workbench/parse-actions.ts';
import { workbenchExperiment } from '../workbench/report-header.ts';
import { Workbench } from '../workbench/workbench.ts';
import type { Host } from './host.ts';
import type { Opening } from './opening.ts';
import { whereabouts } from './placement.ts';
import { WorkbenchRoom } from './workbench-budget.ts';

/**
 * A workbench, inline or in its own process, and the memory that its regions take. Throws `bad-input` and
 * `over-budget` for actions that cannot be done.
 */
export async function openWorkbench(
  host: Host,
  placement: Placement,
  request: Received<'workbench'> & { session: number },
  reader: Reader,
): Promise<Opening> {
  const { session, sampleHz, recorded } = request;
  const { version } = host;
  const actions = await parseActions(request.actions ?? []);
  // An isolated engine may map what its host has made room for.
  const room = new WorkbenchRoom(host.budget, whereabouts(host) === 'isolated' ? 'isolated' : placement);
  const watched = room.watching(reader);
  try {
    await room.addAll(actions);
    if (placement === 'inline' || !host.spawnIsolated) {
      const options = { session, sampleHz, version, placement: whereabouts(host), recorded };
      const handle = new Workbench(options, watched);
      return { handle, regions: room, begin: async () => handle.begin(actions) };
    }
    const header = { version, experiment: workbenchExperiment, placement };
    const handle = await isolate(host.spawnIsolated, session, header, watched);
    return { handle, regions: room, begin: async () => void (await handle.open('workbench', request)) };
  } catch (error) {
    room[Symbol.dispose]();
    throw error;
  }
}
