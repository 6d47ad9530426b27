import { countPages, formatBytes } from '../lab/base/format.ts';
import { claimAmount } from '../protocol/claim-amount.ts';
import type { Language } from '../protocol/language.ts';
import { limitKib } from '../protocol/limit-units.ts';
import { numbersIn, unitOfName } from '../protocol/quantity.ts';
import type { Report } from '../protocol/report.ts';
import { coreFileLine } from './core-file-text.ts';
import { printFigure } from './figure-text.ts';
import { Terminal } from './terminal.ts';

type ReportStep = Report['steps'][number];

const words = {
  en: {
    pages: countPages,
    lazilyFree: (count: number) => `${countPages(count)} lazily free (MADV_FREE), as smaps counts the region`,
    more: (count: number) => `${count} more like these`,
    emptyCall: (time: string) =>
      `Measuring an empty call took ${time} in this run; a duration that is not above it is an upper bound (≤), and the first call of each kind has more of ours.`,
    claims: 'Claims',
    expected: 'expected',
    measured: 'measured',
    colon: ': ',
    comma: ', ',
    semicolon: '; ',
  },
  zh: {
    pages: (count: number) => `${count} 页`,
    lazilyFree: (count: number) => `惰性释放（MADV_FREE）${count} 页，为 smaps 对整个区域的计数`,
    more: (count: number) => `另有 ${count} 个类似步骤`,
    emptyCall: (time: string) =>
      `本次运行中测量一个空调用用了 ${time}；不超过它的耗时只是上界（≤），每种调用的首次含有更多这种开销。`,
    claims: '断言',
    expected: '预期',
    measured: '实测',
    colon: '：',
    comma: '，',
    semicolon: '；',
  },
} as const;

/** Like steps in a row that are printed whole. */
const longestStreak = 6;

const marks = { held: '✓', failed: '✗', skipped: '–' } as const;
const markStyles = { held: 'green', failed: 'red', skipped: 'yellow' } as const;

/** A report for people: every step as the call it was, the page map where pages were looked at, the claims. */
export function printReport(report: Report, language: Language): void {
  const terminal = new Terminal(process.stdout);
  const say = words[language];
  const settings = Object.entries(report.experiment.parameters).map(([name, value]) => `${name}=${value}`);
  terminal.line(`${terminal.style('bold', report.experiment.title)}  ${terminal.style('gray', settings.join(' '))}`);
  for (const { label, address, pages, length, pid } of report.regions) {
    const whose = pid === undefined ? '' : `  pid ${pid}`;
    terminal.line(`${label}  ${address}  ${say.pages(pages)}  ${formatBytes(length)}${whose}`);
  }
  terminal.line();
  printSteps(terminal, report, language);
  const { emptyCallNs } = report.environment;
  const { duration } = numbersIn(language);
  if (emptyCallNs !== undefined) terminal.line(terminal.style('gray', say.emptyCall(duration(emptyCallNs))));
  terminal.line();
  if (report.result) {
    terminal.line(terminal.style('bold', report.result.text));
    printFigure(terminal, report.result.figure, language);
    terminal.line();
  }
  const measured = Object.entries(report.measurements);
  if (measured.length > 0) {
    const { quantity } = numbersIn(language);
    const list = measured.map(([name, value]) => `${name} ${quantity(value, unitOfName(name))}`);
    terminal.line(terminal.style('gray', list.join(' · ')));
    terminal.line();
  }
  terminal.line(terminal.style('bold', say.claims));
  for (const claim of report.claims) {
    const { text, expected, measured, status, reason } = claim;
    const said = (amount: typeof expected) => claimAmount(amount, claim, language);
    const mark = terminal.style(markStyles[status], marks[status]);
    const values =
      status === 'skipped'
        ? ''
        : [`${say.expected} ${said(expected)}`, `${say.measured} ${said(measured)}`].join(say.comma);
    terminal.line(`${mark} ${text}${say.colon}${[values, reason].filter(Boolean).join(say.semicolon)}`);
  }
  const { coreFiles = [] } = report;
  if (coreFiles.length > 0) terminal.line();
  for (const core of coreFiles) terminal.line(coreFileLine(core, report, language));
}

/** Steps in order; of a long streak of like ones (a touch for each page) the first few and the last. */
function printSteps(terminal: Terminal, report: Report, language: Language): void {
  const { steps } = report;
  for (let from = 0; from < steps.length; ) {
    let end = from + 1;
    while (end < steps.length && alike(steps[from], steps[end])) end++;
    const shown = end - from <= longestStreak ? end : from + longestStreak - 2;
    for (const step of steps.slice(from, shown)) printStep(terminal, step, report, language);
    if (shown < end) {
      terminal.line(terminal.style('gray', `     … ${words[language].more(end - 1 - shown)}`));
      for (const step of steps.slice(end - 1, end)) printStep(terminal, step, report, language);
    }
    const last = steps[end - 1];
    if (last?.call === 'mincore') printMaps(terminal, report, last.index, language);
    from = end;
  }
}

/**
 * Whether two steps made the same call with the same success, so that one stands for the other. Looks at pages never
 * do.
 */
function alike(one: ReportStep | undefined, other: ReportStep | undefined): boolean {
  return one?.call === other?.call && one?.errno === other?.errno && one?.call !== 'mincore';
}

function printStep(terminal: Terminal, step: ReportStep, { environment }: Report, language: Language): void {
  const { duration } = numbersIn(language);
  const call = `${step.call}(${Object.values(step.arguments).join(', ')}) = ${step.returned}`;
  // What was measured says more than what the errno can mean.
  const reason = step.diagnosis?.text ?? step.meaning ?? '';
  const after = step.errno === null ? (step.outcome ?? '') : `${step.errno}: ${reason}`;
  const detail = terminal.style(step.errno === null ? 'gray' : 'yellow', after);
  terminal.line(`${String(step.index).padStart(3)}  ${step.title}`);
  const atMost = step.durationNs <= (environment.emptyCallNs ?? 0) ? '≤ ' : '';
  terminal.line(`     ${call}  ${atMost}${duration(step.durationNs)}  ${detail}`.trimEnd());
  if (step.diagnosis) terminal.line(`     → pagescope doctor --fix ${step.diagnosis.fix}${lockOf(step.diagnosis)}`);
}

/** What the fix is to be written for, beside nothing that is locked yet. */
function lockOf({ limit }: NonNullable<ReportStep['diagnosis']>): string {
  return typeof limit === 'number' ? ` --lock ${limitKib(limit)}KiB` : '';
}

function printMaps(terminal: Terminal, report: Report, step: number, language: Language): void {
  for (const snapshot of report.snapshots) {
    if (snapshot.step !== step || snapshot.runs.length === 0) continue;
    const region = report.regions.find(({ id }) => id === snapshot.region);
    if (region) terminal.pageMap(snapshot.runs, region.pages, language, snapshot.unknown);
    if (snapshot.lazilyFree)
      terminal.line(terminal.style('gray', `  ${words[language].lazilyFree(snapshot.lazilyFree)}`));
  }
}
