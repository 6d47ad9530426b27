/**
 * The side of a conformance run that checks: takes its order from `run.ts`, answers each rule with its outcome, and
 * ends.
 */
import { PR, prctl } from '../native/calls/prctl.ts';
import { pageSize } from '../native/libc/sysconf.ts';
import { outcome, type Rule } from './rule.ts';
import type { ChildMessage, RunOrder } from './run.ts';

/** nobody and nogroup on every distribution. */
const NOBODY = 65534;

/** Waits for the order and carries it out. `rules` must be those that `runConformance` was given. */
export function serveRules(rules: readonly Rule[]): void {
  process.once('message', (order: RunOrder) => void run(rules, order));
}

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

async function run(all: readonly Rule[], { as, rules }: RunOrder): Promise<void> {
  try {
    if (as === 'user') dropPrivilege();
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    const reason = { en: `Privilege can't be dropped here: ${why}.`, zh: `此处无法放弃特权：${why}。` };
    for (const index of rules) await send({ index, outcome: { status: 'skipped', reason } });
    process.disconnect();
    return;
  }
  for (const index of rules) {
    const rule = all[index];
    if (!rule) continue;
    // Said before, so that a rule that kills the process is known.
    await send({ index });
    await send({ index, outcome: await outcome(rule) });
  }
  process.disconnect();
}
