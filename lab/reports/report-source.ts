import type { Language } from '../../protocol/language.ts';
import type { Report } from '../../protocol/report.ts';
import type { CsvTable } from '../../protocol/report-formats.ts';

/** What a report is written from: the report itself, and what is made of it when it is asked for. */
export interface ReportSource {
  readonly report: Report;
  readonly language: Language;
  /** What it was made from, in words: `the recording run.pagescope`; undefined for a run that was not recorded. */
  readonly madeFrom?: string;
  /** Which table a CSV has. */
  readonly table?: CsvTable;
  program(): Promise<string>;
  /** Throws where the session is not a workbench. */
  saved(): Promise<unknown>;
}
