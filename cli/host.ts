import { fileURLToPath } from 'node:url';
import { Budget } from '../lab/service/budget.ts';
import type { Host } from '../lab/service/host.ts';
import { version } from './installation.ts';

/** The entry of an isolated process, built beside the command. */
const isolatedEntry = new URL('./isolated.cjs', import.meta.url);

/** The engine's surroundings when Node is the host: `cli` for the command line, `browser` for the loopback host. */
export function nodeHost(kind: 'cli' | 'browser'): Host {
  return {
    kind,
    version: version(),
    budget: Budget.fromEnvironment(),
    spawnIsolated: async () => {
      const { forkIsolated } = await import('../lab/isolation/fork-isolated.ts');
      return forkIsolated(fileURLToPath(isolatedEntry));
    },
  };
}
