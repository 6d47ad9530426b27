import { threadCpuNs } from '../../native/calls/thread-cpu.ts';
import type { SessionEvent, Step } from '../../protocol/events.ts';
import type { Placement } from '../../protocol/experiment.ts';
import { FrameStream } from '../../protocol/frame-stream.ts';
import { type Problem, ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import type { Reader, Received, Response, SessionMethod } from '../../protocol/service.ts';
import { mostOpenMappings } from '../../protocol/target.ts';
import type { Text } from '../../protocol/text.ts';
import { Clock } from '../base/clock.ts';
import { deferred } from '../base/deferred.ts';
import { formatAddress } from '../base/format.ts';
import { environment } from '../limits/environment.ts';
import type { Gate } from '../processes/gate.ts';
import { mostCpuShare, PacedWork, restAfterMs } from '../processes/paced-work.ts';
import { readMappings, type Vma } from '../processes/read-mappings.ts';
import { WatchedProcess } from '../processes/watched-process.ts';
import { labelOf } from '../session/region-set.ts';
import { type Answers, answerBy, type SessionHandle } from '../session/session-handle.ts';
import { Transcript } from '../session/transcript.ts';
import { attachExperiment } from './attach-report.ts';
import { CpuBudget } from './cpu-budget.ts';
import { OpenedMapping, vmaAt } from './opened-mapping.ts';
import { ToldTarget } from './told-target.ts';

const what: Text = { en: 'This session looks at another process', zh: '此会话查看的是另一个进程' };

/** The list of mappings and what is shown of them have a half each of what looking may take. */
const share = mostCpuShare / 2;
/** All of the process that looks, with what it tells; V8's own threads and whoever reads come on top. */
const wholeShare = 0.025;
const mostSavedNs = 20e6;
/** A sample is told at least so often, also where nothing moves. */
const stillMs = 1000;
/** Most of one CPU that asking takes where nothing moved so long: where a wake costs more, it is asked less often. */
const stillShare = 0.002;
/** While nothing of the session is shown, only whether it is still there is asked, and so often. */
const unshownMs = 2000;
/** A mapping that grows on and on comes as a new region no more often than this. */
const growEveryMs = 5000;

export interface AttachOptions {
  readonly session: number;
  readonly pid: number;
  readonly startTicks?: number | undefined;
  readonly sampleHz: number;
  readonly version: string;
  readonly placement: Placement;
}

/** A session event before the session's number is put on it. */
type Telling = SessionEvent extends infer E ? (E extends SessionEvent ? Omit<E, 'session'> : never) : never;

/**
 * Another process's memory as a session, from outside. `stat` and `status` are asked whether anything moved; only then,
 * and so rarely that all of it takes at most 4 % of one CPU, its pages are looked at: first those of the mappings that
 * are shown, then all, for the list. It is over when the target ends or executes another program.
 */
export class AttachedSession implements SessionHandle {
  readonly pid: number;
  readonly #session: number;
  readonly #reader: Reader;
  readonly #clock = new Clock();
  readonly #transcript: Transcript;
  readonly #watched: WatchedProcess;
  readonly #told = new ToldTarget();
  readonly #open = new Map<number, OpenedMapping>();
  readonly #intervalMs: number;
  readonly #ending = new AbortController();
  readonly #answers: Answers = {
    report: async ({ language }) => this.#transcript.report(environment(), language),
    openMapping: async ({ address }) => ({ region: await this.#inTurn(() => this.#openAt(Number(address))) }),
    closeMapping: async ({ region }) => this.#inTurn(() => this.#close(region)),
    smaps: async () => this.#inTurn(() => this.#readSmaps()),
    shown: async ({ shown }) => {
      this.#isShown = shown;
      if (shown) this.#wake();
    },
  };
  #busy: Promise<unknown> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  #steps = 0;
  #regions = 0;
  #sequence = 0;
  /** What the gate said when the shown mappings were looked at, and when they may be again. */
  #shownAt = 0;
  #nextShown = 0;
  #nextGrowth = 0;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #sampled = 0;
  /** What the gate said when a sample last told that the shown mappings are as they were seen. */
  #seen = 0;
  #movedAt = 0;
  /** The list has its turn before what is shown is looked at again, from this time on. */
  #listWaits = false;
  #listAt = 0;
  /** Undefined where others work in this thread too. */
  readonly #budget: CpuBudget | undefined;
  /** CPU time of this thread at the last rest. */
  #restedAtNs = 0;
  #isShown = true;
  /** Ends the rest between two asks early. */
  #wake: () => void = () => {};
  /** Why it is over. */
  #over: Problem | undefined;

  /** Throws where there is no such process, or it has no memory, or the pid is another's by now. */
  constructor({ session, pid, startTicks, sampleHz, version, placement }: AttachOptions, reader: Reader) {
    this.pid = pid;
    this.#session = session;
    this.#reader = reader;
    this.#intervalMs = 1000 / sampleHz;
    this.#budget = placement === 'isolated' ? new CpuBudget(wholeShare, mostSavedNs) : undefined;
    this.#watched = new WatchedProcess(pid, share, startTicks);
    try {
      const { name } = this.#watched.target.row(null);
      this.#transcript = new Transcript({ version, experiment: attachExperiment(pid, name), placement, pid });
    } catch (error) {
      this.#watched[Symbol.dispose]();
      throw error;
    }
  }

  begin(): void {
    this.#tell({ kind: 'state', state: 'open' });
    const path = `/proc/${this.pid}/maps`;
    const title: Text = { en: `Attach to process ${this.pid}`, zh: `附加到进程 ${this.pid}` };
    const { maps } = this.#watched.target;
    const refused = 'refused' in maps;
    this.#step(title, 'openat', { path, flags: 'O_RDONLY' }, this.#clock.nowNs(), {
      ...(refused ? { returned: -1, errno: 'EACCES', meaning: maps.refused } : {}),
    });
    this.#running = this.#run();
  }

  answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>> {
    return answerBy(this.#answers, what, method, request);
  }

  acknowledge(region: number, sequence: number): void {
    this.#open.get(region)?.stream.acknowledge(sequence);
  }

  async dispose(): Promise<void> {
    this.#ending.abort();
    this.#wake();
    await this.#running;
    await this.#busy;
    for (const region of [...this.#open.keys()]) this.#release(region);
    this.#watched[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted && !this.#over) {
      const beganMs = performance.now();
      await this.#inTurn(() => this.#tick()).catch((error: unknown) => this.#end(error));
      if (!signal.aborted && !this.#over) await this.#rest(beganMs);
    }
  }

  /** Until the next ask, which a request may bring forward. */
  #rest(beganMs: number): Promise<void> {
    const nowNs = threadCpuNs();
    const restMs = Math.min(stillMs, restAfterMs(nowNs - this.#restedAtNs, stillShare));
    this.#restedAtNs = nowNs;
    const leastMs = beganMs - this.#movedAt > stillMs ? Math.max(this.#intervalMs, restMs) : this.#intervalMs;
    const intervalMs = this.#isShown ? leastMs : unshownMs;
    const { promise, resolve } = deferred<void>();
    const timer = setTimeout(resolve, Math.max(1, intervalMs - (performance.now() - beganMs)));
    this.#wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  /** Final: what was seen stays. */
  #end(error: unknown): void {
    if (this.#over || this.#ending.signal.aborted) return;
    const { kind, text } = toProblem(error);
    const at = new Date().toISOString();
    this.#over = { kind, text: { en: `${text.en} It was noticed at ${at}.`, zh: `${text.zh}发现于 ${at}。` } };
    this.#tell({ kind: 'state', state: 'failed', problem: this.#over });
  }

  async #tick(): Promise<void> {
    if (this.#over) return;
    const gate = this.#watched.ask();
    const mayLook = (): boolean => this.#isShown && (this.#budget?.isLeft ?? true);
    const now = performance.now();
    const listFirst = this.#listWaits && now >= this.#listAt && this.#watched.isNew(gate);
    const due = this.#open.size > 0 && gate.moves !== this.#shownAt && now >= this.#nextShown;
    if (due && !listFirst && mayLook()) {
      await this.#lookAtShown(gate);
      this.#listWaits = true;
    }
    this.#sample(gate);
    // Asking again whether something moved costs as much as asking.
    if (mayLook() && this.#watched.isNew(gate)) await this.#list();
  }

  /** The list of mappings, where something moved and its cost allows. */
  async #list(smaps = false): Promise<void> {
    const answer = await this.#watched.since(this.#sequence, { smaps });
    this.#sequence = answer.sequence;
    this.#listAt = performance.now() + answer.nextMs;
    if (answer.look) this.#listWaits = false;
    const { last } = this.#watched;
    if (!answer.look || !last) return;
    const tell = (target: Extract<Telling, { kind: 'target' }>['target']) => this.#tell({ kind: 'target', target });
    await this.#told.tell(last, answer, this.#clock.nowNs(), tell);
  }

  async #lookAtShown(gate: Gate): Promise<void> {
    const work = new PacedWork();
    const vmas = await this.#vmas(work);
    const held = { heldNs: 0, longestHeldNs: 0 };
    for (const [id, mapping] of this.#open) {
      const standing = mapping.standing(vmas);
      if (standing === 'gone') {
        this.#tellGone(id, mapping);
        continue;
      }
      if (standing === 'grew' && performance.now() >= this.#nextGrowth) {
        this.#nextGrowth = performance.now() + growEveryMs;
        this.#release(id);
        await this.#show(mapping.addressIn(vmas), vmas, work, mapping);
        continue;
      }
      const { heldNs, longestHeldNs } = await this.#frame(mapping, vmas, work, -1);
      held.heldNs += heldNs;
      held.longestHeldNs = Math.max(held.longestHeldNs, longestHeldNs);
    }
    this.#shownAt = gate.moves;
    const { cpuNs } = work.cost;
    this.#watched.count({ cpuNs, ...held });
    this.#nextShown = performance.now() + restAfterMs(cpuNs, share);
  }

  /** Looks at a mapping and shows it. Throws when it is not what it was meanwhile. */
  async #frame(mapping: OpenedMapping, vmas: readonly Vma[], work: PacedWork, step: number) {
    const { pagemap } = this.#watched.target;
    if ('refused' in pagemap) throw refused(this.pid, pagemap.refused);
    const none = (this.#watched.last?.process.vmLckBytes ?? null) === 0;
    const lockOf = ({ start, end }: Vma) => {
      const told = this.#told.mapping(start);
      return told && Number(told.end) === end ? told.locked : none ? 'no' : null;
    };
    const seen = await mapping.look(pagemap.fd, vmas, lockOf, work);
    // After an exec or an exit the page table is empty without an error.
    this.#watched.target.check();
    const { flags, unknown } = seen;
    const takenNs = this.#clock.nowNs();
    mapping.stream.offer({ flags, unknown, takenNs, step });
    if (step >= 0) this.#transcript.addSnapshot(step, mapping.info.id, { flags, unknown, takenNs });
    return seen;
  }

  async #vmas(work: PacedWork): Promise<Vma[]> {
    const { maps } = this.#watched.target;
    if ('refused' in maps) throw refused(this.pid, maps.refused);
    return readMappings(maps.fd, work);
  }

  async #openAt(address: number): Promise<number> {
    if (this.#over) throw new ProblemError(this.#over);
    for (const [id, mapping] of this.#open) if (mapping.covers(address)) return id;
    if (this.#open.size >= mostOpenMappings) throw tooMany();
    const work = new PacedWork(true);
    const vmas = await this.#vmas(work);
    const region = await this.#show(address, vmas, work);
    const { cpuNs } = work.cost;
    this.#watched.count({ cpuNs, heldNs: 0, longestHeldNs: 0 });
    this.#nextShown = Math.max(this.#nextShown, performance.now() + restAfterMs(cpuNs, share));
    return region;
  }

  /** @param before what it was before it grew */
  async #show(address: number, vmas: readonly Vma[], work: PacedWork, before?: OpenedMapping): Promise<number> {
    const vma = vmaAt(vmas, address);
    if (!vma) throw notMapped(this.pid, address);
    const id = ++this.#regions;
    const stream = new FrameStream(this.#session, id, (frame) => this.#reader.frame(frame));
    const mapping = new OpenedMapping(vma, address, { id, label: labelOf(id), pid: this.pid }, stream);
    const { info } = mapping;
    const startedNs = this.#clock.nowNs();
    this.#tell({ kind: 'region', region: info });
    this.#open.set(id, mapping);
    const { called } = mapping;
    const { pages } = info;
    const title: Text = before
      ? {
          en: `${called.en} grew from ${before.info.pages} to ${pages} pages: region ${before.info.label} is now ${info.label}`,
          zh: `${called.zh} 从 ${before.info.pages} 页变为 ${pages} 页：区域 ${before.info.label} 现为 ${info.label}`,
        }
      : { en: `Look at ${called.en}`, zh: `查看 ${called.zh}` };
    const index = this.#steps;
    const range = { start: info.address, end: formatAddress(BigInt(mapping.end)) };
    await this.#frame(mapping, vmas, work, index);
    const part = (vma.end - vma.start) / (mapping.end - mapping.start);
    const outcome: Text | undefined =
      part > 1
        ? {
            en: `It is so large that a part of it is shown: ${pages} pages from ${info.address}.`,
            zh: `它太大，只显示其中一部分：从 ${info.address} 起 ${pages} 页。`,
          }
        : undefined;
    this.#step(title, 'ioctl', { request: 'PAGEMAP_SCAN', ...range }, startedNs, {
      region: id,
      ...(outcome && { outcome }),
    });
    return id;
  }

  #close(region: number): void {
    if (!this.#open.has(region)) {
      throw problem('gone', `This session has no region ${region}.`, `本会话中没有区域 ${region}。`);
    }
    this.#release(region);
  }

  #tellGone(region: number, { info, called }: OpenedMapping): void {
    const title: Text = {
      en: `Region ${info.label} (${called.en}) is no longer mapped in process ${this.pid}`,
      zh: `区域 ${info.label}（${called.zh}）在进程 ${this.pid} 中已不再映射`,
    };
    this.#step(title, 'read', { path: `/proc/${this.pid}/maps` }, this.#clock.nowNs());
    this.#release(region);
  }

  #release(region: number): void {
    const mapping = this.#open.get(region);
    mapping?.stream.flush();
    this.#open.delete(region);
    this.#tell({ kind: 'released', region });
  }

  async #readSmaps(): Promise<void> {
    if (this.#over) throw new ProblemError(this.#over);
    const startedNs = this.#clock.nowNs();
    await this.#list(true);
    const [reason] = this.#watched.last?.locksKnown === false ? (this.#watched.last.reasons ?? []) : [];
    const title: Text = { en: 'Read PSS, dirty and locked pages', zh: '读取 PSS、脏页和锁定的页' };
    this.#step(title, 'read', { path: `/proc/${this.pid}/smaps` }, startedNs, { ...(reason && { outcome: reason }) });
    // What is shown has its locks anew.
    this.#shownAt = 0;
    this.#nextShown = 0;
  }

  #sample({ moves, minorFaults, majorFaults, status }: Gate): void {
    const now = performance.now();
    if (moves === this.#sampled && now - this.#sampledAt < stillMs) return;
    const { vmLckBytes, rssBytes, swapBytes } = status;
    const lockLimitBytes = this.#watched.last?.process.lockLimitBytes ?? null;
    if (vmLckBytes === null || rssBytes === null) return;
    if (moves !== this.#sampled) this.#movedAt = now;
    this.#sampled = moves;
    this.#sampledAt = now;
    const sample = {
      tNs: this.#clock.nowNs(),
      vmLck: vmLckBytes,
      vmRss: rssBytes,
      minorFaults,
      majorFaults,
      ...(swapBytes === null ? {} : { vmSwap: swapBytes }),
      ...(lockLimitBytes === null ? {} : { memlockSoft: lockLimitBytes }),
    };
    // Where nothing moved since, they are as they were seen.
    const looked = moves === this.#shownAt ? [...this.#open.keys()] : [];
    const still = looked.length > 0 && moves === this.#seen;
    if (looked.length > 0) this.#seen = moves;
    this.#tell({ kind: 'sample', sample, looked, ...(still && { still }) });
  }

  #step(
    title: Text,
    call: string,
    args: Step['arguments'],
    startedNs: number,
    about: Partial<Pick<Step, 'region' | 'returned' | 'errno' | 'meaning' | 'outcome'>> = {},
  ): void {
    const durationNs = this.#clock.nowNs() - startedNs;
    const index = this.#steps++;
    const step = { index, title, call, arguments: args, returned: 0, errno: null, durationNs, startedNs, ...about };
    this.#tell({ kind: 'step', step });
  }

  #tell(telling: Telling): void {
    // Putting back what the distributed Omit took out makes the event whole.
    const event = { ...telling, session: this.#session } as SessionEvent;
    this.#transcript.add(event);
    this.#reader.event(event);
  }

  /** One at a time: no look begins in the middle of another. */
  #inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    const turn = this.#busy.then(act);
    this.#busy = turn.catch(() => {});
    return turn;
  }
}

function refused(pid: number, why: Text): ProblemError {
  return problem(
    'cannot-run-here',
    `The mappings of process ${pid} can't be looked at: ${why.en}`,
    `无法查看进程 ${pid} 的映射：${why.zh}`,
  );
}

function notMapped(pid: number, address: number): ProblemError {
  const shown = formatAddress(BigInt(address));
  return problem(
    'gone',
    `Process ${pid} has nothing mapped at ${shown} now.`,
    `进程 ${pid} 现在在 ${shown} 没有映射。`,
  );
}

function tooMany(): ProblemError {
  return problem(
    'bad-input',
    `${mostOpenMappings} mappings are shown already; close one first.`,
    `已显示 ${mostOpenMappings} 个映射；请先关闭一个。`,
  );
}
