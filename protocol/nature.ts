import type { RegionInfo, Step } from './events.ts';

/** How a region was kept, as far as core files and swap are concerned. */
export type Nature = 'unprotected' | 'locked' | 'dont-dump' | 'locked-dont-dump' | 'secret';

/**
 * What a region is by its kind and by the calls on it that succeeded. An unlock at the end does not undo what it was.
 */
export function natureOf(
  region: Pick<RegionInfo, 'id' | 'kind'>,
  steps: Iterable<Pick<Step, 'region' | 'call' | 'arguments' | 'errno'>>,
): Nature {
  if (region.kind === 'secret') return 'secret';
  const own = [...steps].filter((step) => step.region === region.id && step.errno === null);
  const locked = own.some(({ call }) => call === 'mlock' || call === 'mlock2');
  const hidden = own.some(({ call, arguments: { advice } }) => call === 'madvise' && advice === 'MADV_DONTDUMP');
  if (locked && hidden) return 'locked-dont-dump';
  return hidden ? 'dont-dump' : locked ? 'locked' : 'unprotected';
}

/** Whether the region ought to stay out of a core file. A lock alone does not do that. */
export const isProtected = (nature: Nature): boolean => nature !== 'unprotected' && nature !== 'locked';
