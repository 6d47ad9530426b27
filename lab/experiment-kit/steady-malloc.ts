/** Steps that experiments about malloc(3) share: what it does is the same then whatever was freed before. */
import { functionAddress, MissingSymbol } from '../../native/libc/libc.ts';
import type { Text } from '../../protocol/text.ts';
import type { Lab } from './lab.ts';
import { whyNot } from './refusals.ts';
import type { Script } from './script.ts';

/** What both thresholds are fixed at, which is what they are at first. mallopt(3) */
export const mallocThreshold = 128 * 1024;

/** Whether malloc's thresholds can be set: glibc alone has mallopt(3). */
export function hasMallopt(): boolean {
  try {
    functionAddress('mallopt');
    return true;
  } catch (error) {
    if (error instanceof MissingSymbol) return false;
    throw error;
  }
}

/** Small pages from now on. Why a page may be a huge one all the same, where it may. */
export async function* smallPages<C extends string>(lab: Lab<C>): Script<Text | undefined> {
  const thp = yield* lab.onProcess(
    { en: 'Ask for small pages, so that a page is a page', zh: '要求使用小页，使一页就是一页' },
    { kind: 'disable-thp' },
  );
  return whyNot(thp);
}

/** Thresholds of malloc that do not move, and small pages. Why a page may be a huge one all the same, where it may. */
export async function* steadyMalloc<C extends string>(lab: Lab<C>): Script<Text | undefined> {
  const huge = yield* smallPages(lab);
  for (const parameter of ['M_MMAP_THRESHOLD', 'M_TRIM_THRESHOLD'] as const)
    yield* lab.onProcess(
      {
        en: `Fix ${parameter} at 128 KiB, which moves with what was freed otherwise`,
        zh: `将 ${parameter} 固定为 128 KiB，否则它会随释放而变动`,
      },
      { kind: 'mallopt', parameter, bytes: mallocThreshold },
    );
  return huge;
}
