/** Steps and sentences that experiments share. */
import { feature } from '../../native/probes/features.ts';
import type { Step } from '../../protocol/events.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Region } from '../regions/region.ts';
import type { Lab } from './lab.ts';
import type { Script } from './script.ts';

/** All pages of a region. */
export function wholeOf({ pages }: Region): PageRange {
  return { firstPage: 0, pageCount: pages };
}

/** The number of every page of a region, in order: what a touch of all of it names. */
export function everyPageOf({ pages }: Region): number[] {
  return Array.from({ length: pages }, (_, page) => page);
}

/**
 * Asks for small pages, so that a page is a page. Kernels without huge pages answer EINVAL, and then pages are small
 * anyway.
 */
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

/** A call and its answer. */
export type Answered = Pick<Step, 'call' | 'errno' | 'diagnosis' | 'meaning'>;

/** Why a call was refused: the diagnosis with its numbers where there is one, else what the errno means. */
export function whyRefused({ call, errno, diagnosis, meaning }: Answered): Text {
  const why = diagnosis?.text ?? meaning ?? { en: '', zh: '' };
  return { en: `${call} answered ${errno}: ${why.en}`, zh: `${call} 返回 ${errno}：${why.zh}` };
}

/** Whose faults a count of faults may hold beside those of the touches. */
export const engineFaults: Text = {
  en: 'the JavaScript engine’s own faults during the calls',
  zh: '调用期间 JavaScript 引擎自身的缺页',
};

/** Why a read of new memory maps no shared zero page here, as tried on a page; undefined where it does. */
export function whyNoZeroPage(): Text | undefined {
  switch (feature('zero-page').status) {
    case 'available':
      return undefined;
    case 'missing':
      return {
        en: 'on this kernel a page of new memory that was only read is its own page, not the shared zero page',
        zh: '在此内核上，只读过的新内存页是独立的页，而不是共享零页',
      };
    case 'denied':
      return {
        en: 'this process can’t tell whether a read of new memory maps the shared zero page here',
        zh: '本进程无法得知在此内核上读取新内存时映射的是否为共享零页',
      };
  }
}
