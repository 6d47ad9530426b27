import { readText } from '../../native/proc/proc-file.ts';
import { procStat } from '../../native/proc/proc-stat.ts';
import { parseProcessStatus } from '../../native/proc/process-status.ts';
import { maxMapCount } from '../../native/proc/vm-settings.ts';
import type { WatchedAnswer } from '../../protocol/process-look.ts';
import type { Text } from '../../protocol/text.ts';
import { type KeptLook, type LookOptions, lookAt } from './look-at-process.ts';
import { mostCpuShare, PacedWork, restAfterMs } from './paced-work.ts';
import { Target } from './target.ts';
import { type Sample, warnings } from './warnings.ts';

/** One for all of them: a number that a reader has is never another watch's, after it was let go. */
let lastSequence = 0;

/** Samples are one second apart or more, and a minute is kept. */
const sampleEveryMs = 1000;
const sampleForMs = 60_000;

/** What `stat` and `status` said of it. */
export interface Gate {
  /** Differs when something moved. */
  readonly gate: string;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** The text of `status`. */
  readonly status: string;
}

/**
 * A process that is looked at again and again, ten times a second if one likes. First `stat` and `status` are asked
 * whether anything moved, which costs it nothing; only then, and so rarely that it takes at most 4 % of one CPU, its
 * pages are looked at. mprotect(2) alone moves nothing that these files tell. Dispose of it to close its files.
 */
export class WatchedProcess implements Disposable {
  readonly target: Target;
  readonly #share: number;
  #sequence = 0;
  #gate = '';
  #newest: Gate | undefined;
  #last: KeptLook | undefined;
  #next = 0;
  /** What asking `stat` and `status` cost since the last look: part of what the next one has to rest for. */
  #gatesNs = 0;
  #looking: Promise<void> | undefined;
  #samples: Sample[] = [];
  #total = { gates: 0, looks: 0, cpuNs: 0, heldNs: 0, longestHeldNs: 0 };

  /**
   * @param share of one CPU that its looks may take
   * @throws ProblemError when there is no such process, or it has no memory
   */
  constructor(pid: number, share = mostCpuShare) {
    this.target = new Target(pid);
    this.#share = share;
  }

  /**
   * Asks `stat` and `status`, which costs it nothing.
   *
   * @throws ProblemError when it ended or executes another program
   */
  ask(): Gate {
    this.#read();
    if (!this.#newest) throw new Error('What was asked was answered, or it is gone.');
    return this.#newest;
  }

  /** Whether something moved since the last look, by what was asked. */
  isNew({ gate }: Gate): boolean {
    return gate !== this.#gate;
  }

  /** Counts what somebody else's look at it cost. */
  count(cost: Pick<WatchedAnswer['total'], 'cpuNs' | 'heldNs' | 'longestHeldNs'>): void {
    this.#total = {
      ...this.#total,
      cpuNs: this.#total.cpuNs + cost.cpuNs,
      heldNs: this.#total.heldNs + cost.heldNs,
      longestHeldNs: Math.max(this.#total.longestHeldNs, cost.longestHeldNs),
    };
  }

  /** The last look, with its pages where they were kept. */
  get last(): KeptLook | undefined {
    return this.#last;
  }

  /**
   * The newest look, when the caller hasn't it yet; looks before, when something moved and it may.
   *
   * @param since the `sequence` of the last answer
   * @throws ProblemError when it ended or executes another program
   */
  async since(since: number, options: LookOptions = {}): Promise<WatchedAnswer> {
    const moved = this.#moved();
    const asked = options.smaps === true;
    if ((moved || asked) && (asked || performance.now() >= this.#next)) {
      this.#looking ??= this.#look(options).finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    const fresh = this.#last !== undefined && since !== this.#sequence;
    const { runs: _, locksKnown: __, ...look } = this.#last ?? { runs: undefined, locksKnown: undefined };
    return {
      sequence: this.#sequence,
      look: fresh && 'process' in look ? look : null,
      behind: this.#moved(),
      nextMs: Math.max(0, this.#next - performance.now()),
      total: this.#total,
      warnings: this.#warnings(),
    };
  }

  async #look(options: LookOptions): Promise<void> {
    const gate = this.#read();
    this.#last = await lookAt(this.target, options);
    this.#gate = gate;
    this.#sequence = ++lastSequence;
    const { cpuNs, heldNs, longestHeldNs } = this.#last.cost;
    this.#total = { ...this.#total, looks: this.#total.looks + 1 };
    this.count({ cpuNs, heldNs, longestHeldNs });
    this.#next = performance.now() + restAfterMs(cpuNs + this.#gatesNs, this.#share);
    this.#gatesNs = 0;
  }

  #moved(): boolean {
    return this.#read() !== this.#gate;
  }

  /** All that moves when pages come, go, are locked or mapped: faults of stat, and the lines of memory of status. */
  #read(): string {
    const work = new PacedWork();
    const { pid } = this.target;
    const stat = procStat(pid);
    const status = readText(`/proc/${pid}/status`);
    if (stat.errno !== null || status.errno !== null) {
      this.target.check();
      return '';
    }
    if (stat.startTicks !== this.target.startTicks || stat.state === 'Z') this.target.check();
    this.#sample(status.text);
    const { text } = status;
    const [from, to] = [text.indexOf('\nVmPeak:'), text.indexOf('\nThreads:')];
    const { cpuNs } = work.cost;
    this.#gatesNs += cpuNs;
    this.#total = { ...this.#total, gates: this.#total.gates + 1, cpuNs: this.#total.cpuNs + cpuNs };
    const gate = `${stat.minorFaults} ${stat.majorFaults}${text.slice(from, to)}`;
    const { minorFaults, majorFaults } = stat;
    this.#newest = { gate, minorFaults, majorFaults, status: text };
    return gate;
  }

  #sample(status: string): void {
    const atMs = performance.now();
    if (atMs - (this.#samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < sampleEveryMs) return;
    const { rssBytes, swapBytes } = parseProcessStatus(status);
    if (rssBytes === null || swapBytes === null) return;
    this.#samples = this.#samples.filter((sample) => atMs - sample.atMs <= sampleForMs);
    this.#samples.push({ atMs, rssBytes, swapBytes });
  }

  #warnings(): Text[] {
    const most = maxMapCount();
    const row = this.#last?.process;
    return row ? warnings(row, this.#samples, most.errno === null ? most.returned : null) : [];
  }

  [Symbol.dispose](): void {
    this.target[Symbol.dispose]();
  }
}
