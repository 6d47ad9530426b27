import type { Report } from '../../protocol/report.ts';
import type { CsvTable } from '../../protocol/report-formats.ts';
import { bucketsOf } from '../../protocol/result.ts';
import { withoutControls } from './one-line.ts';

type Value = string | number | null | undefined;
type Row = Readonly<Record<string, Value>>;

/** What a row of each table is. */
const tables = {
  steps: ({ steps }: Report): Row[] =>
    steps.map(({ index, startedNs, durationNs, title, region, call, arguments: given, returned, errno, ...step }) => ({
      step: index,
      startedNs,
      durationNs,
      title,
      region,
      call,
      arguments: Object.values(given).join(', '),
      returned,
      errno,
      outcome: step.outcome,
      minorFaults: step.minorFaults,
      majorFaults: step.majorFaults,
    })),
  samples: ({ samples }: Report): Row[] =>
    samples.map(({ tNs, vmLck, vmRss, minorFaults, majorFaults, memlockSoft }) => ({
      tNs,
      vmLckBytes: vmLck,
      vmRssBytes: vmRss,
      minorFaults,
      majorFaults,
      memlockSoftBytes: memlockSoft,
    })),
  pages: ({ snapshots }: Report): Row[] =>
    snapshots.flatMap(({ step, region, takenNs, unknown, runs }) =>
      runs.map(([firstPage, pageCount, flags]) => ({
        step,
        region,
        takenNs,
        firstPage,
        pageCount,
        flags,
        unknownFlags: unknown ?? 0,
      })),
    ),
  claims: ({ claims }: Report): Row[] =>
    claims.map(({ id, status, text, expected, measured, unit, reason }) => ({
      claim: id,
      status,
      text,
      expected: typeof expected === 'object' ? expected.join('…') : expected,
      measured: status === 'skipped' ? undefined : measured,
      unit,
      reason,
    })),
  measurements: ({ measurements }: Report): Row[] =>
    Object.entries(measurements).map(([name, value]) => ({ name, value })),
  /** Of a result whose figure has histograms. */
  histogram: ({ result }: Report): Row[] => (result ? bucketsOf(result.figure).map((bucket) => ({ ...bucket })) : []),
} satisfies Record<CsvTable, (report: Report) => Row[]>;

/** One table of a report. */
export function csv(report: Report, table: CsvTable): string {
  return csvOf(tables[table](report));
}

/** Rows as RFC 4180 has them: a header, then a record a line, which ends in CR LF. */
export function csvOf(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((values) => `${values.map(field).join(',')}\r\n`)
    .join('');
}

/**
 * A value as a field. A spreadsheet takes a text that begins like a formula for one: a file that somebody gave such a
 * name must not compute, so an apostrophe goes before it.
 */
function field(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const shown = withoutControls(value);
  const text = /^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
