import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'vitest';

const control = '/sys/class/zram-control';

/** Swap in compressed memory while a test runs. Dispose of it to undo all of it. */
export class ZramSwap implements Disposable {
  readonly device: string;
  readonly #number: string;

  private constructor(number: string) {
    this.#number = number;
    this.device = `/dev/zram${number}`;
  }

  /** Skips the test, with the reason, where this user or this kernel cannot have it. */
  static on(context: TestContext, bytes: number): ZramSwap {
    if (process.geteuid?.() !== 0) context.skip('only root may turn swap on');
    if (!existsSync(`${control}/hot_add`)) context.skip(`this kernel has no ${control} to make a swap device with`);
    // Reading it makes a device and gives its number.
    const swap = new ZramSwap(readFileSync(`${control}/hot_add`, 'utf8').trim());
    try {
      writeFileSync(`/sys/block/zram${swap.#number}/disksize`, String(bytes));
      execFileSync('mkswap', [swap.device], { stdio: 'ignore' });
      execFileSync('swapon', [swap.device]);
      return swap;
    } catch (error) {
      swap[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (readFileSync('/proc/swaps', 'utf8').includes(`${this.device} `)) execFileSync('swapoff', [this.device]);
    writeFileSync(`/sys/block/zram${this.#number}/reset`, '1');
    writeFileSync(`${control}/hot_remove`, this.#number);
  }
}
