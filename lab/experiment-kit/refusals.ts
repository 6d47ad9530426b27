import type { Step } from '../../protocol/events.ts';
import type { PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import { lockingFacts } from '../limits/locking-facts.ts';
import type { Counted } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import type { TakenStep } from '../session/steps.ts';
import type { Lab } from './lab.ts';
import { type Answered, whyRefused } from './shared-steps.ts';

/**
 * Why a call was not made at all, where the kernel that was asked for it has no such answer: a filter (seccomp) or an
 * old kernel gave it. Undefined for an answer that is the kernel's own: EPERM of a lock is, where the limit is 0 and no
 * capability lifts it. mlock(2), seccomp(2)
 */
export function whyForbidden(step: Step): Text | undefined {
  if (step.errno !== 'EPERM' && step.errno !== 'ENOSYS') return undefined;
  const { ipcLock, memlock } = lockingFacts();
  if (step.errno === 'EPERM' && lockCalls.includes(step.call) && memlock.soft === 0 && !ipcLock.counts)
    return undefined;
  return whyRefused(step);
}

const lockCalls: readonly string[] = ['mlock', 'mlock2', 'mlockall', 'mmap'];

/** Why a call did not do what the rest is about; undefined where it did. */
export function whyNot(step: Answered): Text | undefined {
  return step.errno === null ? undefined : whyRefused(step);
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

/** The faults that a call's touches cost; why there are none to count where it was refused. */
export function faultsOf(step: TakenStep): Counted {
  return whyNot(step) ?? step.minorFaults;
}
