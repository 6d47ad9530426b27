import { closeSync, openSync, readSync } from 'node:fs';
import { threadCpuNs } from '../../native/calls/thread-cpu.ts';
import { type ProcessStatus, parseProcessStatus } from '../../native/proc/process-status.ts';

/** What `stat` and `status` said of a process. */
export interface Gate {
  /** Another number than before when something moved. */
  readonly moves: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly status: ProcessStatus;
}

/** Both files are shorter: stat by its numbers, status by its lists of CPUs and groups, of which the end may be cut. */
const mostBytes = 16 * 1024;
const [memoryBegins, memoryEnds] = [Buffer.from('\nVmPeak:'), Buffer.from('\nThreads:')];
const [space, parenthesis] = [0x20, 0x29];
const zombie = new Set([...'ZX'].map((letter) => letter.charCodeAt(0)));

/**
 * Asks a process whether any of its pages came, went, was locked or mapped, ten times a second if one likes, which
 * costs it nothing: the faults of `stat`, and the lines of memory of `status`. Both stay open and are read into the
 * same bytes; unless these differ nothing is parsed. Dispose of it to close them.
 */
export class GateFiles implements Disposable {
  readonly #stat: number;
  readonly #status: number;
  readonly #bytes = Buffer.allocUnsafeSlow(mostBytes);
  readonly #known = Buffer.allocUnsafeSlow(mostBytes);
  #length = 0;
  #newest: Gate = { moves: 0, minorFaults: 0, majorFaults: 0, status: parseProcessStatus('') };
  #times = 0;
  #cpuNs = 0;

  /** Throws what Node's openSync(path) does. */
  constructor(pid: number) {
    this.#stat = openSync(`/proc/${pid}/stat`, 'r');
    try {
      this.#status = openSync(`/proc/${pid}/status`, 'r');
    } catch (error) {
      closeSync(this.#stat);
      throw error;
    }
  }

  /** How often it was asked, and what that cost. */
  get cost(): { readonly times: number; readonly cpuNs: number } {
    return { times: this.#times, cpuNs: this.#cpuNs };
  }

  /** Undefined when it has ended, also when another process has its pid by now: the descriptors are of this one. */
  ask(): Gate | undefined {
    const beganNs = threadCpuNs();
    try {
      return this.#ask();
    } catch {
      return undefined;
    } finally {
      this.#times++;
      this.#cpuNs += threadCpuNs() - beganNs;
    }
  }

  #ask(): Gate | undefined {
    const bytes = this.#bytes;
    const statLength = readSync(this.#stat, bytes, 0, mostBytes, 0);
    // The name in parentheses, the second field, may have spaces and parentheses of its own.
    let at = bytes.lastIndexOf(parenthesis, statLength - 1) + 2;
    if (zombie.has(bytes[at] ?? 0)) return undefined;
    // From the state, field 3, to minflt and majflt: 10 and 12. proc_pid_stat(5)
    at = after(bytes, at, 7);
    const minorFaults = numberAt(bytes, at);
    const majorFaults = numberAt(bytes, after(bytes, at, 2));
    const length = readSync(this.#status, bytes, 0, mostBytes, 0);
    const read = bytes.subarray(0, length);
    const from = Math.max(0, read.indexOf(memoryBegins));
    const end = read.indexOf(memoryEnds, from);
    const memory = bytes.subarray(from, end < 0 ? length : end);
    const newest = this.#newest;
    const still = newest.minorFaults === minorFaults && newest.majorFaults === majorFaults;
    if (still && memory.length === this.#length && memory.compare(this.#known, 0, this.#length) === 0) return newest;
    this.#length = memory.copy(this.#known);
    const status = parseProcessStatus(read.toString('latin1'));
    this.#newest = { moves: newest.moves + 1, minorFaults, majorFaults, status };
    return this.#newest;
  }

  [Symbol.dispose](): void {
    closeSync(this.#stat);
    closeSync(this.#status);
  }
}

/** The place after so many spaces. */
function after(bytes: Buffer, from: number, spaces: number): number {
  let at = from;
  for (let left = spaces; left > 0 && at < bytes.length; at++) if (bytes[at] === space) left--;
  return at;
}

function numberAt(bytes: Buffer, from: number): number {
  let number = 0;
  for (let at = from; ; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return number;
    number = number * 10 + digit;
  }
}
