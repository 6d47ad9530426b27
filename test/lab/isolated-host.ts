/** A host that a test may kill: opens an isolated session, tells its process, and lives until it is ended. */
import { fileURLToPath } from 'node:url';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import { contract } from '../../protocol/service.ts';

const entry = fileURLToPath(new URL('./isolated-entry.ts', import.meta.url));
const service = createService(
  {
    kind: 'cli',
    version: '0.0.0',
    budget: new Budget(1 << 30),
    spawnIsolated: () => forkIsolated(entry),
  },
  { event: () => {}, frame: () => {} },
);
const request = { experiment: 'first-touch', parameters: { pages: 4 }, placement: 'isolated' };
const { pid } = await service.start(contract.start.request.parse(request), new AbortController().signal);
process.stdout.write(`${pid}\n`);
