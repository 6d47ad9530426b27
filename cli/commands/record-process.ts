import { closeSync, constants, fchownSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { deferred } from '../../lab/base/deferred.ts';
import { lookAtProcess } from '../../lab/processes/look-at-process.ts';
import { mappingsNamed } from '../../lab/processes/mapping-pages.ts';
import { applicationId } from '../../lab/recordings/schema.ts';
import { createService } from '../../lab/service/service.ts';
import type { SessionEvent } from '../../protocol/events.ts';
import { ExitStatus, statusOf } from '../../protocol/exit-status.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import type { Language } from '../../protocol/language.ts';
import { type Problem, ProblemError } from '../../protocol/problem.ts';
import type { TargetMapping } from '../../protocol/process-look.ts';
import { numbersIn } from '../../protocol/quantity.ts';
import { sampleRateBounds } from '../../protocol/rates.ts';
import { applyTarget, type TargetState } from '../../protocol/target.ts';
import type { Text } from '../../protocol/text.ts';
import { nodeHost } from '../host.ts';
import { recordTo } from '../record-to.ts';
import { withoutControls } from '../terminal.ts';

export interface RecordOptions {
  readonly file: string;
  readonly force: boolean;
  /** Until Ctrl-C, or so long. */
  readonly forMs?: number | undefined;
  /** Whose pages are recorded; the largest when none is named. */
  readonly pages?: string | undefined;
  /** Read PSS, dirty and locked pages at the beginning, whatever it costs. */
  readonly pss: boolean;
  readonly language: Language;
}

/** Mappings whose pages are recorded where none is named: those with the most resident pages. */
const mostRecorded = 8;

type Ended = { readonly signal: NodeJS.Signals } | { readonly problem: Problem } | 'time';

/** `pagescope process PID --record FILE`: a process over time, in a file that opens as any recording does. */
export async function recordProcess(pid: number, options: RecordOptions): Promise<number> {
  const { language, file } = options;
  const say = (text: Text) => void process.stderr.write(`${withoutControls(text[language])}\n`);
  const ended = deferred<Ended>();
  const interrupt = (signal: NodeJS.Signals) => ended.resolve({ signal });
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  // Before there is a file: a name that nothing has.
  if (options.pages !== undefined) mappingsNamed((await lookAtProcess(pid)).mappings ?? [], options.pages);
  const recording = await recordTo(file, options.force);
  let target: TargetState | undefined;
  const whole = deferred<TargetState>();
  const event = (told: SessionEvent) => {
    if (told.kind === 'recording' && told.problem) {
      recording.failed(told.problem);
      ended.resolve({ problem: told.problem });
    }
    if (told.kind === 'target') {
      target = applyTarget(target, told.target);
      if (!told.target.more) whole.resolve(target);
    }
    if (told.kind === 'state' && told.problem) ended.resolve({ problem: told.problem });
  };
  const service = createService(
    nodeHost('cli', () => recording.begin),
    { event, frame: (bytes) => service.acknowledge(decodeFrame(bytes)) },
  );
  const never = new AbortController().signal;
  let timer: NodeJS.Timeout | undefined;
  let how: Ended;
  try {
    const { session } = await service.attach({ pid, sampleHz: sampleRateBounds.default }, never);
    const first = await Promise.race([whole.promise, ended.promise.then(() => undefined)]);
    if (first && options.pss) await service.inSession('smaps', { session }, never);
    let opened = 0;
    for (const { start } of first ? toRecord(first, options.pages) : []) {
      try {
        await service.inSession('openMapping', { session, address: start }, never);
        opened++;
      } catch (error) {
        // One that went meanwhile is told as gone; a process that ended ends the recording.
        if (!(error instanceof ProblemError)) throw error;
        say(error.problem.text);
      }
    }
    for (const reason of first?.reasons ?? []) say(reason);
    say(begun(pid, file, first?.mappings ? opened : undefined, options.forMs));
    if (options.forMs !== undefined) timer = setTimeout(() => ended.resolve('time'), options.forMs);
    how = await ended.promise;
  } finally {
    clearTimeout(timer);
    await service.dispose();
  }
  recording.finish();
  if (recording.problem) {
    say(recording.problem.text);
    return statusOf(recording.problem.kind);
  }
  giveToCaller(file, say);
  if (target) say(done(file, target, language));
  if (how === 'time') return ExitStatus.Held;
  if ('signal' in how) return how.signal === 'SIGINT' ? ExitStatus.Held : 128 + osConstants.signals[how.signal];
  // That it ended is what was recorded, and no failure of the recording.
  say(how.problem.text);
  return how.problem.kind === 'gone' ? ExitStatus.Held : statusOf(how.problem.kind);
}

function toRecord({ mappings }: TargetState, named: string | undefined): readonly TargetMapping[] {
  const all = [...(mappings?.values() ?? [])];
  if (named !== undefined) return mappingsNamed(all, named).slice(0, mostRecorded);
  return all
    .filter(({ residentPages }) => (residentPages ?? 0) > 0)
    .sort((a, b) => (b.residentPages ?? 0) - (a.residentPages ?? 0))
    .slice(0, mostRecorded);
}

function begun(pid: number, file: string, opened: number | undefined, forMs: number | undefined): Text {
  const until = forMs === undefined ? '' : ` for ${forMs / 1000} s`;
  const recorded: Text =
    opened === undefined
      ? { en: 'its sizes and faults, no mappings', zh: '只有其大小和缺页数，没有映射' }
      : {
          en: `all mappings by their counts, ${opened} of them page by page`,
          zh: `所有映射的计数，其中 ${opened} 个逐页录制`,
        };
  return {
    en: `Recording process ${pid} into ${file}${until}: ${recorded.en}. Ctrl-C ends it.`,
    zh: `正在将进程 ${pid} 录制到 ${file}${forMs === undefined ? '' : `，为时 ${forMs / 1000} 秒`}：${recorded.zh}。按 Ctrl-C 结束。`,
  };
}

function done(file: string, { total }: TargetState, language: Language): Text {
  const { duration } = numbersIn(language);
  const cost = [total.looks, duration(total.cpuNs), duration(total.longestHeldNs)] as const;
  return {
    en: `${file} is whole: open it with pagescope open, as any recording. ${cost[0]} ${total.looks === 1 ? 'look' : 'looks'} took ${cost[1]} of CPU; mmap of the process waited ${cost[2]} at most.`,
    zh: `${file} 已完成：可用 pagescope open 像其他录制一样打开。${cost[0]} 次查看共用 ${cost[1]} CPU；该进程的 mmap 最多等待 ${cost[2]}。`,
  };
}

/**
 * Recorded by sudo, the file is the user's who called it. By a descriptor, and only of a file that is ours, has one
 * name and is a recording: in a folder of that user's it may have been exchanged meanwhile.
 */
function giveToCaller(file: string, say: (text: Text) => void): void {
  const [uid, gid] = [Number(process.env.SUDO_UID), Number(process.env.SUDO_GID)];
  if (process.geteuid?.() !== 0 || !(uid > 0) || !(gid >= 0)) return;
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { nlink, uid: owner } = fstatSync(fd);
    const id = Buffer.alloc(4);
    readSync(fd, id, 0, 4, 68);
    if (owner !== 0 || nlink !== 1 || !fstatSync(fd).isFile() || id.readUInt32BE() !== applicationId) {
      say({
        en: `${file} is no longer the file that was recorded, and stays root's.`,
        zh: `${file} 已不是所录制的文件，仍归 root 所有。`,
      });
      return;
    }
    fchownSync(fd, uid, gid);
    say({ en: `It belongs to uid ${uid}, who called sudo.`, zh: `文件归调用 sudo 的 uid ${uid} 所有。` });
  } finally {
    closeSync(fd);
  }
}
