import { problem } from '../../protocol/problem.ts';
import { comment, cString, indented } from '../base/c-text.ts';
import { Slices } from '../base/slices.ts';
import type { LoggedOperation } from '../operations/logged-operation.ts';
import { pageCall } from '../operations/page-calls.ts';
import { mostDrawnPages } from './c-functions.ts';
import { mapLines, refusedMapLines, unmapLines } from './map-lines.ts';
import {
  actOnRuns,
  endLines,
  forkLines,
  operationOnRuns,
  otherLines,
  processLines,
  type RunCalls,
  showLine,
} from './operation-lines.ts';
import { namesIn, prologue } from './prologue.ts';
import { eachRun, loopHead, loopVariable } from './run-loops.ts';
import { type Place, Scope } from './scope.ts';

type OnRegion = Extract<LoggedOperation, { kind: 'operation' | 'act' }>;

/** C lines of a step, and those that look at the pages after it. */
interface StepLines {
  readonly lines: readonly string[];
  readonly looks: readonly string[];
}

/** Fewer steps alike than this are not written as a loop. */
const leastLoopedSteps = 3;

const about = `/*
 * What was done in Pagescope, as a C program: the same calls in the same order, on regions of the same
 * size and alignment.
 *
 *     cc -Wall -Wextra -std=c17 -pthread program.c -o program && ./program
 *
 * It needs Linux and glibc 2.27, or musl (musl-gcc). After each step it prints the page map of the
 * region that the step was about, 64 pages a line, the address in front: * is a page in memory, . is
 * one that is not. A region of more than ${mostDrawnPages} pages is counted and not drawn. What the kernel
 * refuses is told on standard error. The last lines are how many pages of each region are resident and
 * how many are locked, and the bytes that the process has locked (VmLck).
 */
`;

/**
 * The operations as a C program that does the same, with glibc 2.27 or musl and nothing else. It compiles without a
 * warning as C11 or C17, and prints the page map after each operation and the counts at the end, as its first comment
 * says.
 */
export async function cProgram(operations: readonly LoggedOperation[]): Promise<string> {
  // Others may be logged while this is written.
  const log = operations.slice();
  const scope = new Scope();
  const names = new Set<string>();
  const written: string[] = [];
  const write = (lines: readonly string[]) => {
    const text = indented(lines).join('\n');
    for (const name of namesIn(text)) names.add(name);
    written.push(text);
  };
  write(['page_size = (size_t)sysconf(_SC_PAGESIZE);']);
  const slices = new Slices();
  for (let at = 0; at < log.length; ) {
    if (slices.over) await slices.next();
    const entry = log[at];
    if (!entry) break;
    const { lines, entries } = repeated(log, at, scope) ?? { lines: wholeStep(entry, scope), entries: 1 };
    write(lines);
    at += entries;
  }
  for (const child of scope.children) write(endLines(child));
  write([...scope.places.map(summaryLine), 'print_locked_bytes();', 'return 0;']);
  return `${about}${prologue(names)}\nint main(void) {\n${written.join('\n\n')}\n}\n`;
}

/**
 * The C lines of one operation as they stand in the whole program, without the look at the pages after it; they use
 * `page_size` and the program's functions. Throws `bad-input` when there is no such operation.
 */
export function stepProgram(log: readonly LoggedOperation[], entryIndex: number): string {
  const scope = new Scope();
  // Only these give names and take them.
  for (const before of log.slice(0, entryIndex)) if (naming.includes(before.kind)) stepLines(before, scope);
  const entry = log[entryIndex];
  if (entry) return `${[headOf(entry), ...stepLines(entry, scope).lines].join('\n')}\n`;
  throw problem(
    'bad-input',
    `There is no step ${entryIndex} to write as C; ${log.length} were taken so far, from 0 on.`,
    `没有可写成 C 的第 ${entryIndex} 步；目前共有 ${log.length} 步，从 0 开始编号。`,
  );
}

const naming: readonly LoggedOperation['kind'][] = ['map', 'unmap', 'fork', 'work'];

function wholeStep(entry: LoggedOperation, scope: Scope): string[] {
  const { lines, looks } = stepLines(entry, scope);
  return [headOf(entry), ...lines, ...looks];
}

/** What the step does, and what its user calls the region that it maps. */
function headOf(entry: LoggedOperation): string {
  const name = entry.kind === 'map' ? entry.named?.name : undefined;
  return comment(name === undefined ? entry.title.en : `${entry.title.en}: ${name}`);
}

function stepLines(entry: LoggedOperation, scope: Scope): StepLines {
  switch (entry.kind) {
    case 'map': {
      const { label, mapping, refused } = entry;
      if (refused) return { lines: refusedMapLines(scope.placeOf(label, mapping), mapping), looks: [] };
      const place = scope.map(label, mapping);
      return { lines: mapLines(place, mapping), looks: [showLine('mmap', place)] };
    }
    case 'remark':
      return { lines: [comment('Only Pagescope does this; there is no C for it.')], looks: [] };
    case 'work':
      if (entry.lends) scope.map(entry.lends.label, entry.lends);
      return { lines: entry.c, looks: lookAtAll(entry.call, scope) };
    case 'unmap':
      return { lines: unmapLines(scope.unmap(entry.label)), looks: [] };
    case 'fork':
      return { lines: forkLines(scope.fork()), looks: lookAtAll('fork', scope) };
    case 'process': {
      const { operation } = entry;
      const looks = operation.kind === 'mlockall' || operation.kind === 'munlockall';
      return { lines: processLines(operation), looks: looks ? lookAtAll(operation.kind, scope) : [] };
    }
    case 'operation': {
      const { label, operation, refused = false } = entry;
      const place = scope.get(label);
      const looks = operation.kind === 'mincore' ? [] : [showLine(pageCall(operation).heading, place)];
      const calls = runCallsOf(entry, place);
      return { lines: calls ? linesOf(calls, place) : otherLines(operation, place, refused), looks };
    }
    case 'act': {
      const place = scope.get(entry.label);
      const calls = actOnRuns(entry.tool, entry.runs, place, entry.refused ?? false);
      return { lines: linesOf(calls, place), looks: [showLine(calls.call, place)] };
    }
  }
}

function linesOf({ runs, statement }: RunCalls, { pages }: Place): string[] {
  return eachRun(runs, pages, statement);
}

function runCallsOf(entry: OnRegion, place: Place): RunCalls | undefined {
  const { refused = false } = entry;
  if (entry.kind === 'act') return actOnRuns(entry.tool, entry.runs, place, refused);
  return operationOnRuns(entry.operation, place, refused);
}

/**
 * The steps from `at` on that do the same to one run of pages after the other, as a loop with the look in it, which
 * reads better than its unrolling; undefined where there are none.
 */
function repeated(log: readonly LoggedOperation[], at: number, scope: Scope) {
  const one = oneRunOf(log[at], scope);
  const second = one && oneRunOf(log[at + 1], scope);
  if (second?.text !== one?.text || !one || !second || second.first <= one.first) return undefined;
  const step = second.first - one.first;
  let times = 2;
  for (; ; times++) {
    const next = oneRunOf(log[at + times], scope);
    if (next?.text !== one.text || next.first !== one.first + times * step) break;
  }
  if (times < leastLoopedSteps) return undefined;
  const { first, pageCount, calls, place, title } = one;
  const loop = { first, step, times, pageCount };
  const variable = loopVariable(loop);
  const lines = [
    comment(`${title} … ${log[at + times - 1]?.title.en}`),
    `${loopHead(loop, variable, place.pages)} {`,
    ...indented([...calls.statement(variable, `${pageCount}`), showLine(calls.call, place)]),
    '}',
  ];
  return { lines, entries: times };
}

/** A step that is about one run of pages; steps of the same `text` do the same to theirs. */
function oneRunOf(entry: LoggedOperation | undefined, scope: Scope) {
  if (entry?.kind !== 'act' && entry?.kind !== 'operation') return undefined;
  const place = scope.get(entry.label);
  const calls = runCallsOf(entry, place);
  const [first, pageCount] = calls?.runs ?? [];
  if (!calls || first === undefined || pageCount === undefined || calls.runs.length !== 2) return undefined;
  const text = calls.statement('page', `${pageCount}`).join('\n');
  return { first, pageCount, text, calls, place, title: entry.title.en };
}

function lookAtAll(call: string, scope: Scope): string[] {
  return scope.places.map((place) => showLine(call, place));
}

function summaryLine({ label, variable, pages }: Place): string {
  return `summarize(${cString(label)}, ${variable}, ${pages});`;
}
