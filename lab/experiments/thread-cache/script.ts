import { numbersIn } from '../../../protocol/quantity.ts';
import type { Text } from '../../../protocol/text.ts';
import { joined } from '../../base/join-texts.ts';
import { OwnedResources } from '../../base/owned-resources.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { recordOf } from '../../operations/call-record.ts';
import { Meter } from '../../operations/meter.ts';
import { timingCosts } from '../../operations/timing-costs.ts';
import type { Called, CallSite } from '../../session/steps.ts';
import { settingLine } from './c-lines.ts';
import type { ThreadClaim } from './claims.ts';
import { type Column, type Found, hoardOf, median } from './found.ts';
import type { Looped, Witnessed } from './messages.ts';
import { SettingProcess } from './setting-process.ts';
import { glibc, installedAllocators, oneArena, preload, type Setting, withoutTcache } from './settings.ts';
import { pattern } from './thread-work.ts';

type ThreadLab = Lab<ThreadClaim>;

export interface Chosen {
  readonly threads: number;
  readonly milliseconds: number;
  /** The library of another allocator; empty for those that are installed. */
  readonly preload: string;
}

/** Settings take turns, so that what else the machine does falls on all of them. */
export const rounds = 5;

interface Running {
  readonly setting: Setting;
  readonly process: SettingProcess;
  readonly witnessed: Witnessed | undefined;
  readonly step: number;
  why: Text | undefined;
  readonly alone: Looped[];
  readonly all: Looped[];
}

export async function* threadScript(lab: ThreadLab, chosen: Chosen): Script<Found> {
  const { threads } = chosen;
  const { emptyCallNs, clockReadNs } = yield* lab.work(
    { en: 'Measure what measuring costs', zh: '测量测量本身的开销' },
    async () => timingCosts(),
  );
  lab.measurement('emptyCallNs', emptyCallNs);
  lab.measurement('clockReadNs', clockReadNs);
  const others = chosen.preload === '' ? installedAllocators() : { found: [preload(chosen.preload)], missing: [] };
  const settings = [glibc, withoutTcache, oneArena, ...others.found];
  // They end with this script, also when it is stopped.
  using owned = new OwnedResources();
  const processes = settings.map((setting) => new SettingProcess(setting, threads));
  for (const process of processes) owned.use(process);
  const running: Running[] = [];
  for (const process of processes) {
    const { setting } = process;
    const note = process === processes.at(-1) ? notInstalled(others.missing) : undefined;
    const { value, step } = yield* lab.callStep(startTitle(setting, threads), (site) => start(process, note, site));
    running.push({ setting, process, ...value, step: step.index, alone: [], all: [] });
  }
  let keyStep = 0;
  for (let round = 1; round <= rounds; round++) {
    const { step } = yield* lab.callStep(roundTitle(round, chosen), (site) => turn(running, chosen, round, site));
    keyStep = step.index;
  }
  const columns = running.map(({ process: _, ...column }) => column);
  for (const column of columns) measure(lab, column);
  return { threads, milliseconds: chosen.milliseconds, columns, keyStep };
}

function startTitle({ name }: Setting, threads: number): Text {
  return {
    en: `Start a process of ${threads} threads: ${name.en}`,
    zh: `启动一个有 ${threads} 个线程的进程：${name.zh}`,
  };
}

function roundTitle(round: number, { threads, milliseconds }: Chosen): Text {
  const counts = threads === 1 ? 'one thread' : `one thread, and ${threads}`;
  const countsZh = threads === 1 ? '单个线程' : `单个线程与 ${threads} 个线程`;
  return {
    en: `Round ${round} of ${rounds}: each setting in turn, ${counts}, compiling and freeing for ${milliseconds} ms`,
    zh: `第 ${round} 轮（共 ${rounds} 轮）：各设置依次由${countsZh}编译并释放 ${milliseconds} ms`,
  };
}

function notInstalled(missing: readonly string[]): Text | undefined {
  if (missing.length === 0) return undefined;
  return {
    en: `not installed here, and so not measured: ${missing.join(', ')}`,
    zh: `本机未安装，因此未测量：${missing.join('、')}`,
  };
}

/** Waits until the process is ready, and tells what it is seen to be. */
async function start(
  process: SettingProcess,
  note: Text | undefined,
  { clock, signal }: CallSite,
): Promise<Called<{ readonly witnessed: Witnessed | undefined; readonly why: Text | undefined }>> {
  const meter = new Meter(clock);
  const from = clock.nowNs();
  const answer = await process.witnessed(signal);
  meter.add({ durationNs: clock.nowNs() - from, minorFaults: 0, majorFaults: 0 });
  const { variable, value } = process.setting;
  const witnessed = 'en' in answer ? undefined : answer;
  const why = 'en' in answer ? answer : whyNotThat(process, answer);
  const outcome = joined(why ?? (witnessed && whatItIs(witnessed)), note);
  const shown = {
    call: 'execve',
    arguments: value === '' ? {} : { environment: `${variable}=${value}` },
    returned: process.pid,
    errno: null,
    ...(outcome && { outcome }),
  };
  return { record: recordOf(shown, undefined, undefined, meter), value: { witnessed, why }, c: [] };
}

/** A missing library is told by the loader, and the program runs on without it. ld.so(8) */
function whyNotThat({ setting, said }: SettingProcess, { glibcServes }: Witnessed): Text | undefined {
  const preloaded = setting.variable === 'LD_PRELOAD';
  if (preloaded !== glibcServes) return undefined;
  const words = said === '' ? '' : `: ${said}`;
  return preloaded
    ? {
        en: `it does not serve, regcomp still allocates by glibc’s malloc${words}`,
        zh: `没有起作用，regcomp 仍由 glibc 的 malloc 分配${words}`,
      }
    : {
        en: 'another malloc than glibc’s serves here (LD_PRELOAD?)',
        zh: '此处分配内存的不是 glibc 的 malloc（LD_PRELOAD？）',
      };
}

function whatItIs({ hoardBytes, arenas, glibcServes }: Witnessed): Text | undefined {
  if (!glibcServes) return { en: 'glibc’s malloc is not asked', zh: '不经过 glibc 的 malloc' };
  const bytes = (language: 'en' | 'zh') => hoardBytes.map((each) => numbersIn(language).bytes(each));
  return {
    en: `arenas: ${arenas ?? 'unknown'}; the threads keep of what they freed: ${bytes('en').join(', ')}`,
    zh: `arena 数：${arenas ?? '未知'}；各线程保留的已释放内存：${bytes('zh').join('、')}`,
  };
}

/** One round: each setting with one thread, then with all. */
async function turn(
  running: readonly Running[],
  { threads, milliseconds }: Chosen,
  round: number,
  { clock, signal }: CallSite,
): Promise<Called<void>> {
  const meter = new Meter(clock);
  const from = clock.nowNs();
  const told: Text[] = [];
  const counts = threads === 1 ? [1] : [1, threads];
  for (const count of counts) {
    for (const each of running) {
      if (each.why) continue;
      const answer = await each.process.loop({ kind: 'loop', threads: count, milliseconds }, signal);
      if ('en' in answer) each.why = answer;
      else (count === 1 ? each.alone : each.all).push(answer);
      told.push(inWords(each.setting, count, answer));
    }
  }
  meter.add({ durationNs: clock.nowNs() - from, minorFaults: 0, majorFaults: 0 });
  const outcome = joined(...told);
  const shown = {
    call: 'regcomp',
    arguments: { pattern, flags: 'REG_EXTENDED|REG_NOSUB' },
    returned: 0,
    errno: null,
    ...(outcome && { outcome }),
  };
  const lines = running.flatMap(({ setting }) => counts.map((count) => settingLine(setting, count, milliseconds)));
  return {
    record: recordOf(shown, undefined, undefined, meter),
    value: undefined,
    c: round === 1 ? ['measure_if_asked();', ...lines] : lines,
  };
}

function inWords({ name }: Setting, threads: number, answer: Looped | Text): Text {
  const say = (language: 'en' | 'zh') =>
    'en' in answer ? answer[language] : numbersIn(language).quantity(answer.perSecond, 'per-second');
  return { en: `${name.en} (${threads}): ${say('en')}`, zh: `${name.zh}（${threads}）：${say('zh')}` };
}

/** Each setting's numbers, by names of its own; those that are unknown are left out. */
function measure(lab: ThreadLab, column: Column): void {
  const { id } = column.setting;
  for (const [name, loops] of [
    [`${id}One`, column.alone],
    [`${id}All`, column.all],
  ] as const) {
    const tell = (suffix: string, amount: number | null) => {
      if (amount !== null) lab.measurement(`${name}${suffix}`, amount);
    };
    tell('PerSecond', median(loops.map(({ perSecond }) => perSecond)));
    tell('BatchP50Ns', median(loops.map(({ p50Ns }) => p50Ns)));
    tell('BatchP99Ns', median(loops.map(({ p99Ns }) => p99Ns)));
    tell('Switches', median(loops.map(({ waits }) => waits)));
  }
  const hoard = hoardOf(column);
  if (hoard !== null) lab.measurement(`${id}HoardBytes`, hoard);
}
