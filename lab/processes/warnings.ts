import type { ProcessRow } from '../../protocol/processes.ts';
import { exactBytes } from '../../protocol/size.ts';
import type { Text } from '../../protocol/text.ts';

/** What was seen of a process at an instant, for what only time tells. */
export interface Sample {
  readonly atMs: number;
  readonly rssBytes: number;
  readonly swapBytes: number;
}

/** From this share on a limit is said to be near. */
const near = 0.8;
/** A slope is told of so long a time at least, and of so much growth. */
const slopeMs = 10_000;
const slopeBytes = 1 << 20;

/** What is to be watched, from what was measured: nothing is foretold. */
export function warnings(row: ProcessRow, samples: readonly Sample[], maxMappings: number | null): Text[] {
  const found: Text[] = [];
  const { lockShare, vmLckBytes, lockLimitBytes, ipcLock, mappings } = row;
  if (lockShare !== null && lockShare >= near && !ipcLock && typeof lockLimitBytes === 'number') {
    const left = exactBytes(Math.max(0, lockLimitBytes - (vmLckBytes ?? 0)));
    found.push({
      en: `VmLck is ${Math.floor(lockShare * 100)} % of its limit: an mlock of more than ${left} fails with ENOMEM.`,
      zh: `VmLck 已达上限的 ${Math.floor(lockShare * 100)} %：再用 mlock 锁定超过 ${left} 会返回 ENOMEM。`,
    });
  }
  if (mappings !== null && maxMappings !== null && mappings >= near * maxMappings) {
    found.push({
      en: `It has ${mappings} of ${maxMappings} mappings (vm.max_map_count): at the limit mmap, munmap and mlock fail with ENOMEM.`,
      zh: `它有 ${mappings} 个映射，上限 ${maxMappings}（vm.max_map_count）：达到上限后 mmap、munmap、mlock 会返回 ENOMEM。`,
    });
  }
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMs - first.atMs < slopeMs) return found;
  const seconds = Math.round((last.atMs - first.atMs) / 1000);
  const grew = last.rssBytes - first.rssBytes;
  const rising = samples.every((each, at) => each.rssBytes >= (samples[at - 1]?.rssBytes ?? 0));
  if (grew >= slopeBytes && rising) {
    found.push({
      en: `RSS only grew for ${seconds} s: ${exactBytes(grew)} more.`,
      zh: `RSS 在 ${seconds} 秒内只增不减：多了 ${exactBytes(grew)}。`,
    });
  }
  const swapped = last.swapBytes - first.swapBytes;
  if (swapped > 0) {
    found.push({
      en: `${exactBytes(swapped)} more of it went to swap within ${seconds} s.`,
      zh: `${seconds} 秒内又有 ${exactBytes(swapped)} 进入交换区。`,
    });
  }
  return found;
}
