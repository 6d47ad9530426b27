import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { getrlimit, RLIMIT } from '../../native/calls/resource.ts';
import { errnoOf, readText } from '../../native/proc/proc-file.ts';
import { meminfo } from '../../native/proc/proc-meminfo.ts';
import { procMount } from '../../native/proc/proc-mount.ts';
import { procStat } from '../../native/proc/proc-stat.ts';
import { parseProcessStatus } from '../../native/proc/process-status.ts';
import { maxMapCount } from '../../native/proc/vm-settings.ts';
import { problem } from '../../protocol/problem.ts';
import type { LookCost, Processes, ProcessMachine, ProcessRow } from '../../protocol/processes.ts';
import type { Text } from '../../protocol/text.ts';
import { PacedWork, restAfterMs } from './paced-work.ts';
import { dateOf, type Identity, rowOf, type SlowFacts, sameRow, slowFacts, unknownRow } from './process-row.ts';

/** In how many looks every limit, control group and count of mappings is read again. */
const turns = 20;
/** Most descriptors that are kept open: status read through one costs two thirds, and is never another process's. */
const mostKept = 4096;
/** Looks at the mappings' counts in one look at all processes take no longer than this. */
const countNs = 2e6;
/** A table that nobody has asked for so long closes its descriptors; it opens them again when it is asked. */
const idleMs = 30_000;
/** Those who are gone that are remembered, for readers that were away for a while. */
const mostGone = 10_000;

interface Entry extends Identity {
  /** An open `/proc/PID/status`: it answers ESRCH once this process has ended, also when another has its pid. */
  readonly fd: number | undefined;
  /** What it printed last. */
  printed: Buffer;
  slow: SlowFacts;
  mappings: number | null;
  /** Its maps were refused: they are not asked for again. */
  refused: boolean;
  row: ProcessRow;
  /** At which look its row changed. */
  changed: number;
  /** At which look it was there. */
  seen: number;
}

const buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * All processes, of which everyone may read what is here: `status`, `stat`, `limits` and `cgroup`. 2000 of them take
 * some 25 ms of CPU a look, in pieces of 4 ms. Dispose of it to close its descriptors.
 */
export class ProcessTable implements Disposable {
  readonly #entries = new Map<number, Entry>();
  readonly #gone: { readonly pid: number; readonly at: number }[] = [];
  #forgotten = 0;
  #sequence = 0;
  #kept = 0;
  #looking: Promise<void> | undefined;
  #next = 0;
  #cost: LookCost = { cpuNs: 0, elapsedNs: 0 };
  readonly #mostKept = descriptorsToKeep();
  readonly #countNs: number;
  readonly #keptMs: number;
  #idle: NodeJS.Timeout | undefined;

  /**
   * @param counting how long counting mappings may take in one look, in ns
   * @param keptMs how long it stays open without being asked
   */
  constructor(counting = countNs, keptMs = idleMs) {
    this.#countNs = counting;
    this.#keptMs = keptMs;
  }

  /**
   * What changed since an earlier answer. Looks, unless it looked a moment ago; several callers share one look.
   *
   * @throws ProblemError `cannot-run-here` where /proc can't be read
   */
  async since(sequence: number): Promise<Processes> {
    clearTimeout(this.#idle);
    if (this.#looking || performance.now() >= this.#next) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this[Symbol.dispose](), this.#keptMs).unref();
    const whole = sequence === 0 || sequence < this.#forgotten || sequence > this.#sequence;
    const rows: ProcessRow[] = [];
    for (const { row, changed } of this.#entries.values()) if (whole || changed > sequence) rows.push(row);
    const gone = whole ? [] : this.#gone.filter(({ at }) => at > sequence).map(({ pid }) => pid);
    return {
      sequence: this.#sequence,
      whole,
      rows,
      gone: gone.filter((pid) => !this.#entries.has(pid)),
      machine: machine(),
      hidden: hidden(),
      cost: this.#cost,
      nextMs: Math.max(0, this.#next - performance.now()),
    };
  }

  async #look(): Promise<void> {
    const work = new PacedWork();
    const look = ++this.#sequence;
    const isFirst = this.#entries.size === 0;
    for (const name of await listed()) {
      const pid = Number(name);
      if (Number.isNaN(pid)) continue;
      this.#read(pid, look);
      if (work.over) await work.rest();
    }
    for (const entry of this.#entries.values()) if (entry.seen !== look) this.#drop(entry, look);
    await this.#count(work, look);
    this.#cost = work.cost;
    // The first look opens what the others read: it is no measure of them.
    this.#next = isFirst ? 0 : performance.now() + restAfterMs(work.cost.cpuNs);
  }

  #read(pid: number, look: number): void {
    const known = this.#entries.get(pid);
    let entry = known;
    let length = entry ? this.#status(entry) : undefined;
    if (entry && length === undefined) {
      this.#drop(entry, look);
      entry = undefined;
    }
    if (!entry) {
      entry = this.#open(pid, look);
      if (!entry) return;
      this.#entries.set(pid, entry);
      length = this.#status(entry);
      if (length === undefined) return;
    }
    entry.seen = look;
    if (length === undefined) return;
    const slow = (pid + look) % turns === 0 || entry.changed === 0;
    if (slow) entry.slow = slowFacts(pid);
    const moved = entry.printed.length !== length || entry.printed.compare(buffer, 0, length) !== 0;
    if (moved) {
      if (entry.printed.length === length) buffer.copy(entry.printed, 0, 0, length);
      else entry.printed = Buffer.from(buffer.subarray(0, length));
    }
    if (moved || slow) this.#show(entry, look);
  }

  #show(entry: Entry, look: number): void {
    const status = parseProcessStatus(entry.printed.toString('latin1'));
    const row = rowOf(entry, status, entry.slow, entry.mappings);
    if (entry.changed !== 0 && sameRow(entry.row, row)) return;
    entry.row = row;
    entry.changed = look;
  }

  /** Reads its status into the buffer; undefined when it has ended, or its pid is another's now. */
  #status(entry: Entry): number | undefined {
    if (entry.row.kind === 'unknown' && entry.changed !== 0) return this.#stillHidden(entry);
    try {
      if (entry.fd !== undefined) return readSync(entry.fd, buffer, 0, buffer.length, 0);
      const length = readOnce(`/proc/${entry.pid}/status`);
      const stat = procStat(entry.pid);
      return stat.errno === null && stat.startTicks === entry.startTicks ? length : undefined;
    } catch {
      return undefined;
    }
  }

  /** Of a hidden one nothing can move but that it goes. */
  #stillHidden(entry: Entry): number | undefined {
    return ownerOf(entry.pid) === entry.row.uid ? entry.printed.length : undefined;
  }

  #open(pid: number, look: number): Entry | undefined {
    const stat = procStat(pid);
    const unknown = { printed: Buffer.alloc(0), slow: noFacts, mappings: null, refused: false, seen: look };
    if (stat.errno !== null) {
      if (stat.errno !== 'EPERM' && stat.errno !== 'EACCES') return undefined;
      const row = unknownRow(pid, ownerOf(pid));
      return {
        ...unknown,
        pid,
        startTicks: null,
        startTime: null,
        kernelThread: false,
        fd: undefined,
        row,
        changed: look,
      };
    }
    const { startTicks, kernelThread } = stat;
    const fd = this.#kept < this.#mostKept ? opened(`/proc/${pid}/status`) : undefined;
    if (fd !== undefined) this.#kept++;
    // Read after the status was opened: the number is this process's, or the descriptor answers ESRCH.
    const again = fd === undefined ? stat : procStat(pid);
    if (again.errno !== null || again.startTicks !== startTicks) {
      if (fd !== undefined) this.#close(fd);
      return undefined;
    }
    const identity = { pid, startTicks, startTime: dateOf(startTicks), kernelThread };
    return { ...unknown, ...identity, fd, row: unknownRow(pid, null), changed: 0 };
  }

  #drop({ pid, fd }: Entry, look: number): void {
    if (fd !== undefined) this.#close(fd);
    this.#entries.delete(pid);
    this.#gone.push({ pid, at: look });
    if (this.#gone.length > mostGone) {
      this.#forgotten = this.#gone[this.#gone.length - mostGone]?.at ?? 0;
      this.#gone.splice(0, this.#gone.length - mostGone);
    }
  }

  #close(fd: number): void {
    closeSync(fd);
    this.#kept--;
  }

  /** Counts the mappings of those whose maps may be read, in turn, for a short time. */
  async #count(work: PacedWork, look: number): Promise<void> {
    const euid = process.geteuid?.();
    const began = work.cost.cpuNs;
    for (const entry of this.#entries.values()) {
      const { kind, uid } = entry.row;
      if (kind !== 'process' || entry.refused || (euid !== 0 && uid !== euid)) continue;
      if (entry.mappings !== null && (entry.pid + look) % turns !== 0) continue;
      const before = entry.mappings;
      entry.mappings = await countMappings(entry.pid, work);
      entry.refused = entry.mappings === null;
      if (before !== entry.mappings) this.#show(entry, look);
      if (work.cost.cpuNs - began > this.#countNs) return;
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#next = 0;
    for (const { fd } of this.#entries.values()) if (fd !== undefined) this.#close(fd);
    this.#entries.clear();
    this.#forgotten = this.#sequence + 1;
  }
}

const noFacts: SlowFacts = { unit: null, container: null, lockLimitBytes: null };

/** Half of the descriptors that this process may have, so that all else finds some. */
function descriptorsToKeep(): number {
  const limits = getrlimit(RLIMIT.NOFILE);
  if (limits.errno !== null) return 0;
  return limits.soft === 'unlimited' ? mostKept : Math.min(mostKept, Number(limits.soft) / 2);
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

/** Reads a file into the buffer. */
function readOnce(path: string): number {
  const fd = openSync(path, 'r');
  try {
    return readSync(fd, buffer, 0, buffer.length, 0);
  } finally {
    closeSync(fd);
  }
}

function ownerOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
}

async function listed(): Promise<readonly string[]> {
  try {
    return await readdir('/proc');
  } catch (error) {
    throw problem(
      'cannot-run-here',
      `The processes can't be listed: reading /proc answered ${errnoOf(error)}; mount it (mount -t proc proc /proc).`,
      `无法列出进程：读取 /proc 返回 ${errnoOf(error)}；请挂载它（mount -t proc proc /proc）。`,
    );
  }
}

/** Lines of maps, without `[vsyscall]`, which is no VMA; null where they may not be read. */
async function countMappings(pid: number, work: PacedWork): Promise<number | null> {
  const fd = opened(`/proc/${pid}/maps`);
  if (fd === undefined) return null;
  let count = 0;
  try {
    for (;;) {
      const length = readSync(fd, buffer, 0, buffer.length, null);
      if (length === 0) return count;
      for (let at = buffer.indexOf(10); at >= 0 && at < length; at = buffer.indexOf(10, at + 1)) count++;
      if (buffer.subarray(0, length).includes('[vsyscall]')) count--;
      if (work.over) await work.rest();
    }
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function machine(): ProcessMachine {
  const memory = meminfo();
  const most = maxMapCount();
  const known = memory.errno === null ? memory : undefined;
  return {
    memTotalBytes: known?.memTotalBytes ?? null,
    mlockedBytes: known?.mlockedBytes ?? null,
    unevictableBytes: known?.unevictableBytes ?? null,
    maxMappings: most.errno === null ? most.returned : null,
  };
}

/** What /proc keeps from this process. */
function hidden(): Text | null {
  const { hidepid, onlyProcesses } = procMount();
  const said: Text[] = [];
  // Root, and whoever may trace a process, sees it all the same.
  if (hidepid !== 'off' && process.geteuid?.() !== 0) {
    said.push({
      en: `/proc is mounted with hidepid=${hidepid}: ${hidepid === 'noaccess' ? 'of other users’ processes nothing but the number may be read' : 'other users’ processes are missing here'}.`,
      zh: `/proc 以 hidepid=${hidepid} 挂载：${hidepid === 'noaccess' ? '其他用户的进程只能看到编号' : '这里没有其他用户的进程'}。`,
    });
  }
  if (onlyProcesses || readText('/proc/meminfo').errno !== null) {
    said.push({
      en: '/proc is mounted with subset=pid: what the whole machine locks is unknown.',
      zh: '/proc 以 subset=pid 挂载：整台机器锁定了多少未知。',
    });
  }
  if (said.length === 0) return null;
  return { en: said.map(({ en }) => en).join(' '), zh: said.map(({ zh }) => zh).join('') };
}
