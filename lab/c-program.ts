import type { Operation, ProcessOperation } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import type { PageRuns, Tool } from '../protocol/workbench.ts';
import { endLines, forkLines, mapLines, operationLines, processLines } from './c-lines.ts';
import type { Mapping } from './mapping.ts';

/**
 * What the C program is written from: the operations of a session, in order. A label is what its region is known by in all of its
 * entries, also after it was given another name; when its region is unmapped, another may have it.
 *
 * `refused`: the kernel answered with an errno. Of a touch or a wipe it says that a plain load or store would have ended the process.
 */
export type LoggedOperation =
  /** Refused, there is no region of this label, or a later one. */
  | {
      readonly kind: 'map';
      readonly title: Text;
      readonly label: string;
      readonly mapping: Mapping;
      readonly refused?: boolean;
    }
  | {
      readonly kind: 'operation';
      readonly title: Text;
      readonly label: string;
      readonly operation: Operation;
      readonly refused?: boolean;
    }
  /** One call for each run of pages, in order: those that were made. A run that was refused does not keep the next from being tried. */
  | {
      readonly kind: 'act';
      readonly title: Text;
      readonly label: string;
      readonly tool: Tool;
      readonly runs: PageRuns;
      readonly refused?: boolean;
    }
  | { readonly kind: 'unmap'; readonly title: Text; readonly label: string }
  | { readonly kind: 'process'; readonly title: Text; readonly operation: ProcessOperation; readonly refused?: boolean }
  | { readonly kind: 'fork'; readonly title: Text };

const headers = ['stdio.h', 'stdlib.h', 'sys/mman.h', 'unistd.h'];

const check = `
static void check(const char *call, int failed) {
    if (failed) perror(call);
}
`;

const show = `
static void show(const char *name, void *start, size_t length) {
    size_t pages = (length + page_size - 1) / page_size;
    unsigned char *vec = malloc(pages);
    if (!vec || mincore(start, length, vec) != 0) {
        perror("mincore");
        exit(1);
    }
    size_t resident = 0;
    for (size_t page = 0; page < pages; page++) resident += vec[page] & 1;
    printf("%s: resident %zu/%zu pages\\n", name, resident, pages);
    free(vec);
}
`;

/** What each kind of operation needs beside the usual headers. */
const moreHeaders: Partial<Record<string, readonly string[]>> = {
  evict: ['fcntl.h'],
  explicit_bzero: ['string.h'],
  getrandom: ['sys/random.h'],
  setrlimit: ['sys/resource.h'],
  'drop-ipc-lock': ['linux/capability.h', 'sys/syscall.h'],
  fork: ['signal.h', 'sys/types.h', 'sys/wait.h'],
};

/** Kinds that call `check`; the others cannot fail or are looked at by themselves. */
const checked = [
  'madvise',
  'mlock',
  'mlock2',
  'munlock',
  'munmap',
  'mprotect',
  'getrandom',
  'mlockall',
  'munlockall',
  'setrlimit',
  'drop-ipc-lock',
];

/** The operations as a C program that does the same: it compiles with `cc FILE` and needs nothing but libc. */
export function cProgram(log: readonly LoggedOperation[]): string {
  let forks = 0;
  const body: string[] = ['page_size = (size_t)sysconf(_SC_PAGESIZE);'];
  for (const entry of mergeTouches(log)) {
    body.push('', `/* ${entry.title.en} */`);
    if (entry.kind === 'map') body.push(...mapLines(entry.label, entry.mapping, entry.refused));
    else if (entry.kind === 'fork') body.push(...forkLines(`child_${++forks}`));
    else if (entry.kind === 'process') body.push(...processLines(entry.operation));
    else if (entry.kind === 'unmap') body.push(`munmap(${entry.label}, 1);`);
    else if (entry.kind === 'operation') body.push(...operationLines(entry.operation, entry.label));
  }
  for (let child = 1; child <= forks; child++) body.push('', ...endLines(`child_${child}`));
  for (const entry of log) {
    if (entry.kind === 'map' && !entry.refused)
      body.push('', `munmap(${entry.label}, ${entry.mapping.pages} * page_size);`);
  }
  body.push('return 0;');
  const indented = body.map((line) => (line === '' ? '' : `    ${line}`)).join('\n');
  return `${prologueFor(log)}\nint main(void) {\n${indented}\n}\n`;
}

/** The headers and functions that the program needs, no others: a compiler warns of a static function that nobody calls. */
function prologueFor(log: readonly LoggedOperation[]): string {
  const kinds = new Set<string>(log.map((entry) => ('operation' in entry ? entry.operation.kind : entry.kind)));
  const opens = log.some((entry) => entry.kind === 'map' && entry.mapping.file);
  const secret = log.some((entry) => entry.kind === 'map' && entry.mapping.memory === 'secret');
  const more = [...kinds]
    .flatMap((kind) => moreHeaders[kind] ?? [])
    .concat(opens ? ['fcntl.h'] : [], secret ? ['fcntl.h', 'sys/syscall.h'] : []);
  const includes = [...new Set([...headers, ...more])].sort().map((header) => `#include <${header}>\n`);
  const functions = `${checked.some((kind) => kinds.has(kind)) ? check : ''}${kinds.has('mincore') ? show : ''}`;
  return `#define _GNU_SOURCE\n${includes.join('')}\nstatic size_t page_size;\n${functions}`;
}

/** Touches that follow one another on one region become one: a loop reads better than its unrolling. */
function mergeTouches(log: readonly LoggedOperation[]): LoggedOperation[] {
  const merged: LoggedOperation[] = [];
  for (const entry of log) {
    const last = merged.at(-1);
    if (
      entry.kind === 'operation' &&
      last?.kind === 'operation' &&
      entry.operation.kind === 'touch' &&
      last.operation.kind === 'touch' &&
      entry.label === last.label &&
      entry.operation.access === last.operation.access
    ) {
      const operation = { ...last.operation, pages: last.operation.pages.concat(entry.operation.pages) };
      merged[merged.length - 1] = { ...last, operation };
    } else merged.push(entry);
  }
  return merged;
}

/** The C lines of one step, as they stand in the whole program. Throws `bad-input` when no such step was taken. */
export function stepProgram(log: readonly LoggedOperation[], entryIndex: number): string {
  return cProgram(log.slice(entryIndex, entryIndex + 1));
}
