import { cgroupMemory } from '../../native/proc/cgroup.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { formatBytes } from '../base/format.ts';

/** The setting that replaces the default budget, in MiB. */
const budgetSetting = 'PAGESCOPE_BUDGET_MIB';

/** A quarter of what can be used without swapping: enough to show anything, too little to hurt the machine. */
const shareOfAvailable = 1 / 4;

/**
 * How much memory all sessions of one host may commit together. Taken before a region is mapped and given back when the
 * session ends, so that two windows cannot spend the same memory.
 */
export class Budget {
  readonly #fixedBytes: number | undefined;
  #takenBytes = 0;

  /** @param fixedBytes instead of a quarter of MemAvailable, or of what the control group leaves where that is less */
  constructor(fixedBytes?: number) {
    this.#fixedBytes = fixedBytes;
  }

  /**
   * The budget that the environment asks for, or the default. Throws `bad-input` when the setting is not a number of
   * MiB.
   */
  static fromEnvironment(environment: NodeJS.ProcessEnv = process.env): Budget {
    const setting = environment[budgetSetting];
    if (setting === undefined || setting === '') return new Budget();
    const mebibytes = Number(setting);
    if (!Number.isSafeInteger(mebibytes) || mebibytes < 1) {
      throw problem(
        'bad-input',
        `${budgetSetting} is "${setting}", which is not a whole number of MiB; set it to 1 or more, or unset it.`,
        `${budgetSetting} 的值是 “${setting}”，不是以 MiB 为单位的正整数；请改为 1 或更大的整数，或取消该设置。`,
      );
    }
    return new Budget(mebibytes * 1024 * 1024);
  }

  /** Bytes that may be committed in all, now. */
  get totalBytes(): number {
    if (this.#fixedBytes !== undefined) return this.#fixedBytes;
    const memory = meminfo();
    if (memory.errno === null) {
      const available = Math.min(memory.memAvailableBytes, leftByCgroup());
      return Math.max(1, Math.floor(available * shareOfAvailable));
    }
    throw problem(
      'cannot-run-here',
      `/proc/meminfo cannot be read (${memory.errno}), so there is no default memory budget; set ${budgetSetting} (in MiB).`,
      `无法读取 /proc/meminfo（${memory.errno}），因此没有默认的内存预算；请设置 ${budgetSetting}（单位 MiB）。`,
    );
  }

  /** Sets `bytes` aside for `what`, or throws `over-budget` with the numbers. Dispose to give them back. */
  take(bytes: number, what: Text): Disposable {
    const total = this.totalBytes;
    if (bytes > total - this.#takenBytes) {
      const [need, limit] = [formatBytes(bytes), formatBytes(total)];
      const taken = this.#takenBytes > 0 ? formatBytes(this.#takenBytes) : undefined;
      throw problem(
        'over-budget',
        `${what.en} would commit ${need}, and the memory budget is ${limit}${taken ? `, of which ${taken} is in use` : ''}; choose less, or raise it with ${budgetSetting} (in MiB).`,
        `${what.zh} 需要提交 ${need} 内存，而内存预算为 ${limit}${taken ? `（已用 ${taken}）` : ''}；请减小规模，或用 ${budgetSetting}（单位 MiB）提高预算。`,
      );
    }
    this.#takenBytes += bytes;
    let given = false;
    return {
      [Symbol.dispose]: () => {
        if (!given) this.#takenBytes -= bytes;
        given = true;
      },
    };
  }
}

/**
 * Bytes that the control group leaves; beyond them the OOM killer ends a process of it. Endless where there is no limit
 * or it is not told.
 */
function leftByCgroup(): number {
  const found = cgroupMemory();
  return (found.errno === null ? found.memory?.availableBytes : null) ?? Number.POSITIVE_INFINITY;
}
