import type { PageRuns } from '../../protocol/workbench.ts';
import { indented } from '../base/c-text.ts';
import { progressions } from '../base/progressions.ts';

/** More loops than this, and the runs are written as a table. */
const maxLoops = 16;

/** Runs of equal length whose first pages are `first, first + step, …`, `times` of them. */
export interface RunLoop {
  readonly first: number;
  readonly step: number;
  readonly times: number;
  readonly pageCount: number;
}

/** C lines that do something to one run: its first page and how many it has, as C. */
export type RunStatement = (first: string, pageCount: string) => string[];

/** The runs as loops, each as long as it can be; undefined when that takes more than 16. */
export function runLoops(runs: PageRuns): RunLoop[] | undefined {
  const loops: RunLoop[] = [];
  for (let at = 0; at < runs.length; ) {
    const pageCount = runs[at + 1] ?? 0;
    const firsts: number[] = [];
    for (; at < runs.length && runs[at + 1] === pageCount; at += 2) firsts.push(runs[at] ?? 0);
    const found = progressions(firsts, maxLoops - loops.length);
    if (!found) return undefined;
    loops.push(...found.map(({ first, step, count }) => ({ first, step, times: count, pageCount })));
  }
  return loops;
}

/**
 * The head of a C loop over the first pages of the runs; it ends where a step ends, or the region, when that comes to
 * the same.
 */
export function loopHead({ first, step, times }: RunLoop, variable: string, regionPages: number): string {
  const last = first + step * (times - 1);
  const end = Math.max(last + 1, Math.min(last + step, regionPages));
  const next = step === 1 ? `${variable}++` : `${variable} += ${step}`;
  return `for (size_t ${variable} = ${first}; ${variable} < ${end}; ${next})`;
}

/** What the loop over these runs calls the first page of each. */
export function loopVariable({ pageCount }: RunLoop): string {
  return pageCount === 1 ? 'page' : 'first';
}

/** C lines that do something to each run in order: lines and loops, or a loop over a table. */
export function eachRun(runs: PageRuns, regionPages: number, statement: RunStatement): string[] {
  const loops = runLoops(runs);
  if (!loops) return overTable(runs, statement);
  return loops.flatMap((loop) => {
    const { first, times, pageCount } = loop;
    if (times === 1) return statement(`${first}`, `${pageCount}`);
    const variable = loopVariable(loop);
    return [loopHead(loop, variable, regionPages), ...indented(statement(variable, `${pageCount}`))];
  });
}

/** A statement that does something to each page of a run. */
export function eachPage(statement: (page: string) => string): RunStatement {
  return (first, pageCount) => {
    if (pageCount === '1') return [statement(first)];
    const known = Number(first) + Number(pageCount);
    const end = Number.isNaN(known) ? `${first} + ${pageCount}` : `${known}`;
    return [`for (size_t page = ${first}; page < ${end}; page++)`, ...indented([statement('page')])];
  };
}

/** C lines that do something to each page of a list, in its order, in one loop that `statement` may break out of. */
export function eachListed(pages: readonly number[], regionPages: number, statement: (page: string) => string) {
  const [only] = progressions(pages, 1) ?? [];
  if (only && only.count > 1) {
    const loop = { ...only, times: only.count, pageCount: 1 };
    return [loopHead(loop, 'page', regionPages), ...indented([statement('page')])];
  }
  return loopOverPages(pages.map(String), [statement('pages[i]')]);
}

function overTable(runs: PageRuns, statement: RunStatement): string[] {
  const at = Array.from({ length: runs.length / 2 }, (_, index) => 2 * index);
  if (at.every((index) => runs[index + 1] === 1)) {
    return loopOverPages(
      at.map((index) => `${runs[index]}`),
      statement('pages[i]', '1'),
    );
  }
  return [
    '{',
    '    /* first page, and how many */',
    '    static const unsigned runs[][2] = {',
    ...rows(at.map((index) => `{${runs[index]}, ${runs[index + 1]}}`)),
    '    };',
    '    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)',
    ...indented(indented(statement('runs[i][0]', 'runs[i][1]'))),
    '}',
  ];
}

function loopOverPages(pages: readonly string[], statement: readonly string[]): string[] {
  return [
    '{',
    '    static const unsigned pages[] = {',
    ...rows(pages),
    '    };',
    '    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)',
    ...indented(indented(statement)),
    '}',
  ];
}

function rows(cells: readonly string[]): string[] {
  const lines: string[] = [];
  for (let from = 0; from < cells.length; from += 12) lines.push(`        ${cells.slice(from, from + 12).join(', ')},`);
  return lines;
}
