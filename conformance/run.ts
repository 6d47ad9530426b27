/** Runs the rules in processes of their own, as root and as an unprivileged user, and tells what came of each. */
import { fork } from 'node:child_process';
import type { Text } from '../native/errno-meanings/text.ts';
import { RULES } from './all-rules.ts';
import type { Rule, RuleOutcome } from './rule.ts';

/** As whom a rule was checked. */
export type Identity = 'root' | 'user';

/** One line of `pagescope conformance`. */
export type Row = {
  readonly call: string;
  readonly rule: Text;
  readonly source: string;
  readonly as: Identity;
  readonly status: RuleOutcome['status'];
  readonly reason?: Text;
};

/** To the child: which rules (by their place in the list), and as whom. */
export type RunOrder = { readonly as: Identity; readonly rules: readonly number[] };
/** From the child: a rule begins, or has ended with an outcome. */
export type ChildMessage = { readonly index: number; readonly outcome?: RuleOutcome };

/** Of a rule for root, when nobody is. */
const NEEDS_ROOT: Text = { en: 'Only root can check this.', zh: '只有 root 才能检查这一条。' };

/** A rule that takes longer hangs; all of them together take a second, in emulation a minute. */
const RULE_TIMEOUT_MS = 60_000;

/** What to run, and in which process. */
export type ConformanceOptions = {
  /** The compiled or source file of `child.ts`. */
  readonly child: string | URL;
  /** Only rules of these calls; all by default. */
  readonly calls?: readonly string[];
  /** The rules that the child serves; those of Pagescope by default. */
  readonly rules?: readonly Rule[];
};

/**
 * Runs the rules and answers with a row for each, in the order of `rules`. Rejects only when a process can't be
 * started.
 */
export async function runConformance({ child, calls, rules = RULES }: ConformanceOptions): Promise<readonly Row[]> {
  const root = process.geteuid?.() === 0;
  const chosen = rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => !calls || calls.includes(rule.call));
  const outcomes = new Map<number, RuleOutcome>();
  const mine: Identity = root ? 'root' : 'user';
  await inChildren(
    child,
    mine,
    chosen.filter(({ rule }) => rule.as === mine || rule.as === 'any').map(({ index }) => index),
    outcomes,
  );
  if (root)
    await inChildren(
      child,
      'user',
      chosen.filter(({ rule }) => rule.as === 'user').map(({ index }) => index),
      outcomes,
    );
  return chosen.map(({ rule, index }) =>
    row(rule, mine, outcomes.get(index) ?? { status: 'skipped', reason: NEEDS_ROOT }),
  );
}

function row({ call, rule, source, as }: Rule, mine: Identity, result: RuleOutcome): Row {
  const identity = as === 'any' ? mine : as;
  if (result.status === 'held') return { call, rule, source, as: identity, status: 'held' };
  return { call, rule, source, as: identity, status: result.status, reason: result.reason };
}

/**
 * One child after another until every rule has an outcome: a rule that kills its process costs a process, not the rest.
 */
async function inChildren(
  child: string | URL,
  as: Identity,
  rules: readonly number[],
  outcomes: Map<number, RuleOutcome>,
): Promise<void> {
  let left = rules;
  while (left.length > 0) {
    await inChild(child, { as, rules: left }, outcomes);
    left = left.filter((index) => !outcomes.has(index));
  }
}

function inChild(path: string | URL, order: RunOrder, outcomes: Map<number, RuleOutcome>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(path, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), RULE_TIMEOUT_MS);
    let running = order.rules[0];
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-2000);
    });
    child.on('message', (message: ChildMessage) => {
      timer.refresh();
      running = message.index;
      if (message.outcome) outcomes.set(message.index, message.outcome);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (running !== undefined && order.rules.some((index) => !outcomes.has(index)) && !outcomes.has(running)) {
        outcomes.set(running, { status: 'failed', reason: endOf(signal, code, stderr.trim()) });
      }
      resolve();
    });
    // Without a process there is only the error, which comes as an event.
    if (child.pid !== undefined) child.send(order);
  });
}

/** That its process is gone, how, and what it said last. */
function endOf(signal: NodeJS.Signals | null, code: number | null, stderr: string): Text {
  return {
    en: `Its process ended with ${signal ?? `exit status ${code}`}. ${stderr}`.trim(),
    zh: `检查它的进程已结束：${signal ?? `退出状态 ${code}`}。${stderr}`,
  };
}
