import { rmSync } from 'node:fs';
import type { ChildEnd } from '../../../native/calls/fork.ts';
import { readText } from '../../../native/proc/proc-file.ts';
import type { Text } from '../../../protocol/text.ts';
import { expectCore } from '../../core-file/collect.ts';
import type { CollectedCore, CoreRefused } from '../../core-file/collected-core.ts';
import { CoreFolder } from '../../core-file/core-folder.ts';
import { coreSource, filtered, whyNone } from '../../core-file/core-source.ts';
import { gcoreBytes } from '../../core-file/disk-space.ts';
import { gcore } from '../../core-file/gcore.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import type { Called, CalledStep, CallSite } from '../../session/steps.ts';
import { abortCopy, endOf, inFolder, waitForCopy } from './aborted-copy.ts';

/**
 * The ways to a core file: the kernel's of a copy that aborts, and gdb's of the process itself, without and with `-a`.
 */
export type Way = 'kernel' | 'gcore' | 'gcore-all';

type AnyLab = Lab<string>;

/** The core files of one run, until they are searched. What is still there when it is disposed of is deleted. */
export class CoreFiles implements AsyncDisposable {
  readonly #made = new Map<Way, CollectedCore>();
  readonly #missing = new Map<Way, Text>();
  readonly #steps = new Map<Way, number>();
  readonly #kept: AsyncDisposable[] = [];
  readonly #paths: string[] = [];

  /** An isolated process ends at once when its host does, and nothing is awaited then. */
  readonly #atExit = () => {
    for (const path of this.#paths) rmSync(path, { recursive: true, force: true });
  };

  constructor() {
    process.once('exit', this.#atExit);
  }

  /** The core files that there are, in the order in which they were made. */
  get made(): Iterable<readonly [Way, CollectedCore]> {
    return this.#made;
  }

  /** Why there is no core file of this way. */
  missing(way: Way): Text | undefined {
    return this.#missing.get(way);
  }

  /** The step that tried this way. */
  stepOf(way: Way): number | undefined {
    return this.#steps.get(way);
  }

  /** What came of a way. */
  add(way: Way, { value: result, step }: CalledStep<CollectedCore | CoreRefused>): void {
    this.#steps.set(way, step.index);
    if ('refused' in result) this.miss(way, result.refused);
    else {
      this.#paths.push(result.path);
      this.#made.set(way, this.keep(result));
    }
  }

  /** A private folder for one core file. */
  async folder(): Promise<CoreFolder> {
    const folder = this.keep(await CoreFolder.make());
    this.#paths.push(folder.path);
    return folder;
  }

  miss(way: Way, why: Text): void {
    this.#missing.set(way, why);
  }

  keep<T extends AsyncDisposable>(resource: T): T {
    this.#kept.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#kept.splice(0).reverse()) await resource[Symbol.asyncDispose]();
    process.off('exit', this.#atExit);
  }
}

const aCopyAborts: Text = { en: 'A copy of the process aborts', zh: '进程的一个副本中止' };

/** A copy of the process aborts, and the kernel writes its core file or hands it to a program. */
export async function* kernelCore(lab: AnyLab, cores: CoreFiles): Script {
  const source = coreSource();
  if (source.kind === 'none') {
    cores.miss('kernel', whyNone(source));
    return;
  }
  const folder = await cores.folder();
  const expected = await expectCore(source, folder);
  if ('refused' in expected) {
    cores.miss('kernel', expected.refused);
    return;
  }
  cores.add('kernel', yield* lab.callStep(aCopyAborts, (site) => abortCopy(expected, site)));
}

/**
 * A copy made while the process is not dumpable aborts; how that ended, or why nobody can tell. The process is dumpable
 * again at once: while it is not, its own files in /proc are root's.
 */
export async function* abortUndumpable(lab: AnyLab, cores: CoreFiles): Script<ChildEnd | Text> {
  const folder = await cores.folder();
  const title = {
    en: 'PR_SET_DUMPABLE 0, a copy that aborts, PR_SET_DUMPABLE 1, without interruption',
    zh: '一次性完成 PR_SET_DUMPABLE 0、副本中止、PR_SET_DUMPABLE 1',
  };
  const aborted = yield* lab.inOneTurn(title, (turn) => {
    const forbid = { en: 'Forbid core files', zh: '禁止产生 core 文件' };
    const forbidden = turn.onProcess(forbid, { kind: 'set-dumpable', dumpable: false });
    const copy = inFolder(folder.path, () => turn.onProcess(aCopyAborts, { kind: 'abort' }));
    turn.onProcess({ en: 'Allow them again', zh: '重新允许' }, { kind: 'set-dumpable', dumpable: true });
    return { forbidden, copy };
  });
  const notMade = whyNot(aborted.copy);
  if (notMade) return notMade;
  const pid = Number(aborted.copy.returned);
  const stopped = AbortSignal.abort();
  cores.keep({ [Symbol.asyncDispose]: async () => void (await endOf(pid, stopped)) });
  const ended = yield* lab.call({ en: 'Wait for its end', zh: '等待它结束' }, (site) => waitForCopy(pid, site));
  return whyNot(aborted.forbidden) ?? ended ?? notWaitedFor;
}

const notWaitedFor: Text = { en: 'the copy that aborts could not be waited for', zh: '无法等待用来中止的进程副本' };

/**
 * Where Yama lets only ancestors trace, it has to be told of others. prctl(2), Documentation/admin-guide/LSM/Yama.rst
 */
const ptraceScope = '/proc/sys/kernel/yama/ptrace_scope';

/** gdb's gcore(1) of the process itself, which holds the lock: as the kernel would write it, then with `-a`. */
export async function* gdbCores(lab: AnyLab, cores: CoreFiles): Script {
  const scope = readText(ptraceScope);
  const restricted = scope.errno === null && scope.text.trim() === '1';
  if (restricted) {
    const title = { en: 'Let a child of this process trace it', zh: '允许本进程的子进程跟踪它' };
    yield* lab.onProcess(title, { kind: 'set-tracer', allowed: true });
  }
  const plain = { en: 'gcore of the process that holds the lock', zh: '对持有锁的进程执行 gcore' };
  const all = {
    en: 'gcore -a, which takes B as well',
    zh: 'gcore -a：也包括 B',
  };
  const left = filtered();
  if (left) cores.miss('gcore', whyNone(left));
  else cores.add('gcore', yield* lab.callStep(plain, (site) => dumpSelf(false, cores, site)));
  // What kept the first from being made would keep the second as well; only -a does not ask for the filter.
  const failed = left ? undefined : cores.missing('gcore');
  if (failed) cores.miss('gcore-all', failed);
  else cores.add('gcore-all', yield* lab.callStep(all, (site) => dumpSelf(true, cores, site)));
  if (restricted) {
    const title = { en: 'Let no child trace it any more', zh: '不再允许子进程跟踪' };
    yield* lab.onProcess(title, { kind: 'set-tracer', allowed: false });
  }
}

async function dumpSelf(
  all: boolean,
  cores: CoreFiles,
  { clock, signal, tell }: CallSite,
): Promise<Called<CollectedCore | CoreRefused>> {
  // Before gdb holds this process, which can tell nothing then.
  tell(0, gcoreBytes(process.pid));
  const meter = new Meter(clock);
  const from = clock.nowNs();
  const folder = await cores.folder();
  const value = await gcore(process.pid, { all, folder, signal });
  meter.add({ durationNs: clock.nowNs() - from, minorFaults: 0, majorFaults: 0 });
  const refused = 'refused' in value ? value.refused : undefined;
  const shown = {
    call: 'gcore',
    arguments: { ...(all ? { option: '-a' } : {}), pid: process.pid },
    returned: refused ? 'no core file' : 'core file',
    errno: null,
    ...(refused ? { outcome: refused } : {}),
  };
  return { record: recordOf(shown, undefined, undefined, meter), value };
}
