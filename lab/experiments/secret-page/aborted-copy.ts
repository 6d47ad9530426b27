import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type ChildEnd, childEnd } from '../../../native/calls/fork.ts';
import type { Text } from '../../../protocol/text.ts';
import { joined } from '../../base/join-texts.ts';
import { collectCore, noteCore } from '../../core-file/collect.ts';
import type { CollectedCore, CoreRefused, ExpectedCore } from '../../core-file/collected-core.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import { performOnProcess } from '../../operations/process-operations.ts';
import type { Called, CallSite } from '../../session/steps.ts';

/** How often it is asked whether the copy has ended: a core file takes 20 ms and more. */
const pollMs = 5;

/** How long a core file may take before its writing is given up: a program that it is piped to may hang. */
const patienceMs = 60_000;

const abort = { kind: 'abort' } as const;

/**
 * A copy of this process aborts, in the folder that its core file is expected in; waits for its end and collects the
 * core file. One call, so that a stop cannot come between the file and who deletes it: when `signal` aborts, the copy
 * is killed, what it wrote is deleted, and the signal's reason thrown.
 */
export async function abortCopy(
  expected: ExpectedCore,
  { clock, signal }: CallSite,
): Promise<Called<CollectedCore | CoreRefused>> {
  const record = inFolder(expected.folder.path, () => performOnProcess(abort, clock));
  const pid = Number(record.returned);
  if (record.errno !== null) return { record, operation: abort, value: notCopied(record.meaning) };
  noteCore(pid, expected);
  const ended = await endOf(pid, signal);
  // Also after a stop: it deletes what is there, and then throws the signal's reason.
  const value = await collectCore(pid, expected, signal);
  const left = 'leftBehind' in value ? value.leftBehind : undefined;
  const outcome = joined(ended && outcomeOf(ended), likeAFork, left);
  return { record: { ...record, ...(outcome && { outcome }) }, operation: abort, value };
}

/**
 * Runs in another working directory: a file name in core_pattern without a folder starts there, and a copy inherits it.
 * core(5)
 */
export function inFolder<T>(path: string, run: () => T): T {
  let before = '/';
  try {
    before = process.cwd();
  } catch {
    // It was deleted: there is no way back.
  }
  process.chdir(path);
  try {
    return run();
  } finally {
    try {
      process.chdir(before);
    } catch {
      // It may be left and not entered, as another user's.
      process.chdir('/');
    }
  }
}

/** Waits for a copy that aborts and collects it, as its own call; undefined when there is no such child. */
export async function waitForCopy(pid: number, { clock, signal }: CallSite): Promise<Called<ChildEnd | undefined>> {
  const meter = new Meter(clock);
  const from = clock.nowNs();
  const value = await endOf(pid, signal);
  signal.throwIfAborted();
  meter.add({ durationNs: clock.nowNs() - from, minorFaults: 0, majorFaults: 0 });
  const shown = { call: 'waitpid', arguments: { pid, options: '__WALL' } };
  const result = value
    ? { ...shown, returned: pid, errno: null, outcome: outcomeOf(value) }
    : { ...shown, returned: -1, errno: 'ECHILD' as const };
  return { record: recordOf(result, undefined, undefined, meter), value };
}

/**
 * Waits for a child that aborts, and collects it. One that takes too long, or that nobody waits for any more, is
 * killed.
 */
export async function endOf(pid: number, signal: AbortSignal): Promise<ChildEnd | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const ended = childEnd(pid);
    if (ended !== null) return ended.errno === null ? ended : undefined;
    if (signal.aborted || performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await setTimeout(pollMs);
  }
}

/** What a copy has of the process's memory. fork(2) */
const likeAFork: Text = {
  en: 'it had the same pages and don’t-dump flags, but no locks',
  zh: '它有相同的页和不转储标志，但没有锁',
};

function notCopied(why: Text | undefined): CoreRefused {
  return {
    why: 'failed',
    refused: {
      en: `No copy of the process could be made to abort: ${why?.en ?? ''}`,
      zh: `无法复制出一个用来中止的进程：${why?.zh ?? ''}`,
    },
  };
}

function outcomeOf({ signal, code, dumped }: ChildEnd): Text {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  const how = signal ? (name ?? `signal ${signal}`) : `exit status ${code}`;
  const howZh = signal ? (name ?? `信号 ${signal}`) : `退出状态 ${code}`;
  return dumped
    ? { en: `ended by ${how}, core dumped`, zh: `因 ${howZh} 结束，已转储内存` }
    : { en: `ended by ${how}, no core file`, zh: `因 ${howZh} 结束，没有 core 文件` };
}
