import type { Placement } from '../../protocol/experiment.ts';
import type { Reader, Received } from '../../protocol/service.ts';
import type { PreparedExperiment } from '../experiment-kit/experiment.ts';
import { ExperimentSession } from '../experiment-kit/experiment-session.ts';
import { isolate } from '../isolation/isolate.ts';
import type { Host } from './host.ts';
import type { Opening } from './opening.ts';
import { whereabouts } from './placement.ts';

/**
 * A session that runs an experiment, inline or in its own process. Throws `cannot-run-here` when that cannot be
 * started.
 */
export async function openExperiment(
  host: Host,
  experiment: PreparedExperiment,
  placement: Placement,
  request: Received<'start'> & { session: number },
  reader: Reader,
): Promise<Opening> {
  const { session, paused, paceMs, sampleHz, recorded } = request;
  const { version } = host;
  if (placement === 'inline' || !host.spawnIsolated) {
    const options = { session, paused, paceMs, sampleHz, version, placement: whereabouts(host), recorded };
    return { handle: new ExperimentSession(experiment, options, reader), begin: async () => {} };
  }
  const { id, title, values } = experiment;
  const header = { version, experiment: { id, title, parameters: values }, placement };
  const handle = await isolate(host.spawnIsolated, session, header, reader);
  return { handle, begin: async () => void (await handle.open('start', request)) };
}
