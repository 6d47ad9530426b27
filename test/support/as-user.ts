/**
 * A process of its own for limits.test.ts: does the actions that it is given in an inline workbench, and prints the
 * steps and what is locked.
 */
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import { contract } from '../../protocol/service.ts';
import { never, TestReader } from './harness.ts';

const reader = new TestReader();
const host = {
  kind: 'cli',
  version: '0.0.0',
  budget: new Budget(1 << 28),
} as const;
const service = createService(host, reader);
reader.acknowledge = (session, region, sequence) => service.acknowledge({ session, region, sequence });
const actions = JSON.parse(process.argv[2] ?? '[]');
await service.workbench(contract.workbench.request.parse({ actions }), never);
await reader.until(() => reader.of('claim').length > 0);
const locked = [...reader.states.values()].map(({ flags }) => flags.reduce((sum, byte) => sum + (byte & 4 ? 1 : 0), 0));
process.stdout.write(JSON.stringify({ steps: reader.of('step').map(({ step }) => step), locked }));
await service.dispose();
