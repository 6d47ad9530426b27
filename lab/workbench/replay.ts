import type { Claim } from '../../protocol/events.ts';
import type { Text } from '../../protocol/text.ts';
import type { ActionResult } from '../../protocol/workbench.ts';

/** What differs from the saved result, in words; undefined where nothing does. */
export function differenceOf(saved: ActionResult, now: ActionResult): Text | undefined {
  const [then, here] = [partsOf(saved), partsOf(now)];
  const differing = then.flatMap((part, index) => {
    const other = here[index];
    return part.value !== undefined && other?.value !== undefined && part.value !== other.value ? [part] : [];
  });
  if (differing.length === 0) return undefined;
  return {
    en: `when it was saved: ${differing.map(({ en, value }) => `${en} ${value}`).join(', ')}`,
    zh: `保存时：${differing.map(({ zh, value }) => `${zh} ${value}`).join('，')}`,
  };
}

function partsOf({ errno, resident, locked }: ActionResult) {
  return [
    { en: 'errno', zh: 'errno', value: errno ?? '0' },
    { en: 'resident pages', zh: '驻留页', value: resident },
    { en: 'locked pages', zh: '锁定页', value: locked },
  ];
}

/** What a replay came to: how many of the actions whose result was saved came to the same. */
export function replayClaim(compared: number, same: number, interruptedAfter: number | undefined, all: number): Claim {
  const text: Text = {
    en: `${same} of ${compared} actions had the same result as when they were saved`,
    zh: `${compared} 个操作中有 ${same} 个与保存时结果相同`,
  };
  const claim = { id: 'replay', text, expected: compared, measured: same };
  const status = same === compared ? 'held' : 'failed';
  if (interruptedAfter === undefined) return { ...claim, status };
  const reason = {
    en: `it was ended after ${interruptedAfter} of ${all} actions`,
    zh: `在 ${all} 个操作中的第 ${interruptedAfter} 个之后结束`,
  };
  return { ...claim, status, reason };
}
