import { existsSync } from 'node:fs';
import { RecordingFile } from '../../lab/recordings/recording-file.ts';
import { type ComparedClaim, compare } from '../../lab/reports/compare.ts';
import type { Comparison } from '../../protocol/comparison.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Language } from '../../protocol/language.ts';
import { numbersIn, unitOfName } from '../../protocol/quantity.ts';
import type { Report } from '../../protocol/report.ts';
import { checkStep } from '../recorded-step.ts';
import { tellDamage } from '../tell-damage.ts';
import { Terminal } from '../terminal.ts';

/**
 * `pagescope compare A B`: two recordings, or two steps of one, side by side. The exit status is 0 also where they
 * differ.
 */
export function compareRecordings({
  files: [a, b],
  json,
  language,
}: {
  files: readonly [string, string];
  json: boolean;
  language: Language;
}): ExitStatus {
  const comparison = compare(reportOf(a, language), reportOf(b, language), language);
  if (json) process.stdout.write(`${JSON.stringify(comparison)}\n`);
  else print(comparison, [a, b], language);
  return ExitStatus.Held;
}

/** The report of a recording: `FILE`, or `FILE@STEP` of its pages until that step. Throws `bad-input`. */
function reportOf(named: string, language: Language): Report {
  const [, file, step] = existsSync(named) ? [] : (/^(.+)@(\d+)$/.exec(named) ?? []);
  using recording = new RecordingFile(file ?? named);
  const report = recording.report(language, step === undefined ? undefined : Number(step));
  tellDamage(file ?? named, recording, language);
  if (step === undefined) return report;
  checkStep(file ?? named, report.steps, Number(step));
  return { ...report, steps: report.steps.filter(({ index }) => index <= Number(step)) };
}

const words = {
  en: {
    other: 'These are different experiments, or ran with different parameters.',
    pages: 'Pages in different states at the end',
    differ: (count: number, pages: number) => `${count} of ${pages}`,
    measurements: 'Measurements, and the second in parts of the first',
    claims: 'Claims',
    machine: 'The machines differ',
    same: 'The machines are the same.',
    held: 'held',
    failed: 'failed',
    skipped: 'skipped',
    none: 'not there',
    unknown: 'unknown',
  },
  zh: {
    other: '两者是不同的实验，或参数不同。',
    pages: '结束时状态不同的页面',
    differ: (count: number, pages: number) => `${pages} 页中的 ${count} 页`,
    measurements: '测量值，及后者与前者之比',
    claims: '断言',
    machine: '机器的不同之处',
    same: '机器相同。',
    held: '成立',
    failed: '不成立',
    skipped: '跳过',
    none: '没有',
    unknown: '未知',
  },
} as const;

function print(comparison: Comparison, files: readonly string[], language: Language): void {
  const terminal = new Terminal(process.stdout);
  const say = words[language];
  const { quantity } = numbersIn(language);
  const heading = (text: string) => terminal.line(terminal.style('bold', text));
  files.forEach((file, index) => {
    terminal.line(`${'AB'[index]}  ${file}`);
  });
  terminal.line(terminal.style('bold', comparison.sentence));
  if (!comparison.same) terminal.line(terminal.style('yellow', say.other));
  heading(say.pages);
  for (const { region, pagesA, pagesB, differ, reason } of comparison.pages) {
    const said = differ === null ? `${say.unknown}: ${reason}` : say.differ(differ, Math.min(pagesA, pagesB));
    terminal.line(`  ${region}  ${said}`);
  }
  if (comparison.measurements.length > 0) heading(say.measurements);
  for (const { name, a, b, ratio } of comparison.measurements) {
    const amounts = [a, b].map((amount) => quantity(amount, unitOfName(name))).join('  ');
    terminal.line(`  ${name}  ${amounts}  ${ratio === null ? '' : quantity(ratio, 'times')}`);
  }
  heading(say.claims);
  const status = (claim: ComparedClaim['a']) => (claim ? say[claim.status] : say.none);
  for (const { text, a, b } of comparison.claims) {
    const said = `${status(a)} / ${status(b)}`;
    terminal.line(`  ${a?.status === b?.status ? said : terminal.style('yellow', said)}  ${text}`);
  }
  heading(comparison.environment.length > 0 ? say.machine : say.same);
  for (const { name, a, b } of comparison.environment) terminal.line(`  ${name}  ${a}  /  ${b}`);
}
