import { dropCapabilities } from '../native/capabilities.ts';
import type { Result } from '../native/errno.ts';
import { MCL, mlockall, munlockall } from '../native/mlock.ts';
import { getrlimit, RLIMIT, setrlimit } from '../native/resource.ts';
import type { Step } from '../protocol/events.ts';
import type { MclFlag, ProcessOperation } from '../protocol/operation.ts';
import type { Clock } from './clock.ts';
import { Meter } from './meter.ts';
import { type CallRecord, recordOf } from './operations.ts';

const mclBits: Record<MclFlag, number> = {
  MCL_CURRENT: MCL.CURRENT,
  MCL_FUTURE: MCL.FUTURE,
  MCL_ONFAULT: MCL.ONFAULT,
};

/**
 * Performs an operation that changes the whole process. For isolated sessions alone; the process's end is what undoes it. After
 * `mlockall` with `MCL_CURRENT` the JavaScript engine aborts at the next page that it gives back: call `munlockall` in the same turn.
 */
export function performOnProcess(operation: ProcessOperation, clock: Clock): CallRecord {
  const meter = new Meter(clock);
  const record = (call: string, shown: Step['arguments'], { returned, errno }: Result) =>
    recordOf({ call, arguments: shown, returned, errno }, undefined, undefined, meter);
  switch (operation.kind) {
    case 'mlockall': {
      const bits = operation.flags.reduce((sum, flag) => sum | mclBits[flag], 0);
      const result = meter.measure(() => mlockall(bits));
      return record('mlockall', { flags: operation.flags.join('|') }, result);
    }
    case 'munlockall':
      return record('munlockall', {}, meter.measure(munlockall));
    case 'setrlimit': {
      const soft = operation.softBytes;
      const before = getrlimit(RLIMIT.MEMLOCK);
      const hard = before.errno === null ? before.hard : BigInt(soft);
      const result = meter.measure(() => setrlimit(RLIMIT.MEMLOCK, { soft: BigInt(soft), hard }));
      return record('setrlimit', { resource: 'RLIMIT_MEMLOCK', rlim_cur: soft }, result);
    }
    case 'drop-ipc-lock': {
      const result = meter.measure(() => dropCapabilities('CAP_IPC_LOCK'));
      return record('capset', { drop: 'CAP_IPC_LOCK' }, result);
    }
  }
}
