import type { Tool } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { pageCall } from '../operations/page-calls.ts';
import type { Region } from '../regions/region.ts';
import { formatRuns } from './page-runs.ts';

/** The title of an action: what, and on which pages. */
export function actionTitle(tool: Tool, region: Region, runs: PageRuns): Text {
  const { title } = pageCall(tool);
  const pages = formatRuns(runs);
  const one = runs.length === 2 && runs[1] === 1;
  return {
    en: `${title.en}: ${one ? 'page' : 'pages'} ${pages} of ${region.label}`,
    zh: `${title.zh}：${region.label} 的第 ${pages} 页`,
  };
}
