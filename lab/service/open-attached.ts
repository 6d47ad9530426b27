import type { Placement } from '../../protocol/experiment.ts';
import type { Reader, Received } from '../../protocol/service.ts';
import { attachExperiment } from '../attach/attach-report.ts';
import { AttachedSession } from '../attach/attached-session.ts';
import { isolate } from '../isolation/isolate.ts';
import { Target } from '../processes/target.ts';
import type { TranscriptHeader } from '../session/transcript.ts';
import type { Host } from './host.ts';
import type { Opening } from './opening.ts';
import { whereabouts } from './placement.ts';

/** Which process is meant, and what its session is called. Throws where there is none that could be looked at. */
export function meantBy({ pid, startTicks }: Received<'attach'>): {
  readonly startTicks: number;
  readonly experiment: TranscriptHeader['experiment'];
} {
  using target = new Target(pid, startTicks);
  return { startTicks: target.startTicks, experiment: attachExperiment(pid, target.row(null).name) };
}

/** A session of another process's memory, which is looked at from a process of its own. */
export async function openAttached(
  host: Host,
  placement: Placement,
  experiment: TranscriptHeader['experiment'],
  request: Received<'attach'> & { session: number },
  reader: Reader,
): Promise<Opening> {
  const { version } = host;
  const { session } = request;
  if (placement === 'inline' || !host.spawnIsolated) {
    const handle = new AttachedSession({ ...request, version, placement: whereabouts(host) }, reader);
    return { handle, begin: async () => handle.begin() };
  }
  const handle = await isolate(host.spawnIsolated, session, { version, experiment, placement }, reader);
  return { handle, begin: async () => void (await handle.open('attach', request)) };
}
