import { capget, dropCapabilities } from '../../native/calls/capabilities.ts';
import { forkAndAbort, forkAndHold, type HeldFork } from '../../native/calls/fork.ts';
import { M, mallopt } from '../../native/calls/malloc.ts';
import { MCL, mlockall, munlockall } from '../../native/calls/mlock.ts';
import { PR, prctl } from '../../native/calls/prctl.ts';
import { getrlimit, type Limit, type Limits, RLIMIT, setrlimit } from '../../native/calls/resource.ts';
import { SIG, signal } from '../../native/calls/signals.ts';
import type { Result } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { MallocThreshold, MclFlag, ProcessOperation } from '../../protocol/operation.ts';
import type { Clock } from '../base/clock.ts';
import type { RefusedArguments } from '../limits/diagnose.ts';
import { type CallRecord, recordOf } from './call-record.ts';
import { Meter } from './meter.ts';

const mclBits: Record<MclFlag, number> = {
  MCL_CURRENT: MCL.CURRENT,
  MCL_FUTURE: MCL.FUTURE,
  MCL_ONFAULT: MCL.ONFAULT,
};

const thresholds: Record<MallocThreshold, number> = {
  M_MMAP_THRESHOLD: M.MMAP_THRESHOLD,
  M_TRIM_THRESHOLD: M.TRIM_THRESHOLD,
};

/**
 * Performs an operation that changes the whole process. For isolated sessions alone; the process's end is what undoes
 * it. After `mlockall` with `MCL_CURRENT` the JavaScript engine aborts at the next page that it gives back: call
 * `munlockall` in the same turn.
 */
export function performOnProcess(operation: ProcessOperation, clock: Clock): CallRecord {
  const meter = new Meter(clock);
  const record = (
    call: string,
    shown: Step['arguments'],
    { returned, errno }: Result<number>,
    refused?: RefusedArguments,
  ): CallRecord => recordOf({ call, arguments: shown, returned, errno }, undefined, undefined, meter, refused);
  switch (operation.kind) {
    case 'mlockall': {
      const bits = operation.flags.reduce((sum, flag) => sum | mclBits[flag], 0);
      const result = meter.weigh(() => mlockall(bits));
      return record('mlockall', { flags: operation.flags.join('|') }, result);
    }
    case 'munlockall':
      return record('munlockall', {}, meter.weigh(munlockall));
    case 'setrlimit': {
      const soft = operation.softBytes;
      const before = getrlimit(RLIMIT.MEMLOCK);
      const hard = before.errno === null ? before.hard : BigInt(soft);
      const result = meter.measure(() => setrlimit(RLIMIT.MEMLOCK, { soft: BigInt(soft), hard }));
      return record('setrlimit', { resource: 'RLIMIT_MEMLOCK', rlim_cur: soft }, result, { softBytes: soft });
    }
    case 'drop-ipc-lock': {
      const result = meter.measure(() => dropCapabilities('CAP_IPC_LOCK'));
      return record('capset', { drop: 'CAP_IPC_LOCK' }, result);
    }
    case 'raise-core-limit': {
      const limits = coreLimits();
      const result = meter.measure(() => setrlimit(RLIMIT.CORE, limits));
      const shown = (limit: Limit) => (limit === 'unlimited' ? 'RLIM_INFINITY' : Number(limit));
      const { soft, hard } = limits;
      return record('setrlimit', { resource: 'RLIMIT_CORE', rlim_cur: shown(soft), rlim_max: shown(hard) }, result);
    }
    case 'set-dumpable': {
      const value = operation.dumpable ? 1 : 0;
      const result = meter.measure(() => prctl(PR.SET_DUMPABLE, value));
      return record('prctl', { option: 'PR_SET_DUMPABLE', arg2: value }, result);
    }
    case 'set-tracer': {
      const pid = operation.allowed ? process.pid : 0;
      const result = meter.measure(() => prctl(PR.SET_PTRACER, pid));
      return record('prctl', { option: 'PR_SET_PTRACER', arg2: pid }, result);
    }
    case 'disable-thp': {
      const result = meter.measure(() => prctl(PR.SET_THP_DISABLE, 1));
      return record('prctl', { option: 'PR_SET_THP_DISABLE', arg2: 1 }, result);
    }
    case 'mallopt': {
      const { parameter, bytes } = operation;
      const result = meter.measure(() => mallopt(thresholds[parameter], bytes));
      return record('mallopt', { param: parameter, value: bytes }, result);
    }
    case 'abort': {
      // A crash handler of the host's may hold it; it would run in the copy, and there would be no core file.
      signal('SIGABRT', SIG.DFL);
      return record('clone', { fn: 'abort', stack: 'stack', flags: 0, arg: 0 }, meter.measure(forkAndAbort));
    }
  }
}

/** The soft limit as high as the hard one; who may raise the hard one as well has none. */
function coreLimits(): Limits {
  const held = capget();
  const before = getrlimit(RLIMIT.CORE);
  const free = held.errno === null && held.effective.includes('CAP_SYS_RESOURCE');
  const hard = free || before.errno !== null ? 'unlimited' : before.hard;
  return { soft: hard, hard };
}

/**
 * The longest that a forked child waits, in seconds. It ends with its session; this is for a session whose process was
 * killed from outside.
 */
const childSeconds = 600;

/** Forks a child that does nothing, so that it can be looked at from outside. Dispose of it to end it. */
export function forkProcess(clock: Clock): { record: CallRecord; child?: HeldFork } {
  const meter = new Meter(clock);
  const forked = meter.measure(() => forkAndHold(childSeconds));
  const { returned, errno } = forked;
  const shown = { fn: 'sleep', stack: 'stack', flags: 0, arg: childSeconds };
  const record = recordOf({ call: 'clone', arguments: shown, returned, errno }, undefined, undefined, meter);
  return forked.errno === null ? { record, child: forked } : { record };
}
