import { serve } from '../../protocol/rpc.ts';
import type { Wire } from '../../protocol/wire.ts';
import { Budget } from './budget.ts';
import { createService } from './service.ts';

/** The host checked the budget before it started this process, so nothing is refused a second time here. */
const checkedByHost = Number.MAX_SAFE_INTEGER;

/**
 * Serves an engine in an isolated process, for the host at the other end of the wire. The process ends when the host
 * does: the kernel then releases whatever it had.
 */
export function serveIsolated(wire: Wire, version: string): void {
  const budget = new Budget(checkedByHost);
  serve(wire, (reader) => createService({ kind: 'isolated', version, budget }, reader));
  wire.onClose(() => process.exit(0));
}
