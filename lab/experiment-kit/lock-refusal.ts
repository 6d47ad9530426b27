import type { Step } from '../../protocol/events.ts';
import type { FixId } from '../../protocol/fixes/fix-ids.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Region } from '../regions/region.ts';
import type { Lab } from './lab.ts';
import { whyRefused } from './shared-steps.ts';

/** Fixes of refusals that have another reason than the limit. */
const notTheLimit: readonly (FixId | undefined)[] = ['mapped-range', 'max-map-count', 'unlock-first', undefined];

/**
 * Why a lock was refused, with the numbers, where the measured limit is the reason; undefined for any other, and for no
 * refusal.
 */
export function refusedByLimit(step: Step): Text | undefined {
  return notTheLimit.includes(step.diagnosis?.fix) ? undefined : whyRefused(step);
}

/** The pages of the region whose VMA is locked, as smaps(5) has it; a sentence when it cannot be told. */
export async function lockedInSmaps<C extends string>(
  lab: Lab<C>,
  region: Region,
): Promise<readonly PageRange[] | Text> {
  const vmas = await lab.smaps(region);
  if ('en' in vmas) return vmas;
  const page = (address: bigint) => Number((address - region.address) / BigInt(lab.pageSize));
  return vmas
    .filter(({ locked }) => locked)
    .map(({ start, end }) => {
      const firstPage = Math.max(0, page(start));
      return { firstPage, pageCount: Math.min(region.pages, page(end)) - firstPage };
    });
}
