import type { Text } from '../../protocol/text.ts';
import { oneLine } from './one-line.ts';
import type { ReportSource } from './report-source.ts';

/** What every report says of itself: what it is about, what it was made from, and by which version. */
export function madeBy({ report, language, madeFrom }: ReportSource): string {
  const { experiment, createdAt, pagescope } = report;
  const parameters = Object.entries(experiment.parameters).map(([name, value]) => `${name}=${value}`);
  const run = [experiment.id, ...parameters].join(' ');
  const said: Text = {
    en: `Pagescope ${pagescope}: ${run}, ${createdAt}${madeFrom ? `, from ${madeFrom}` : ''}`,
    zh: `Pagescope ${pagescope}：${run}，${createdAt}${madeFrom ? `，取自 ${madeFrom}` : ''}`,
  };
  return oneLine(said[language]);
}
