import type { Text } from '../../protocol/text.ts';
import type { PageRuns, Tool } from '../../protocol/workbench.ts';
import { protectionText } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import { formatRuns } from './page-runs.ts';

/** What a tool is called. */
export function toolName(tool: Tool): Text {
  switch (tool.kind) {
    case 'touch':
      return tool.access === 'write' ? { en: 'Write', zh: '写触碰' } : { en: 'Read', zh: '读触碰' };
    case 'mlock-on-fault':
      return same('mlock2 MLOCK_ONFAULT');
    case 'madvise':
      return same(tool.advice);
    case 'mprotect':
      return same(`mprotect ${protectionText(tool.protection, '|')}`);
    default:
      return same(tool.kind);
  }
}

/** The title of an act: what, and on which pages. */
export function actTitle(tool: Tool, region: Region, runs: PageRuns): Text {
  const name = toolName(tool);
  const pages = formatRuns(runs);
  const one = runs.length === 2 && runs[1] === 1;
  return {
    en: `${name.en}: ${one ? 'page' : 'pages'} ${pages} of ${region.label}`,
    zh: `${name.zh}：${region.label} 的第 ${pages} 页`,
  };
}

function same(word: string): Text {
  return { en: word, zh: word };
}
