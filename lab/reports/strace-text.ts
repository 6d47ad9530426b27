import type { Report } from '../../protocol/report.ts';
import { madeBy } from './made-by.ts';
import { oneLine } from './one-line.ts';
import type { ReportSource } from './report-source.ts';

/** The calls as strace(1) writes them: when, the call, what it returned, how long it took; the title in a comment. */
export function straceText(source: ReportSource): string {
  const { report } = source;
  const lines = [`# ${madeBy(source)}`, ...report.steps.map(lineOf)];
  return `${lines.join('\n')}\n`;
}

function lineOf({ startedNs, durationNs, title, call, ...step }: Report['steps'][number]): string {
  const given = Object.values(step.arguments).join(', ');
  const why = step.errno === null ? '' : ` ${step.errno}${step.meaning ? ` (${oneLine(step.meaning)})` : ''}`;
  return `${seconds(startedNs)} ${oneLine(call)}(${oneLine(given)}) = ${oneLine(String(step.returned))}${why} <${seconds(durationNs)}>  # ${oneLine(title)}`;
}

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);
