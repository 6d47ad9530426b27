import { claimAmount } from '../../protocol/claim-amount.ts';
import { figureRows } from '../../protocol/figure-rows.ts';
import { numbersIn, unitOfName } from '../../protocol/quantity.ts';
import type { Report } from '../../protocol/report.ts';
import { environmentRows } from './environment-rows.ts';
import { madeBy } from './made-by.ts';
import { oneLine } from './one-line.ts';
import type { ReportSource } from './report-source.ts';
import { reportWords } from './words.ts';

/** A report as Markdown with GitHub's tables: result, claims, measurements, steps, environment. */
export function markdown(source: ReportSource): string {
  const { report, language } = source;
  const say = reportWords[language];
  const { duration, quantity, number } = numbersIn(language);
  const { result, claims, measurements, regions, steps, environment, error } = report;
  const measured = Object.entries(measurements);
  const parts = [
    `# ${inline(report.experiment.title)}`,
    inline(madeBy(source)),
    ...(error ? [`**${say.error}**: ${inline(error)}`] : []),
    ...(result
      ? [
          `## ${say.result}`,
          inline(result.text),
          `**${inline(result.figure.title)}**`,
          table(
            ['', ''],
            figureRows(result.figure, language).map(({ label, said }) => [label, said]),
          ),
        ]
      : []),
    ...(claims.length > 0
      ? [
          `## ${say.claims}`,
          table(
            [say.status, say.claim, say.expected, say.measured, say.reason],
            claims.map((claim) => [
              say[claim.status],
              claim.text,
              claimAmount(claim.expected, claim, language),
              claim.status === 'skipped' ? '' : claimAmount(claim.measured, claim, language),
              claim.reason ?? '',
            ]),
          ),
        ]
      : []),
    ...(measured.length > 0
      ? [
          `## ${say.measurements}`,
          table(
            ['', ''],
            measured.map(([name, value]) => [name, quantity(value, unitOfName(name))]),
          ),
        ]
      : []),
    `## ${say.regions}`,
    table(
      [say.region, say.address, say.pages, say.kind],
      regions.map(({ label, name, address, pages, kind, protection }) => [
        name ?? label,
        address,
        number(pages),
        `${kind} ${protection}`,
      ]),
    ),
    `## ${say.steps}`,
    table(
      ['#', say.what, say.call, say.answer, say.time],
      steps.map((step) => [String(step.index), step.title, callOf(step), answerOf(step), duration(step.durationNs)]),
    ),
    `## ${say.environment}`,
    table(['', ''], environmentRows(environment, language)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** `mlock(0x7f…, 4096)` */
export function callOf({ call, arguments: given }: Report['steps'][number]): string {
  return `${call}(${Object.values(given).join(', ')})`;
}

/** `-1 ENOMEM: …`, or what it returned and found out. */
export function answerOf({ returned, errno, diagnosis, meaning, outcome }: Report['steps'][number]): string {
  if (errno === null) return outcome ? `${returned}, ${outcome}` : String(returned);
  const why = diagnosis?.text ?? meaning;
  return `${returned} ${errno}${why ? `: ${why}` : ''}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Text of somebody else's in one line, in which nothing is markup. */
const inline = (text: string): string => oneLine(text).replaceAll(/[\\`*_{}[\]<>#|~]/g, '\\$&');
