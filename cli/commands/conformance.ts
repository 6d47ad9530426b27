import { fileURLToPath } from 'node:url';
import { RULES } from '../../conformance/all-rules.ts';
import { type Row, runConformance } from '../../conformance/run.ts';
import { type Counts, countCalls, countRows } from '../../conformance/summary.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { inLanguage } from '../../protocol/in-language.ts';
import type { Language } from '../../protocol/language.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { Terminal } from '../terminal.ts';

/** The entry of the process that rules run in, built beside the command. */
const childEntry = new URL('./conformance-child.cjs', import.meta.url);

const columns = {
  call: { en: 'call', zh: '调用' },
  rows: { en: 'rows', zh: '规则' },
  held: { en: 'held', zh: '成立' },
  failed: { en: 'failed', zh: '不成立' },
  skipped: { en: 'skipped', zh: '跳过' },
  total: { en: 'total', zh: '合计' },
} satisfies Record<string, Text>;

export interface ConformanceOptions {
  /** The calls to check; all when there are none. */
  readonly calls: readonly string[];
  readonly json: boolean;
  readonly language: Language;
}

/** `pagescope conformance`: checks the kernel's rules on this machine. The exit status is 1 when one did not hold. */
export async function conformance({ calls, json, language }: ConformanceOptions): Promise<ExitStatus> {
  checkCalls(calls);
  const rows = await runConformance({ child: fileURLToPath(childEntry), ...(calls.length > 0 ? { calls } : {}) });
  if (json) process.stdout.write(`${JSON.stringify(inLanguage({ rows }, language))}\n`);
  else print(new Terminal(process.stdout), rows, language);
  return rows.some(({ status }) => status === 'failed') ? ExitStatus.ClaimFailed : ExitStatus.Held;
}

function checkCalls(calls: readonly string[]): void {
  const known = [...new Set(RULES.map(({ call }) => call))];
  const unknown = calls.find((call) => !known.includes(call));
  if (unknown === undefined) return;
  const names = known.join(', ');
  throw problem(
    'bad-input',
    `There are no rules of "${unknown}"; there are those of ${names}.`,
    `没有 “${unknown}” 的规则；可用的有 ${names}。`,
  );
}

/** Every row under its call, then the counts of each call. */
function print(terminal: Terminal, rows: readonly Row[], language: Language): void {
  const counts = countCalls(rows);
  for (const { call } of counts) {
    terminal.line(terminal.style('bold', call));
    for (const row of rows) if (row.call === call) printRow(terminal, row, language);
  }
  terminal.line();
  const width = Math.max(...counts.map(({ call }) => call.length)) + 2;
  terminal.line(terminal.style('bold', line(columns.call[language], width, headings(language))));
  for (const each of counts) terminal.line(line(each.call, width, numbers(each)));
  terminal.line(line(columns.total[language], width, numbers(countRows(rows))));
}

function printRow(terminal: Terminal, { rule, source, as, status, reason }: Row, language: Language): void {
  const marks = { held: ['green', '✓'], failed: ['red', '✗'], skipped: ['yellow', '–'] } as const;
  const [style, mark] = marks[status];
  terminal.line(`${terminal.style(style, mark)} ${as}  ${rule[language]}  ${terminal.style('gray', source)}`);
  if (reason !== undefined) terminal.line(`        ${terminal.style(style, reason[language])}`);
}

function headings(language: Language): readonly string[] {
  const { rows, held, failed, skipped } = columns;
  return [rows, held, failed, skipped].map((text) => text[language]);
}

function numbers({ rows, held, failed, skipped }: Counts): readonly string[] {
  return [rows, held, failed, skipped].map(String);
}

/** A line of the table: the name to the left, the numbers to the right. */
function line(name: string, width: number, cells: readonly string[]): string {
  return padded(name, width) + cells.map((cell) => ' '.repeat(Math.max(1, 9 - columnsOf(cell))) + cell).join('');
}

function padded(name: string, width: number): string {
  return name + ' '.repeat(Math.max(1, width - columnsOf(name)));
}

/** Columns of a terminal that text takes: a Chinese character takes two. */
function columnsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u2e80-\uffef]/.test(character) ? 2 : 1), 0);
}
