/**
 * The process that rules run in: they change limits and lock memory, which no host should have done to it. An entry of its own,
 * started by `run.ts`, which says first which rules and as whom; answers each with its outcome.
 */

import { PR, prctl } from '../prctl.ts';
import { pageSize } from '../sysconf.ts';
import { outcome } from './rule.ts';
import { RULES } from './rules.ts';
import type { ChildMessage, Order } from './run.ts';

/** nobody and nogroup on every distribution. */
const NOBODY = 65534;

function dropPrivilege(): void {
  // Opens the C library while its file may still be read.
  pageSize();
  if (process.geteuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  // A change of user makes a process not dumpable, and then even its own /proc/self/pagemap belongs to root.
  prctl(PR.SET_DUMPABLE, 1);
}

function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function run({ as, rules }: Order): Promise<void> {
  try {
    if (as === 'user') dropPrivilege();
  } catch (error) {
    const reason = `Privilege can't be dropped here: ${error instanceof Error ? error.message : error}.`;
    for (const index of rules) await send({ index, outcome: { status: 'skipped', reason } });
    process.disconnect();
    return;
  }
  for (const index of rules) {
    const rule = RULES[index];
    if (!rule) continue;
    // Said before, so that a rule that kills the process is known.
    await send({ index });
    await send({ index, outcome: outcome(rule) });
  }
  process.disconnect();
}

process.once('message', (order: Order) => void run(order));
