import { maxMapCount } from '../../native/proc/vm-settings.ts';
import type { WatchedAnswer } from '../../protocol/process-look.ts';
import type { Text } from '../../protocol/text.ts';
import { type Gate, GateFiles } from './gate.ts';
import { type KeptLook, type LookOptions, lookAt } from './look-at-process.ts';
import { mostCpuShare, restAfterMs } from './paced-work.ts';
import { Target } from './target.ts';
import { type Sample, warnings } from './warnings.ts';

/** One for all of them: a number that a reader has is never another watch's, after it was let go. */
let lastSequence = 0;

/** Samples are one second apart or more, and a minute is kept. */
const sampleEveryMs = 1000;
const sampleForMs = 60_000;

/**
 * A process that is looked at again and again, ten times a second if one likes. First `stat` and `status` are asked
 * whether anything moved, which costs it nothing; only then, and so rarely that it takes at most 4 % of one CPU, its
 * pages are looked at. mprotect(2) alone moves nothing that these files tell. Dispose of it to close its files.
 */
export class WatchedProcess implements Disposable {
  readonly target: Target;
  readonly #share: number;
  readonly #gate: GateFiles;
  #sequence = 0;
  /** `moves` of the gate when it was looked at last. */
  #lookedAt = 0;
  #last: KeptLook | undefined;
  #next = 0;
  /** What asking `stat` and `status` cost until the last look: for what it cost since, the next one has to rest too. */
  #gatesNs = 0;
  #looking: Promise<void> | undefined;
  #samples: Sample[] = [];
  #total = { looks: 0, cpuNs: 0, heldNs: 0, longestHeldNs: 0 };

  /**
   * @param share of one CPU that its looks may take
   * @param startTicks of the process that is meant
   * @throws ProblemError when there is no such process, or it has no memory
   */
  constructor(pid: number, share = mostCpuShare, startTicks?: number) {
    this.target = new Target(pid, startTicks);
    this.#share = share;
    try {
      this.#gate = new GateFiles(pid);
    } catch {
      const over = this.target.over();
      this.target[Symbol.dispose]();
      throw over;
    }
  }

  /**
   * Asks `stat` and `status`, which costs it nothing.
   *
   * @throws ProblemError when it ended or executes another program
   */
  ask(): Gate {
    const gate = this.#gate.ask();
    if (!gate) throw this.target.over();
    this.#sample(gate);
    return gate;
  }

  /** Whether something moved since the last look, by what was asked. */
  isNew({ moves }: Gate): boolean {
    return moves !== this.#lookedAt;
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
    const moved = this.isNew(this.ask());
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
      behind: this.isNew(this.ask()),
      nextMs: Math.max(0, this.#next - performance.now()),
      total: this.#cost(),
      warnings: this.#warnings(),
    };
  }

  async #look(options: LookOptions): Promise<void> {
    const { moves } = this.ask();
    this.#last = await lookAt(this.target, options);
    this.#lookedAt = moves;
    this.#sequence = ++lastSequence;
    const { cpuNs, heldNs, longestHeldNs } = this.#last.cost;
    this.#total = { ...this.#total, looks: this.#total.looks + 1 };
    this.count({ cpuNs, heldNs, longestHeldNs });
    const gatesNs = this.#gate.cost.cpuNs;
    this.#next = performance.now() + restAfterMs(cpuNs + gatesNs - this.#gatesNs, this.#share);
    this.#gatesNs = gatesNs;
  }

  #cost(): WatchedAnswer['total'] {
    const { times, cpuNs } = this.#gate.cost;
    return { ...this.#total, gates: times, cpuNs: this.#total.cpuNs + cpuNs };
  }

  #sample({ status: { rssBytes, swapBytes } }: Gate): void {
    const atMs = performance.now();
    if (atMs - (this.#samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < sampleEveryMs) return;
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
    this.#gate[Symbol.dispose]();
    this.target[Symbol.dispose]();
  }
}
