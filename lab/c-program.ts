import type { Operation } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import { progressions } from './progressions.ts';

/** What the C program is written from: the operations of a session, in order. */
export type LoggedOperation =
  | { readonly kind: 'map'; readonly title: Text; readonly label: string; readonly pages: number }
  | { readonly kind: 'operation'; readonly title: Text; readonly label: string; readonly operation: Operation };

type Touch = Operation & { kind: 'touch' };

/** More loops than this, and the page numbers are written as a table. */
const maxLoops = 16;

const prologue = `#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size;
`;

const check = `
static void check(const char *call, int failed) {
    if (failed) perror(call);
}
`;

const show = `
static void show(const char *name, void *region, size_t pages) {
    unsigned char *vec = malloc(pages);
    if (!vec || mincore(region, pages * page_size, vec) != 0) {
        perror("mincore");
        exit(1);
    }
    size_t resident = 0;
    for (size_t page = 0; page < pages; page++) resident += vec[page] & 1;
    printf("%s: resident %zu/%zu pages\\n", name, resident, pages);
    free(vec);
}
`;

/** The functions that the program needs, no others: a compiler warns of a static function that nobody calls. */
function functionsFor(log: readonly LoggedOperation[]): string {
  const kinds = new Set(log.map((entry) => (entry.kind === 'map' ? 'map' : entry.operation.kind)));
  const checks = kinds.has('madvise') || kinds.has('mlock') || kinds.has('munlock');
  return `${checks ? check : ''}${kinds.has('mincore') ? show : ''}`;
}

/** The operations as a C program that does the same: it compiles with `cc FILE` and needs nothing but libc. */
export function cProgram(log: readonly LoggedOperation[]): string {
  const body: string[] = ['page_size = (size_t)sysconf(_SC_PAGESIZE);'];
  for (const entry of mergeTouches(log)) {
    body.push('', `/* ${entry.title.en} */`);
    if (entry.kind === 'map') body.push(...mapLines(entry.label, entry.pages));
    else body.push(...operationLines(entry.operation, entry.label));
  }
  for (const entry of log) {
    if (entry.kind === 'map') body.push('', `munmap(${entry.label}, ${entry.pages} * page_size);`);
  }
  body.push('return 0;');
  const indented = body.map((line) => (line === '' ? '' : `    ${line}`)).join('\n');
  return `${prologue}${functionsFor(log)}\nint main(void) {\n${indented}\n}\n`;
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

function mapLines(label: string, pages: number): string[] {
  return [
    `unsigned char *${label} = mmap(NULL, ${pages} * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);`,
    `if (${label} == MAP_FAILED) {`,
    `    perror("mmap");`,
    `    return 1;`,
    `}`,
  ];
}

function operationLines(operation: Operation, label: string): string[] {
  if (operation.kind === 'touch') return touchLines(operation, label);
  const { firstPage, pageCount } = operation.range;
  const address = firstPage === 0 ? label : `${label} + ${firstPage} * page_size`;
  const length = `${pageCount} * page_size`;
  switch (operation.kind) {
    case 'mincore':
      return [`show("${label}", ${address}, ${pageCount});`];
    case 'madvise':
      return [`check("madvise", madvise(${address}, ${length}, ${operation.advice}));`];
    case 'mlock':
    case 'munlock':
      return [`check("${operation.kind}", ${operation.kind}(${address}, ${length}));`];
  }
}

function touchLines({ access, pages }: Touch, label: string): string[] {
  const touch = (page: string) =>
    access === 'write'
      ? `((volatile unsigned char *)${label})[${page} * page_size] = 1;`
      : `(void)((volatile unsigned char *)${label})[${page} * page_size];`;
  const loops = progressions(pages, maxLoops);
  if (loops) {
    return loops.map(({ first, step, count }) => {
      if (count === 1) return touch(String(first));
      const last = first + step * (count - 1);
      return `for (size_t page = ${first}; page <= ${last}; page += ${step}) ${touch('page')}`;
    });
  }
  const table: string[] = [];
  for (let from = 0; from < pages.length; from += 16) table.push(`    ${pages.slice(from, from + 16).join(', ')},`);
  return [
    `{`,
    `    static const unsigned order[] = {`,
    ...table.map((line) => `    ${line}`),
    `    };`,
    `    for (size_t i = 0; i < sizeof order / sizeof *order; i++) ${touch('order[i]')}`,
    `}`,
  ];
}
