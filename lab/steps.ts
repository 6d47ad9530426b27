/** Steps and sentences that experiments share. */
import type { Step } from '../protocol/events.ts';
import type { PageRange } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import type { Script } from './experiment.ts';
import type { Lab } from './lab.ts';
import type { Region } from './region.ts';

/** All pages of a region. */
export function wholeOf({ pages }: Region): PageRange {
  return { firstPage: 0, pageCount: pages };
}

/** Asks for small pages, so that a page is a page. Kernels without huge pages answer EINVAL, and then pages are small anyway. */
export async function* askForSmallPages<C extends string>(lab: Lab<C>, region: Region): Script {
  yield* lab.perform(
    {
      en: `${region.label}: ask for small pages, so that a page is a page`,
      zh: `${region.label}：要求使用小页，使一页就是一页`,
    },
    region,
    { kind: 'madvise', advice: 'MADV_NOHUGEPAGE', range: wholeOf(region) },
  );
}

/** Why a call was refused: the diagnosis with its numbers where there is one, else what the errno means. */
export function whyRefused({ call, errno, diagnosis, meaning }: Step): Text {
  const why = diagnosis?.text ?? meaning ?? { en: '', zh: '' };
  return { en: `${call} answered ${errno}: ${why.en}`, zh: `${call} 返回 ${errno}：${why.zh}` };
}

/** Whose faults a count of faults may hold beside those of the touches. */
export const engineFaults: Text = {
  en: 'the JavaScript engine’s own faults during the calls',
  zh: '调用期间 JavaScript 引擎自身的缺页',
};
