import { setTimeout } from 'node:timers/promises';
import { formatBytes } from '../../lab/base/format.ts';
import { diffLooks } from '../../lab/processes/diff-looks.ts';
import { type KeptLook, lookAt } from '../../lab/processes/look-at-process.ts';
import { mappingsNamed, pageRunsOf } from '../../lab/processes/mapping-pages.ts';
import { ProcessTable } from '../../lab/processes/process-table.ts';
import { Target } from '../../lab/processes/target.ts';
import { csvOf } from '../../lab/reports/csv.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { flagNames } from '../../protocol/flags.ts';
import { inLanguage } from '../../protocol/in-language.ts';
import type { Language } from '../../protocol/language.ts';
import { problem } from '../../protocol/problem.ts';
import { processLocks } from '../../protocol/process-locks.ts';
import { mappingGroups, type TargetMapping } from '../../protocol/process-look.ts';
import type { Processes } from '../../protocol/processes.ts';
import { numbersIn } from '../../protocol/quantity.ts';
import type { Text } from '../../protocol/text.ts';
import { table } from '../columns.ts';
import { pmapLines } from '../pmap-format.ts';
import { processLines, sorted } from '../process-list.ts';
import type { ProcessOrder } from '../process-orders.ts';
import { costSentence, diffLines, groupLines, mappingLines, signed, summary } from '../process-page.ts';
import { Terminal } from '../terminal.ts';

interface Common {
  readonly json: boolean;
  readonly csv: boolean;
  readonly language: Language;
}

export interface ListOptions extends Common {
  readonly sort: ProcessOrder;
  /** Threads of the kernel and zombies too. */
  readonly all: boolean;
  /** Sums by user, beside what the machine says. */
  readonly locks: boolean;
}

export interface PidOptions extends Common {
  readonly maps: boolean;
  readonly pages?: string | undefined;
  readonly pss: boolean;
  /** How long to wait between two looks. */
  readonly diffMs?: number | undefined;
  readonly format?: 'pmap' | undefined;
}

/** How long counting mappings may take for one list: they are read of all whose maps may be read. */
const countNs = 200e6;

/** `pagescope process`: all processes, by what the world may read of them. */
export async function listProcesses(options: ListOptions): Promise<ExitStatus> {
  using processes = new ProcessTable(countNs);
  const answer = await processes.since(0);
  const { language } = options;
  if (answer.rows.length === 0) {
    throw problem(
      'cannot-run-here',
      'No process is to be seen in /proc; mount it (mount -t proc proc /proc).',
      '/proc 中看不到任何进程；请挂载它（mount -t proc proc /proc）。',
    );
  }
  const shown = answer.rows.filter(({ kind }) => options.all || kind === 'process' || kind === 'unknown');
  const rows = sorted(shown, options.sort);
  if (options.locks) return printLocks(answer, options);
  if (options.json) {
    const { hidden, machine, cost } = answer;
    print(JSON.stringify(inLanguage({ processes: rows, machine, hidden, cost }, language)));
  } else if (options.csv) {
    process.stdout.write(
      csvOf(
        rows.map(({ ipcLock, reason, ...row }) => ({ ...row, ipcLock: yesOrNo(ipcLock), reason: reason?.[language] })),
      ),
    );
  } else {
    const terminal = new Terminal(process.stdout);
    for (const line of processLines(rows, language)) terminal.line(line);
    for (const note of notes(answer, answer.rows.length - rows.length))
      terminal.line(terminal.style('gray', note[language]));
  }
  return ExitStatus.Held;
}

const yesOrNo = (value: boolean | null) => (value === null ? null : String(value));

function notes({ hidden, machine, cost, rows }: Processes, leftOut: number): Text[] {
  const [en, zh] = [numbersIn('en'), numbersIn('zh')];
  const found: Text[] = [];
  if (hidden) found.push(hidden);
  if (rows.some(({ mappings, kind }) => mappings === null && kind === 'process')) {
    found.push({
      en: '? is unknown: the mappings of another user’s process may be counted by that user and by root. cap: CAP_IPC_LOCK is effective, the limit does not count.',
      zh: '? 表示未知：其他用户的进程的映射数只有该用户和 root 可以统计。cap：CAP_IPC_LOCK 有效，上限不起作用。',
    });
  }
  const most = machine.maxMappings === null ? '' : `; vm.max_map_count ${machine.maxMappings}`;
  const more =
    leftOut > 0
      ? {
          en: `, ${leftOut} threads of the kernel and zombies left out (--all)`,
          zh: `，略去内核线程和僵尸进程 ${leftOut} 个（--all）`,
        }
      : { en: '', zh: '' };
  const shown = rows.length - leftOut;
  found.push({
    en: `${shown} ${shown === 1 ? 'process' : 'processes'}${more.en}; ${en.duration(cost.cpuNs)} of CPU${most}`,
    zh: `${shown} 个进程${more.zh}；用了 ${zh.duration(cost.cpuNs)} CPU${most.replace('; ', '；')}`,
  });
  return found;
}

function printLocks({ rows, machine, hidden }: Processes, { json, csv, language }: ListOptions): ExitStatus {
  const locks = processLocks(rows, machine);
  if (json) print(JSON.stringify(inLanguage({ locks, hidden }, language)));
  else if (csv) process.stdout.write(csvOf(locks.users.map((user) => ({ ...user }))));
  else {
    const terminal = new Terminal(process.stdout);
    const locking = sorted(
      rows.filter(({ vmLckBytes, vmPinBytes }) => vmLckBytes || vmPinBytes),
      'vmlck',
    );
    for (const line of processLines(locking, language)) terminal.line(line);
    terminal.line();
    const heads: Text[] = [
      { en: 'USER', zh: '用户' },
      { en: 'PROCESSES', zh: '进程' },
      { en: 'VmLck', zh: 'VmLck' },
      { en: 'VmPin', zh: 'VmPin' },
    ];
    const columns = heads.map((heading, at) => ({ heading: heading[language], right: at > 0 }));
    const cells = locks.users.map(({ uid, user, processes, vmLckBytes, vmPinBytes }) => [
      user ?? String(uid ?? '?'),
      String(processes),
      formatBytes(vmLckBytes),
      formatBytes(vmPinBytes),
    ]);
    for (const line of table(columns, cells)) terminal.line(line);
    terminal.line();
    const known = (bytes: number | null) => (bytes === null ? '?' : formatBytes(bytes));
    const sums = `VmLck ${formatBytes(locks.vmLckBytes)}, VmPin ${formatBytes(locks.vmPinBytes)}, Mlocked ${known(locks.mlockedBytes)}, Unevictable ${known(locks.unevictableBytes)}`;
    terminal.line(
      {
        en: `All together: ${sums}. Sums by user are information: the limit is for each process.`,
        zh: `合计：${sums}。按用户求和仅供参考：上限是针对每个进程的。`,
      }[language],
    );
    for (const note of [...(hidden ? [hidden] : []), ...locks.notes]) terminal.line(note[language]);
  }
  return ExitStatus.Held;
}

/** `pagescope process PID`: its mappings in groups, its pages, or what changes meanwhile. */
export async function showProcess(pid: number, options: PidOptions): Promise<ExitStatus> {
  using target = new Target(pid);
  const { language, json, csv } = options;
  const dirty = options.pss || options.format === 'pmap';
  const keepRuns = options.pages !== undefined || options.diffMs !== undefined;
  const onPrice = (ns: number) => sayPrice(pid, ns, language);
  const look = await lookAt(target, { smaps: dirty, keepRuns, onPrice });
  const wantsMappings = options.maps || keepRuns || options.format !== undefined;
  if (look.mappings === null && wantsMappings) throw refused(look);
  if (options.diffMs !== undefined) {
    await setTimeout(options.diffMs);
    target.check();
    return printDiff(look, await lookAt(target, { smaps: dirty, keepRuns }), options);
  }
  if (options.pages !== undefined) return printPages(look, options.pages, options);
  const { runs: _, ...told } = look;
  const mappings = look.mappings ?? [];
  if (options.format === 'pmap') for (const line of pmapLines(look.process, mappings, pageSize())) print(line);
  else if (json)
    print(JSON.stringify(inLanguage({ ...told, groups: look.mappings && mappingGroups(mappings) }, language)));
  else if (csv) process.stdout.write(csvOf(mappings.map((mapping) => ({ ...mapping }))));
  else {
    const terminal = new Terminal(process.stdout);
    summary(terminal, look, language);
    if (look.mappings) {
      terminal.line();
      const lines = options.maps ? mappingLines(mappings, language) : groupLines(mappings, language);
      for (const line of lines) terminal.line(line);
      if (options.pss) terminal.line(pssSentence(mappings)[language]);
    }
  }
  return ExitStatus.Held;
}

function pssSentence(mappings: readonly TargetMapping[]): Text {
  const sum = (of: 'pssBytes' | 'dirtyBytes') =>
    formatBytes(mappings.reduce((total, mapping) => total + (mapping[of] ?? 0), 0));
  return {
    en: `PSS ${sum('pssBytes')} (each page divided by the processes that map it), dirty ${sum('dirtyBytes')}`,
    zh: `PSS ${sum('pssBytes')}（每页按映射它的进程数均分），脏页 ${sum('dirtyBytes')}`,
  };
}

/** Before it is read: what walks whole mappings may hold the process up. */
function sayPrice(pid: number, ns: number, language: Language): void {
  const { duration } = numbersIn(language);
  const said: Text = {
    en: `Reading smaps blocks the mmap of process ${pid} for about ${duration(ns)} in all.`,
    zh: `读取 smaps 会使进程 ${pid} 的 mmap 合计阻塞约 ${duration(ns)}。`,
  };
  process.stderr.write(`${said[language]}\n`);
}

function refused({ reasons, process: { pid } }: KeptLook) {
  const [reason] = reasons;
  return problem(
    'cannot-run-here',
    `The mappings of process ${pid} can't be read: ${reason?.en ?? ''}`,
    `无法读取进程 ${pid} 的映射：${reason?.zh ?? ''}`,
  );
}

function printPages(look: KeptLook, word: string, { json, csv, language }: PidOptions): ExitStatus {
  const named = mappingsNamed(look.mappings ?? [], word).map((mapping) => ({
    mapping,
    runs: pageRunsOf(look, mapping),
  }));
  if (named.every(({ runs }) => runs === null)) throw refused(look);
  const told = named.map(({ mapping, runs }) => ({
    ...mapping,
    runs: runs === null ? null : runs.map(([first, pages, flags]) => ({ first, pages, flags: flagNames(flags) })),
  }));
  if (json) {
    const { process: row, reasons, cost } = look;
    print(JSON.stringify(inLanguage({ process: row, witness: 'page-table', mappings: told, reasons, cost }, language)));
  } else if (csv) {
    const rows = told.flatMap(({ start, runs }) =>
      (runs ?? []).map(({ first, pages, flags }) => ({ start, first, pages, flags: flags.join(' ') })),
    );
    process.stdout.write(csvOf(rows));
  } else {
    const terminal = new Terminal(process.stdout);
    for (const { mapping, runs } of named) {
      for (const line of mappingLines([mapping], language)) terminal.line(line);
      if (runs) terminal.pageMap(runs, mapping.pages, language);
    }
    terminal.line(terminal.style('gray', witness[language]));
    for (const reason of look.reasons) terminal.line(terminal.style('yellow', `! ${reason[language]}`));
    terminal.line(terminal.style('gray', costSentence(look.cost)[language]));
  }
  return ExitStatus.Held;
}

const witness: Text = {
  en: 'By its page table: a page of a file that is not mapped may still be in the page cache.',
  zh: '依据其页表：未映射的文件页仍可能在页缓存中。',
};

function printDiff(before: KeptLook, after: KeptLook, { json, csv, language }: PidOptions): ExitStatus {
  const diff = diffLooks(before, after);
  if (json) {
    const { process: row, reasons, cost } = after;
    print(JSON.stringify(inLanguage({ process: row, ...diff, reasons, cost }, language)));
  } else if (csv) process.stdout.write(csvOf(diff.changes.map((each) => ({ ...each }))));
  else {
    const terminal = new Terminal(process.stdout);
    summary(terminal, after, language);
    terminal.line(
      `RSS ${signed(diff.rssDeltaBytes)}  swap ${signed(diff.swapDeltaBytes)}  VmLck ${signed(diff.vmLckDeltaBytes)}`,
    );
    terminal.line();
    if (diff.changes.length === 0) terminal.line({ en: 'Nothing changed.', zh: '没有变化。' }[language]);
    else for (const line of diffLines(diff, language)) terminal.line(line);
  }
  return ExitStatus.Held;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
