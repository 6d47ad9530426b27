import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { inTime } from './in-time.ts';

const source = fileURLToPath(new URL('./target.c', import.meta.url));
let program: string | undefined;

/** The program that targets run, compiled once in a process. */
function compiled(): string {
  if (program) return program;
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-target-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  program = join(folder, 'target');
  execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', source, '-o', program]);
  return program;
}

/** A process with regions whose states are known; it is killed when the test is over. */
export class Target {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #said: string[] = [];
  /** Where each region begins and ends. */
  readonly regions = new Map<string, { readonly start: bigint; readonly end: bigint }>();

  private constructor(name: string, words: readonly string[], prefix: readonly string[]) {
    const [command = '', ...rest] = [...prefix, compiled(), name, ...words];
    this.#child = spawn(command, rest, { stdio: 'pipe' });
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on('line', (line) => {
      const wake = this.#waiting.shift();
      if (wake) wake(line);
      else this.#said.push(line);
    });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** @param prefix the words before the command that make it another user's */
  static async start(name = 'target', words: readonly string[] = [], prefix: readonly string[] = []): Promise<Target> {
    const target = new Target(name, words, prefix);
    for (let line = await target.#line(); line !== 'ready'; line = await target.#line()) {
      const [region = '', start = '', end = ''] = line.split(' ');
      target.regions.set(region, { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) });
    }
    // It has read and answered once: what that takes is there, and nothing more comes by itself.
    await target.order('n');
    return target;
  }

  /** Whether its user may lock so much: `mlock` of its locked region was not refused. */
  get mayLock(): boolean {
    return this.regions.get('mlock')?.start === 0n;
  }

  region(name: string) {
    const found = this.regions.get(name);
    if (!found) throw new Error(`The target has no region ${name}.`);
    return found;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The target did not start.');
    return this.#child.pid;
  }

  /** Gives an order of target.c and waits until it is done. */
  async order(letter: string): Promise<void> {
    this.#child.stdin.write(`${letter}\n`);
    for (let line = await this.#line(); line !== 'done' && line !== 'ready'; line = await this.#line());
  }

  /** Ends it, and waits until it is gone. */
  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await inTime(gone, () => 'the target to end');
  }

  #line(): Promise<string> {
    const said = this.#said.shift();
    if (said !== undefined) return Promise.resolve(said);
    return inTime(new Promise<string>((resolve) => this.#waiting.push(resolve)), () => 'a line of the target');
  }
}

/** A line of /proc/PID/status in bytes: the kernel's own number beside ours. */
export function statusBytes(pid: number, line: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * 1024;
}
