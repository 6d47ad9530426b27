import type { Placement } from '../../protocol/experiment.ts';
import { type ProblemError, problem } from '../../protocol/problem.ts';
import type { PreparedExperiment } from '../experiment-kit/experiment.ts';
import { maxInlineBytes } from '../limits/memory-sizes.ts';
import { workbenchExperiment } from '../workbench/report-header.ts';
import type { Host } from './host.ts';

/** Where another process is looked at from: beside the host, where that can be. */
export function placeAttached(host: Host): Placement {
  return host.kind !== 'isolated' && host.spawnIsolated ? 'isolated' : 'inline';
}

/** Where a workbench runs: as asked for. */
export function placeWorkbench(asked: Placement, host: Host): Placement {
  if (host.kind === 'isolated' || asked === 'inline') return 'inline';
  if (host.spawnIsolated) return 'isolated';
  throw noIsolation(workbenchExperiment.id);
}

export function noIsolation(id: string): ProblemError {
  return problem(
    'cannot-run-here',
    `${id} is to run isolated, and this host cannot start a process for it.`,
    `${id} 需要在独立进程中运行，而当前宿主无法启动独立进程。`,
  );
}

/** Where it runs: as asked for, as the experiment needs, or isolated because it is large. */
export function place(experiment: PreparedExperiment, asked: Placement | undefined, host: Host): Placement {
  const needed = experiment.placement === 'isolated' || asked === 'isolated';
  if (host.kind === 'isolated') return 'inline';
  if (!host.spawnIsolated) {
    if (!needed) return 'inline';
    throw noIsolation(experiment.id);
  }
  return needed || experiment.mapsBytes > maxInlineBytes ? 'isolated' : 'inline';
}

/** What a session in this very process is to say of its placement. */
export function whereabouts(host: Host): Placement {
  return host.kind === 'isolated' ? 'isolated' : 'inline';
}
