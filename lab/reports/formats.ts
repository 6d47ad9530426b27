import type { ReportFormat } from '../../protocol/report-formats.ts';
import { csv } from './csv.ts';
import { markdown } from './markdown.ts';
import type { ReportSource } from './report-source.ts';
import { straceText } from './strace-text.ts';

/** Writes a session in a format. All formats are made from the same report, so their numbers are the same. */
export async function written(format: ReportFormat, source: ReportSource): Promise<string> {
  const { report, table = 'steps' } = source;
  switch (format) {
    case 'json':
      return `${JSON.stringify(report)}\n`;
    case 'csv':
      return csv(report, table);
    case 'md':
      return markdown(source);
    case 'strace':
      return straceText(source);
    case 'html':
      return (await import('./html.ts')).html(source);
    case 'svg':
      return (await import('./html.ts')).svg(source);
    case 'workbench':
      return `${JSON.stringify(await source.saved())}\n`;
    case 'c':
      return source.program();
  }
}
