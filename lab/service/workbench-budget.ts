import type { Placement } from '../../protocol/experiment.ts';
import type { RegionRequest } from '../../protocol/mapping.ts';
import { ProblemError, problem } from '../../protocol/problem.ts';
import type { Reader, Received, Response, SessionMethod } from '../../protocol/service.ts';
import type { ProcessTool, RecordedActions } from '../../protocol/workbench.ts';
import { formatBytes } from '../base/format.ts';
import { Slices } from '../base/slices.ts';
import { maxInlineBytes, wholeProcessBytes } from '../limits/memory-sizes.ts';
import { bytesOfRequest } from '../workbench/requested-mapping.ts';
import type { Budget } from './budget.ts';

interface Taken {
  readonly bytes: number;
  readonly memory: Disposable;
}

/**
 * The memory that one workbench's regions take of their host's budget: kept by the host, wherever the workbench runs,
 * and given back when a region is released. Throws `over-budget` with the numbers, and `bad-input` when an inline
 * workbench would become too large.
 */
export class WorkbenchRoom implements Disposable {
  readonly #budget: Budget;
  readonly #placement: Placement;
  readonly #taken = new Map<number, Taken>();
  /** Regions that were released before the answer that names them had come. Their numbers are not given again. */
  readonly #gone = new Set<number>();
  #more: Taken | undefined;

  constructor(budget: Budget, placement: Placement) {
    this.#budget = budget;
    this.#placement = placement;
  }

  /** A reader that is told the same, while the room sees which regions are released. */
  watching(reader: Reader): Reader {
    return {
      event: (event) => {
        if (event.kind === 'released') this.#give(event.region);
        reader.event(event);
      },
      frame: (bytes) => reader.frame(bytes),
    };
  }

  /** Takes the memory that a request of the workbench needs, and has it answered. */
  around<M extends SessionMethod>(
    method: M,
    request: Received<M>,
    answer: () => Promise<Response<M>>,
  ): Promise<Response<M>> {
    if (method === 'addRegion') return this.#adding((request as Received<'addRegion'>).region, answer);
    if (method === 'actOnProcess') return this.#lockingAll((request as Received<'actOnProcess'>).tool, answer);
    return answer();
  }

  /** Takes room for a region, does what adds it, and gives the room back where there is no region then. */
  async #adding<T>(request: RegionRequest, add: () => Promise<T>): Promise<T> {
    const taken = this.#take(bytesOfRequest(request));
    try {
      const added = await add();
      const { region } = added as Response<'addRegion'>;
      if (region === undefined || this.#gone.has(region)) taken.memory[Symbol.dispose]();
      else this.#taken.set(region, taken);
      return added;
    } catch (error) {
      taken.memory[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Takes room for all regions that these actions add. For those that they remove again it takes what they need beside
   * the others at the most, until the workbench is closed.
   */
  async addAll(actions: RecordedActions): Promise<void> {
    const live = new Map<number, number>();
    let added = 0;
    let bytes = 0;
    let most = 0;
    const slices = new Slices();
    for (const { action } of actions) {
      if (slices.over) await slices.next();
      if (action.kind === 'add') live.set(++added, bytesIfThere(action.region));
      bytes += action.kind === 'add' ? (live.get(added) ?? 0) : 0;
      if (action.kind !== 'remove') most = Math.max(most, bytes);
      else {
        bytes -= live.get(action.region) ?? 0;
        live.delete(action.region);
      }
    }
    this.#more = this.#take(most - bytes);
    for (const [region, size] of live) this.#taken.set(region, this.#take(size));
  }

  /** mlockall with MCL_CURRENT brings the whole process in, for as long as it lasts. */
  async #lockingAll<T>(tool: ProcessTool, act: () => Promise<T>): Promise<T> {
    const bringsIn =
      tool.kind === 'mlockall' && tool.flags.includes('MCL_CURRENT') && !tool.flags.includes('MCL_ONFAULT');
    using _memory = this.#budget.take(bringsIn ? wholeProcessBytes : 0, { en: 'mlockall', zh: 'mlockall' });
    return await act();
  }

  [Symbol.dispose](): void {
    for (const region of [...this.#taken.keys()]) this.#give(region);
    this.#more?.memory[Symbol.dispose]();
    this.#more = undefined;
  }

  get #bytes(): number {
    return [...this.#taken.values()].reduce((sum, { bytes }) => sum + bytes, this.#more?.bytes ?? 0);
  }

  #take(bytes: number): Taken {
    const all = this.#bytes + bytes;
    if (this.#placement === 'inline' && all > maxInlineBytes) throw tooLargeInline(all);
    return { bytes, memory: this.#budget.take(bytes, { en: 'The region', zh: '该区域' }) };
  }

  #give(region: number): void {
    this.#gone.add(region);
    this.#taken.get(region)?.memory[Symbol.dispose]();
    this.#taken.delete(region);
  }
}

/** 0 for a file that cannot be mapped any more: that action is refused when its turn comes. */
function bytesIfThere(request: RegionRequest): number {
  try {
    return bytesOfRequest(request);
  } catch (error) {
    if (error instanceof ProblemError) return 0;
    throw error;
  }
}

function tooLargeInline(bytes: number) {
  const [all, most] = [formatBytes(bytes), formatBytes(maxInlineBytes)];
  return problem(
    'bad-input',
    `With this region the workbench would have ${all}, and in Pagescope's own process it may have ${most}, so that nothing else has to wait for it; choose less, or open the workbench in its own process.`,
    `加上此区域后工作台共有 ${all}，而在 Pagescope 自身的进程中最多 ${most}，以免其他操作等待；请减小规模，或让工作台在独立进程中打开。`,
  );
}
