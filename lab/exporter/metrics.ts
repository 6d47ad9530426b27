import prom from 'prom-client';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { ProcessMachine, ProcessRow } from '../../protocol/processes.ts';
import { type BytePath, pathText } from '../files/byte-path.ts';
import { type FileLook, FileWalk } from '../files/look-at-files.ts';
import { ProcessTable } from '../processes/process-table.ts';
import { type ProcessGroup, processGroups } from './process-groups.ts';

/** Counting mappings may take so long a scrape: it walks no pages, but every process's list of them. */
const countNs = 40e6;
/** Some scrape once a minute or more seldom: to open everything anew each time would cost several times as much. */
const keptMs = 600_000;

/** One number of each group; what is unknown or does not exist has no sample. */
const ofGroups: Readonly<
  Record<string, readonly [help: string, of: (group: ProcessGroup) => number | null | undefined]>
> = {
  pagescope_group_processes: ['Processes of the group.', ({ processes }) => processes],
  pagescope_group_resident_bytes: ['VmRSS of its processes; what they share counts for each.', (g) => g.residentBytes],
  pagescope_group_locked_bytes: [
    'VmLck of its processes: whole mappings, also what is not in memory.',
    (g) => g.lockedBytes,
  ],
  pagescope_group_swapped_bytes: ['VmSwap of its processes.', (g) => g.swappedBytes],
  pagescope_group_lock_limit_ratio: [
    'VmLck of RLIMIT_MEMLOCK, of the process that is nearest to its limit; none with CAP_IPC_LOCK or without a limit.',
    (g) => g.lockShare,
  ],
  pagescope_group_mappings_ratio: [
    'Mappings of vm.max_map_count, of the process that is nearest to it; needs to read its maps.',
    (g) => g.mappingsShare,
  ],
};

const ofMachine: Readonly<Record<string, readonly [help: string, of: (machine: ProcessMachine) => number | null]>> = {
  pagescope_memory_bytes: ['MemTotal of /proc/meminfo.', (m) => m.memTotalBytes],
  pagescope_mlocked_bytes: ['Mlocked of /proc/meminfo: locked pages, each once.', (m) => m.mlockedBytes],
  pagescope_unevictable_bytes: ['Unevictable of /proc/meminfo.', (m) => m.unevictableBytes],
};

/** One number of each path that was named, of all files there; nothing where it is unknown of one of them. */
const ofFiles: Readonly<Record<string, readonly [help: string, of: (look: FileLook) => number | null]>> = {
  pagescope_file_cached_bytes: [
    'What the page cache holds of the files of a path.',
    ({ cachedPages }) => bytes(cachedPages),
  ],
  pagescope_file_dirty_bytes: ['What of that waits to be written.', ({ dirtyPages }) => bytes(dirtyPages)],
  pagescope_file_size_bytes: ['How long they are.', ({ sizeBytes }) => sizeBytes],
};

const bytes = (pages: number | null) => pages && pages * pageSize();

/**
 * What Prometheus asks for, as OpenMetrics: groups of processes, the machine, files that were named, and what making it
 * cost. A pid is never a label, and pages are counted of those files alone. Dispose of it to close its files.
 */
export class Metrics implements Disposable {
  readonly #registry = new prom.Registry<prom.OpenMetricsContentType>();
  readonly #table = new ProcessTable(countNs, keptMs);
  readonly #rows = new Map<number, ProcessRow>();
  readonly #paths: readonly BytePath[];
  #sequence = 0;
  #scraping: Promise<string> | undefined;

  /** @param paths files and folders whose cached bytes are told */
  constructor(paths: readonly BytePath[] = []) {
    this.#paths = paths;
    this.#registry.setContentType(prom.Registry.OPENMETRICS_CONTENT_TYPE);
  }

  /** For the answer's head. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /**
   * All of them now. Those who ask at once share one answer.
   *
   * @throws ProblemError `cannot-run-here` where /proc can't be read
   */
  scrape(): Promise<string> {
    this.#scraping ??= this.#scrape().finally(() => {
      this.#scraping = undefined;
    });
    return this.#scraping;
  }

  async #scrape(): Promise<string> {
    const answer = await this.#table.since(this.#sequence);
    this.#sequence = answer.sequence;
    if (answer.whole) this.#rows.clear();
    for (const pid of answer.gone) this.#rows.delete(pid);
    for (const row of answer.rows) this.#rows.set(row.pid, row);
    const rows = [...this.#rows.values()];
    this.#registry.clear();
    this.#tellGroups(processGroups(rows, answer.machine));
    for (const [name, [help, of]] of Object.entries(ofMachine)) {
      const gauge = this.#gauge(name, help);
      setKnown(gauge, {}, of(answer.machine));
    }
    await this.#tellFiles();
    this.#tellUnread(rows);
    this.#tellCost();
    return this.#registry.metrics();
  }

  #tellGroups(groups: readonly ProcessGroup[]): void {
    for (const [name, [help, of]] of Object.entries(ofGroups)) {
      const gauge = this.#gauge(name, help, ['kind', 'group']);
      for (const group of groups) setKnown(gauge, { kind: group.kind, group: group.name }, of(group));
    }
  }

  async #tellFiles(): Promise<void> {
    if (this.#paths.length === 0) return;
    const files = Object.entries(ofFiles).map(([name, [help, of]]) => ({
      gauge: this.#gauge(name, help, ['path']),
      of,
    }));
    const unknown = this.#gauge('pagescope_files_unknown', 'Files of a path of which nobody tells.', ['path']);
    for (const path of this.#paths) {
      const sums = files.map((): number | null => 0);
      let untold = 0;
      await new FileWalk().look(path, (look) => {
        if (look.cachedPages === null) untold++;
        for (const [at, { of }] of files.entries()) {
          const [sum, own] = [sums[at] ?? null, of(look)];
          sums[at] = sum === null || own === null ? null : sum + own;
        }
      });
      const label = { path: pathText(path) };
      for (const [at, { gauge }] of files.entries()) setKnown(gauge, label, sums[at]);
      unknown.set(label, untold);
    }
  }

  /** How many could not be read, and what of them. */
  #tellUnread(rows: readonly ProcessRow[]): void {
    const gauge = this.#gauge('pagescope_processes_unread', 'Processes of which something may not be read.', ['what']);
    gauge.set({ what: 'status (hidepid)' }, rows.filter(({ kind }) => kind === 'unknown').length);
    const running = rows.filter(({ kind }) => kind === 'process');
    gauge.set({ what: 'limits' }, running.filter(({ lockLimitBytes }) => lockLimitBytes === null).length);
    gauge.set({ what: 'maps' }, running.filter(({ mappings }) => mappings === null).length);
  }

  /** Under the names that exporters use for this. */
  #tellCost(): void {
    const registers = [this.#registry];
    const { user, system } = process.cpuUsage();
    const cpu = { name: 'process_cpu_seconds', help: 'CPU time of this exporter so far.', registers };
    new prom.Counter(cpu).inc((user + system) / 1e6);
    this.#gauge('process_resident_memory_bytes', 'VmRSS of this exporter.').set(process.memoryUsage.rss());
  }

  #gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): prom.Gauge<L> {
    return new prom.Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}

function setKnown<L extends string>(
  gauge: prom.Gauge<L>,
  labels: Partial<Record<L, string>>,
  value: number | null | undefined,
): void {
  if (value !== null && value !== undefined) gauge.set(labels, value);
}
