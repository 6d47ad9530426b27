import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { errnoOf, readText } from '../../native/proc/proc-file.ts';
import { procStat } from '../../native/proc/proc-stat.ts';
import { parseProcessStatus } from '../../native/proc/process-status.ts';
import { type ProblemError, problem } from '../../protocol/problem.ts';
import type { ProcessRow } from '../../protocol/processes.ts';
import type { Text } from '../../protocol/text.ts';
import { dateOf, rowOf, slowFacts } from './process-row.ts';

/** A file of a process: its descriptor, or why it can't be read. */
type Opened = { readonly fd: number } | { readonly refused: Text };

/**
 * Another process, by its pid and start. Its descriptors belong to one execution of one program: after its exec or exit
 * they answer nothing, and `check` says so. Dispose of it to close them.
 */
export class Target implements Disposable {
  readonly pid: number;
  readonly startTicks: number;
  readonly maps: Opened;
  readonly pagemap: Opened;

  /**
   * @param startTicks of the process that is meant: another one that has the pid by now is refused
   * @throws ProblemError when there is no such process, or it has no memory
   */
  constructor(pid: number, startTicks?: number) {
    const stat = procStat(pid);
    if (stat.errno !== null) throw notThere(pid, stat.errno);
    if (startTicks !== undefined && stat.startTicks !== startTicks) throw anothers(pid);
    if (stat.kernelThread) {
      throw problem(
        'cannot-run-here',
        `Process ${pid} is a thread of the kernel: it has no memory of its own to look at.`,
        `进程 ${pid} 是内核线程，没有自己的内存可看。`,
      );
    }
    if (stat.state === 'Z' || stat.state === 'X') throw zombie(pid);
    this.pid = pid;
    this.startTicks = stat.startTicks;
    this.maps = open(pid, 'maps');
    this.pagemap = 'refused' in this.maps ? this.maps : open(pid, 'pagemap');
    this.check();
  }

  /** Throws when it has ended, has executed another program, or its pid is another's. */
  check(): void {
    const stat = procStat(this.pid);
    if (stat.errno !== null || stat.startTicks !== this.startTicks) throw gone(this.pid);
    if (stat.state === 'Z' || stat.state === 'X') throw gone(this.pid);
    if ('refused' in this.maps) return;
    // The descriptor holds the memory that was there when it was opened; without that, it is at its end.
    const one = new Uint8Array(1);
    let read = 0;
    try {
      read = readSync(this.maps.fd, one, 0, 1, 0);
    } catch {
      throw gone(this.pid);
    }
    if (read === 0) {
      throw problem(
        'gone',
        `Process ${this.pid} executed another program while it was looked at; look again.`,
        `进程 ${this.pid} 在查看过程中执行了另一个程序；请重新查看。`,
      );
    }
  }

  /** Why it is no longer there, where its files say so. */
  over(): unknown {
    try {
      this.check();
    } catch (error) {
      return error;
    }
    return gone(this.pid);
  }

  /** Its row in the table of processes. */
  row(mappings: number | null): ProcessRow {
    const status = readText(`/proc/${this.pid}/status`);
    if (status.errno !== null) throw gone(this.pid);
    const { pid, startTicks } = this;
    const identity = { pid, startTicks, startTime: dateOf(startTicks), kernelThread: false };
    return rowOf(identity, parseProcessStatus(status.text), slowFacts(pid), mappings);
  }

  [Symbol.dispose](): void {
    for (const file of [this.maps, ...(this.pagemap === this.maps ? [] : [this.pagemap])]) {
      if ('fd' in file) closeSync(file.fd);
    }
  }
}

function open(pid: number, name: 'maps' | 'pagemap'): Opened {
  try {
    return { fd: openSync(`/proc/${pid}/${name}`, 'r') };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ESRCH') {
      if (procStat(pid).errno !== null) throw gone(pid);
    }
    return { refused: whyRefused(pid, name, errno) };
  }
}

/** Why a file of a process can't be opened, and what would help. proc(5), ptrace(2) "Ptrace access mode checking" */
function whyRefused(pid: number, name: string, errno: string): Text {
  const status = readText(`/proc/${pid}/status`);
  const uid = status.errno === null ? parseProcessStatus(status.text).effectiveUid : null;
  const own = uid !== null && uid === process.geteuid?.();
  const file = `/proc/${pid}/${name}`;
  if (errno === 'ENOENT') {
    return {
      en: `${file} is not there: this kernel was built without CONFIG_PROC_PAGE_MONITOR.`,
      zh: `没有 ${file}：此内核未启用 CONFIG_PROC_PAGE_MONITOR。`,
    };
  }
  if (errno !== 'EACCES' && errno !== 'EPERM') {
    return { en: `Opening ${file} answered ${errno}.`, zh: `打开 ${file} 返回 ${errno}。` };
  }
  const sudo = `sudo pagescope process ${pid}`;
  const root: Text | undefined =
    process.geteuid?.() === 0
      ? {
          en: 'Root lacks capabilities here, as in a container: run Pagescope outside it.',
          zh: '此处的 root 缺少权能（如在容器中）：请在容器外运行 Pagescope。',
        }
      : undefined;
  if (own) {
    // The kernel gives the files of a process that may not be dumped to root.
    const kept = ownerOf(`/proc/${pid}/maps`) !== uid;
    return kept
      ? {
          en: `unknown: process ${pid} is yours but not dumpable (PR_SET_DUMPABLE, or it changed its user), so only root may read ${file}: ${sudo}`,
          zh: `未知：进程 ${pid} 属于你，但不可转储（PR_SET_DUMPABLE，或曾切换用户），只有 root 可以读取 ${file}：${sudo}`,
        }
      : {
          en: `unknown: process ${pid} has more capabilities than Pagescope, or lives in another user namespace, so ${file} may not be read${root ? `. ${root.en}` : `: ${sudo}`}`,
          zh: `未知：进程 ${pid} 的权能多于 Pagescope，或处于其他用户命名空间，不允许读取 ${file}${root ? `。${root.zh}` : `：${sudo}`}`,
        };
  }
  return {
    en: `unknown: it belongs to uid ${uid ?? '?'}. ${root?.en ?? `Run Pagescope as that user, or: ${sudo}`}`,
    zh: `未知：它属于 uid ${uid ?? '?'}。${root?.zh ?? `请以该用户运行 Pagescope，或：${sudo}`}`,
  };
}

function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null;
  }
}

function notThere(pid: number, errno: string): ProblemError {
  if (errno === 'EACCES' || errno === 'EPERM') {
    return problem(
      'cannot-run-here',
      `Of process ${pid} nothing may be read: /proc is mounted with hidepid, and it is another user's; ask as that user or as root.`,
      `进程 ${pid} 的任何信息都不能读取：/proc 以 hidepid 挂载，而它属于其他用户；请以该用户或 root 身份查看。`,
    );
  }
  return problem(
    'bad-input',
    `There is no process ${pid} here; pagescope process lists those that are.`,
    `这里没有进程 ${pid}；pagescope process 列出现有的进程。`,
  );
}

function anothers(pid: number): ProblemError {
  return problem(
    'gone',
    `The process that was meant has ended, and its pid ${pid} is another's by now; choose again.`,
    `所指的进程已经结束，其 pid ${pid} 现在属于另一个进程；请重新选择。`,
  );
}

function zombie(pid: number): ProblemError {
  return problem(
    'cannot-run-here',
    `Process ${pid} has ended and its memory is gone: it is a zombie until its parent asks for its exit status.`,
    `进程 ${pid} 已经结束，内存已释放：在父进程读取其退出状态之前，它是僵尸进程。`,
  );
}

function gone(pid: number): ProblemError {
  return problem('gone', `Process ${pid} ended while it was looked at.`, `进程 ${pid} 在查看过程中结束了。`);
}
