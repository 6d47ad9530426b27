import { maxMapCount } from '../../native/proc/vm-settings.ts';
import { mappingCount } from '../../native/proc/vma.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';

/** Mappings that are left to the program itself: V8 ends the process when its heap cannot get one. */
const reserve = 4096;

/** Regions of one workbench: each is looked at several times a second, which takes 5 ms for this many. */
const maxRegions = 128;

/** A lock or a right for a part of a mapping makes at most two more of it. */
const perCall = 2;

/** Calls that are allowed before the process's mappings are counted again, which reads all of /proc/self/maps. */
const callsPerCount = 2048;

let left = 0;

/**
 * Whether a call that may split a mapping can be made without taking the last ones that the process may have
 * (vm.max_map_count). Counted for the whole process, since all sessions in it draw on the same number.
 *
 * @param first whether it is an action's first call: it may be the one that unlocks, so that mappings join again, and
 * goes on into the reserve
 */
export function maySplit(first: boolean): boolean {
  if (left === 0) left = Math.max(0, Math.min(callsPerCount, Math.floor(freeAfter(reserve) / perCall)));
  if (left === 0) return first && freeAfter(reserve / 2) > perCall;
  left--;
  return true;
}

/**
 * Mappings that the process may still make when so many are kept; where /proc does not tell, the kernel's own refusal
 * has to do.
 */
function freeAfter(kept: number): number {
  const [max, count] = [maxMapCount(), mappingCount()];
  if (max.errno !== null || count.errno !== null) return perCall * callsPerCount;
  return max.returned - Math.min(kept, max.returned / 8) - count.returned;
}

/** Throws `bad-input` when a workbench has all the regions that it may have, or its process nearly all mappings. */
export function checkRoomForRegion(regions: number): void {
  if (regions >= maxRegions) {
    throw problem(
      'bad-input',
      `This workbench has ${regions} regions, which is the most that it may have; unmap one first, or open another workbench.`,
      `此工作台已有 ${regions} 个区域，达到上限；请先解除一个区域的映射，或打开另一个工作台。`,
    );
  }
  if (maySplit(false)) return;
  const { en, zh } = noRoomToSplit();
  throw problem('bad-input', `${en} Unmap or unlock a region first.`, `${zh}请先解除映射或解锁一个区域。`);
}

/** Why an action ended before such a call. */
export function noRoomToSplit(): Text {
  const max = maxMapCount();
  const number = max.errno === null ? max.returned : 0;
  return {
    en: `Each of these calls may make more mappings, and the process is near the most that it may have (vm.max_map_count, ${number}); the last ${reserve} are left to Pagescope itself, which could not go on without.`,
    zh: `每次调用都可能增加映射，而进程的映射数已接近上限（vm.max_map_count，${number}）；最后 ${reserve} 个留给 Pagescope 自身，否则它无法继续运行。`,
  };
}
