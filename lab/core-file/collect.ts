import { hasEnded } from '../../native/proc/proc-stat.ts';
import type { Text } from '../../protocol/text.ts';
import { apportCores, fromApport } from './apport.ts';
import { type CollectedCore, type CoreRefused, collected, type ExpectedCore } from './collected-core.ts';
import type { CoreFolder } from './core-folder.ts';
import { CoreName } from './core-pattern.ts';
import { kernelCoreBytes, noRoom } from './disk-space.ts';
import { ownNameFacts } from './name-facts.ts';
import { deleteCore, isCoreOf } from './own-core.ts';
import { looking } from './poll.ts';
import { fromSystemd } from './systemd-coredump.ts';

/**
 * Call it before the process aborts, in a process that is like it: same user, program, limits, and name, as a fork is.
 * The one that aborts must have `folder.path` as its working directory (a relative core_pattern starts there) and
 * RLIMIT_CORE raised to its hard limit.
 */
export async function expectCore(
  source: ExpectedCore['source'],
  folder: CoreFolder,
): Promise<ExpectedCore | CoreRefused> {
  const bytes = kernelCoreBytes();
  const full = await noRoom(folder.parent, bytes);
  if (full) return { why: 'no-room', refused: full };
  if (source.kind === 'file') {
    const name = CoreName.of(source.pattern, ownNameFacts());
    const fullElsewhere = name.isAbsolute ? await noRoom(name.folder, bytes) : undefined;
    if (fullElsewhere) return { why: 'no-room', refused: fullElsewhere };
    const [older] = name.isOne ? name.matches(folder.path) : [];
    if (older !== undefined) return { why: 'would-overwrite', refused: wouldOverwrite(older) };
  }
  return { source, folder, sinceMs: Date.now() };
}

/**
 * Call it as soon as the pid is known: should this process be killed, a sweep finds by it a core file that is not in
 * the folder.
 */
export function noteCore(pid: number, { source, folder, sinceMs }: ExpectedCore): void {
  if (source.kind !== 'file') return;
  const name = CoreName.of(source.pattern, ownNameFacts(pid));
  if (name.isAbsolute) folder.noteElsewhere(name, pid, sinceMs);
}

/**
 * Waits until process `pid` has ended (it may stay a zombie) and its core file is written, and finds it. At most
 * `patienceMs` (60 s). When `signal` aborts, what was written is deleted, and the signal's reason thrown.
 */
export async function collectCore(
  pid: number,
  expected: ExpectedCore,
  signal: AbortSignal,
  patienceMs = 60_000,
): Promise<CollectedCore | CoreRefused> {
  const patience = AbortSignal.timeout(patienceMs);
  const either = AbortSignal.any([signal, patience]);
  try {
    const found = await route(pid, expected, either);
    if ('refused' in found) await discard(pid, expected);
    return found;
  } catch (error) {
    await discard(pid, expected);
    if (signal.aborted || !patience.aborted) throw error;
    return { why: 'not-found', refused: outOfPatience(pid, patienceMs) };
  }
}

async function route(pid: number, expected: ExpectedCore, signal: AbortSignal): Promise<CollectedCore | CoreRefused> {
  const { source } = expected;
  await looking(signal, () => hasEnded(pid) || undefined);
  switch (source.kind) {
    case 'file':
      return await fromFile(pid, expected, source.pattern);
    case 'systemd-coredump':
      return await fromSystemd(pid, expected, signal);
    case 'apport':
      return await fromApport(pid, expected, source.folder, signal);
  }
}

/** The kernel has closed the file before the process becomes a zombie. */
async function fromFile(pid: number, expected: ExpectedCore, pattern: string): Promise<CollectedCore | CoreRefused> {
  const candidates = CoreName.of(pattern, ownNameFacts(pid)).matches(expected.folder.path);
  for (const path of candidates) {
    if (await isCoreOf(path, pid, expected.sinceMs)) return collected(path, 'file', expected.folder);
  }
  const [other] = candidates;
  if (other === undefined) return { why: 'not-written', refused: notWritten(pid) };
  return { why: 'not-ours', refused: notOurs(other, pid) };
}

/** Deletes what there is of a core file that nobody is going to search. One that is not ours stays. */
async function discard(pid: number, { source, folder, sinceMs }: ExpectedCore): Promise<void> {
  for (const path of await written(pid, source, folder)) {
    if (await isCoreOf(path, pid, sinceMs)) await deleteCore(path);
  }
  await folder[Symbol.asyncDispose]();
}

/** What is there under a name of the core file. That of systemd belongs to root. */
async function written(pid: number, source: ExpectedCore['source'], folder: CoreFolder): Promise<string[]> {
  switch (source.kind) {
    case 'file':
      return CoreName.of(source.pattern, ownNameFacts(pid)).matches(folder.path);
    case 'apport':
      return await apportCores(pid, source.folder);
    case 'systemd-coredump':
      return [];
  }
}

function wouldOverwrite(path: string): Text {
  return {
    en: `The kernel would overwrite ${path}, which is there already, since kernel.core_pattern has no %p; move it away, let another run end, or run: sudo sysctl -w kernel.core_pattern=core`,
    zh: `由于 kernel.core_pattern 中没有 %p，内核会覆盖已有的 ${path}；请移走该文件，等另一次运行结束，或运行：sudo sysctl -w kernel.core_pattern=core`,
  };
}

function notWritten(pid: number): Text {
  return {
    en: `The kernel wrote no core file of process ${pid}: it was not dumpable, its RLIMIT_CORE was 0, or no file could be made there; see core(5).`,
    zh: `内核没有为进程 ${pid} 写 core 文件：它不可转储、其 RLIMIT_CORE 为 0，或无法在该处创建文件；参见 core(5)。`,
  };
}

function notOurs(path: string, pid: number): Text {
  return {
    en: `${path} is there, but it is not the core file of process ${pid}, so it was neither searched nor deleted; run the experiment again.`,
    zh: `${path} 存在，但不是进程 ${pid} 的 core 文件，因此既未搜索也未删除；请重新运行实验。`,
  };
}

function outOfPatience(pid: number, patienceMs: number): Text {
  const seconds = Math.round(patienceMs / 1000);
  return {
    en: `No core file of process ${pid} came within ${seconds} s, so it was given up; see with \`cat /proc/sys/kernel/core_pattern\` who gets it.`,
    zh: `${seconds} 秒内没有等到进程 ${pid} 的 core 文件，已放弃；请用 \`cat /proc/sys/kernel/core_pattern\` 查看它交给了谁。`,
  };
}
