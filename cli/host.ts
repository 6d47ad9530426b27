import { fileURLToPath } from 'node:url';
import type { IsolatedProcess } from '../lab/isolation/isolated-process.ts';
import { Budget } from '../lab/service/budget.ts';
import type { Host } from '../lab/service/host.ts';
import type { BeginRecording } from '../lab/session/recording.ts';
import { version } from './installation.ts';

/** The entry of an isolated process, built beside the command. */
const isolatedEntry = new URL('./isolated.cjs', import.meta.url);

/**
 * The engine's surroundings when Node is the host: `cli` for the command line, `browser` for the loopback host.
 *
 * @param record has a session recorded, where it gives what does that
 */
export function nodeHost(kind: 'cli' | 'browser', record?: () => BeginRecording | undefined): Host {
  return {
    get record() {
      return record?.();
    },
    kind,
    draws: kind === 'browser',
    version: version(),
    budget: Budget.fromEnvironment(),
    spawnIsolated: async () => {
      const { forkIsolated } = await import('../lab/isolation/fork-isolated.ts');
      return forkIsolated(fileURLToPath(isolatedEntry));
    },
  };
}

/** Starts the process that writes the recordings of a host. */
export async function spawnKeeper(): Promise<IsolatedProcess> {
  const { forkIsolated } = await import('../lab/isolation/fork-isolated.ts');
  return forkIsolated(fileURLToPath(new URL('./keeper.cjs', import.meta.url)));
}
