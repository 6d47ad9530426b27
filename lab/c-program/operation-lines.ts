import { pageSize } from '../../native/libc/sysconf.ts';
import type { Operation, PageRange, ProcessOperation, Range } from '../../protocol/operation.ts';
import type { Access, PageCall, Tool } from '../../protocol/page-call.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { cString } from '../base/c-text.ts';
import { pageCall } from '../operations/page-calls.ts';
import { eachListed, eachPage, type RunStatement } from './run-loops.ts';
import type { Place } from './scope.ts';

/** What is done to runs of pages of a region, one after the other. */
export interface RunCalls {
  /** As the page map after it is headed. */
  readonly call: string;
  readonly runs: PageRuns;
  readonly statement: RunStatement;
}

/**
 * An operation on whole pages, as what is done to each run of them; undefined for those that are no such thing.
 *
 * @param refused then a touch or a wipe goes through the kernel, which survives what a load or a store of the program's
 * own would not
 */
export function operationOnRuns(operation: Operation, place: Place, refused: boolean): RunCalls | undefined {
  if (operation.kind === 'touch') {
    const { access, pages } = operation;
    if (refused) return undefined;
    return { call: access, runs: runsOf(pages), statement: touch(access, place) };
  }
  const { range } = operation;
  if (operation.kind === 'mincore' || 'offset' in range) return undefined;
  return onRuns(operation, [range.firstPage, range.pageCount], place, refused);
}

/** An action of the workbench, likewise. A touch that is refused ends with its run. */
export function actOnRuns(tool: Tool, runs: PageRuns, place: Place, refused: boolean): RunCalls {
  if (tool.kind !== 'touch') return onRuns(tool, runs, place, refused);
  const { access } = tool;
  return { call: access, runs, statement: refused ? tryTouch(access, place) : touch(access, place) };
}

/** The C lines of an operation that is not on runs of pages: a look, a range of bytes, a touch that was refused. */
export function otherLines(operation: Operation, place: Place, refused: boolean): string[] {
  if (operation.kind === 'touch') {
    const { access, pages } = operation;
    const [only] = pages;
    if (only !== undefined && pages.length === 1) return [`${trying(access, place)}(${addressOf(place, `${only}`)});`];
    return eachListed(pages, place.pages, (page) => `if (!${trying(access, place)}(${addressOf(place, page)})) break;`);
  }
  const { range } = operation;
  if (operation.kind === 'mincore') return [showLine('mincore', place, pagesOf(range))];
  if ('offset' in range) return [callLine(operation, place, `${range.offset}`, `${range.length}`, refused)];
  return onRuns(operation, [range.firstPage, range.pageCount], place, refused).statement(
    `${range.firstPage}`,
    `${range.pageCount}`,
  );
}

/** The C line that shows the page map of a region, or of a part of it. */
export function showLine(call: string, place: Place, part = { firstPage: 0, pageCount: place.pages }): string {
  const { firstPage, pageCount } = part;
  return `show(${cString(call)}, ${cString(place.label)}, ${addressOf(place, `${firstPage}`)}, ${pageCount});`;
}

/** The C lines of an operation on the whole process. */
export function processLines(operation: ProcessOperation): string[] {
  switch (operation.kind) {
    case 'mlockall':
      return [`check("mlockall", mlockall(${operation.flags.join(' | ')}));`];
    case 'munlockall':
      return [`check("munlockall", munlockall());`];
    case 'setrlimit':
      return [
        `{`,
        `    struct rlimit limit;`,
        `    getrlimit(RLIMIT_MEMLOCK, &limit);`,
        `    limit.rlim_cur = ${operation.softBytes};`,
        `    check("setrlimit", setrlimit(RLIMIT_MEMLOCK, &limit));`,
        `}`,
      ];
    case 'drop-ipc-lock':
      return [
        `{`,
        `    /* As linux/capability.h has them, which not every C library brings: version 3, this process; CAP_IPC_LOCK is bit 14. */`,
        `    struct { unsigned version; int pid; } header = {0x20080522, 0};`,
        `    struct { unsigned effective, permitted, inheritable; } sets[2];`,
        `    check("capget", (int)syscall(SYS_capget, &header, sets));`,
        `    sets[0].effective &= ~(1u << 14);`,
        `    sets[0].permitted &= ~(1u << 14);`,
        `    check("capset", (int)syscall(SYS_capset, &header, sets));`,
        `}`,
      ];
    case 'raise-core-limit':
      return [
        `{`,
        `    struct rlimit limit;`,
        `    getrlimit(RLIMIT_CORE, &limit);`,
        `    limit.rlim_cur = limit.rlim_max;`,
        `    check("setrlimit", setrlimit(RLIMIT_CORE, &limit));`,
        `}`,
      ];
    case 'set-dumpable':
      return [`check("prctl", prctl(PR_SET_DUMPABLE, ${operation.dumpable ? 1 : 0}));`];
    case 'set-tracer':
      return [`check("prctl", prctl(PR_SET_PTRACER, ${operation.allowed ? 'getpid()' : 0}));`];
    case 'disable-thp':
      return [`check("prctl", prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));`];
    case 'mallopt':
      return [`set_${operation.parameter.toLowerCase()}(${operation.bytes});`];
    case 'abort':
      return [
        `{`,
        `    pid_t copy = fork();`,
        `    if (copy == 0) abort();`,
        `    int status = 0;`,
        `    check("waitpid", waitpid(copy, &status, 0) == -1);`,
        `    printf("signal %d, core file: %s\\n", WTERMSIG(status), WCOREDUMP(status) ? "yes" : "no");`,
        `}`,
      ];
  }
}

/** The C lines that fork a child which does nothing until it is ended, or its parent forgot it. */
export function forkLines(child: string): string[] {
  return [
    `pid_t ${child} = fork();`,
    `if (${child} == 0) {`,
    `    alarm(600);`,
    `    for (;;) pause();`,
    `}`,
    `check("fork", ${child} == -1);`,
  ];
}

/** The C lines that end such a child. */
export function endLines(child: string): string[] {
  return [`if (${child} > 0) {`, `    kill(${child}, SIGKILL);`, `    waitpid(${child}, NULL, 0);`, `}`];
}

function onRuns(call: PageCall, runs: PageRuns, place: Place, refused: boolean): RunCalls {
  const statement: RunStatement = (first, pageCount) => {
    const length = pageCount === '1' ? 'page_size' : `${pageCount} * page_size`;
    return [callLine(call, place, offsetOf(first), length, refused)];
  };
  return { call: pageCall(call).heading, runs, statement };
}

function touch(access: Access, place: Place): RunStatement {
  return eachPage((page) => `${access}_page(${addressOf(place, page)});`);
}

function tryTouch(access: Access, place: Place): RunStatement {
  const one = eachPage((page) => `${trying(access, place)}(${addressOf(place, page)});`);
  const more = eachPage((page) => `if (!${trying(access, place)}(${addressOf(place, page)})) break;`);
  return (first, pageCount) => (pageCount === '1' ? one : more)(first, pageCount);
}

/** The function that does through the kernel what may be refused. */
function trying(what: 'write' | 'read' | 'wipe', { secret }: Place): string {
  return `try_${what}${secret ? '_secret' : ''}`;
}

function addressOf({ variable }: Place, page: string): string {
  return page === '0' ? variable : `${variable} + ${offsetOf(page)}`;
}

function offsetOf(page: string): string {
  if (page === '0') return page;
  return page === '1' ? 'page_size' : `${page} * page_size`;
}

/** The C line of a call on a range of a region, from so many bytes on. */
function callLine(call: PageCall, place: Place, offset: string, length: string, refused: boolean): string {
  const { variable, fd = '-1' } = place;
  const address = offset === '0' ? variable : `${variable} + ${offset}`;
  return pageCall(call).c({ address, offset, length, fd, wipe: refused ? trying('wipe', place) : 'explicit_bzero' });
}

/** Pages in the order of a list as runs: one when they follow one another, else one for each. */
function runsOf(pages: readonly number[]): PageRuns {
  const [first = 0] = pages;
  if (pages.every((page, index) => page === first + index)) return [first, pages.length];
  return pages.flatMap((page) => [page, 1]);
}

/** The pages that a range touches. */
function pagesOf(range: Range): PageRange {
  if (!('offset' in range)) return range;
  const firstPage = Math.floor(range.offset / pageSize());
  return { firstPage, pageCount: Math.ceil((range.offset + range.length) / pageSize()) - firstPage };
}
