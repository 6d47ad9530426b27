/** The advice that rules are about, and what became of the pages. */

import { MADV, madvise } from '../../native/calls/mman.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { residency } from '../../native/pages/residency.ts';
import { feature } from '../../native/probes/features.ts';
import { bytes, same, skip, withPages } from '../rule.ts';

/** The first kernel that knows an advice; older ones answer EINVAL, which is then no finding. */
export type MadviseAdvice = {
  readonly name: keyof typeof MADV;
  readonly since: string;
  readonly locked: 'EINVAL' | null;
};

/** Each advice, with the first kernel that knows it and what it answers for locked memory. */
export const ADVICE: readonly MadviseAdvice[] = [
  { name: 'NORMAL', since: '2.4', locked: null },
  { name: 'RANDOM', since: '2.4', locked: null },
  { name: 'SEQUENTIAL', since: '2.4', locked: null },
  { name: 'WILLNEED', since: '2.4', locked: null },
  { name: 'DONTNEED', since: '2.4', locked: 'EINVAL' },
  { name: 'FREE', since: '4.5', locked: 'EINVAL' },
  { name: 'DONTFORK', since: '2.6.16', locked: null },
  { name: 'DOFORK', since: '2.6.16', locked: null },
  { name: 'MERGEABLE', since: '2.6.32, CONFIG_KSM', locked: null },
  { name: 'UNMERGEABLE', since: '2.6.32, CONFIG_KSM', locked: null },
  { name: 'HUGEPAGE', since: '2.6.38, CONFIG_TRANSPARENT_HUGEPAGE', locked: null },
  { name: 'NOHUGEPAGE', since: '2.6.38, CONFIG_TRANSPARENT_HUGEPAGE', locked: null },
  { name: 'DONTDUMP', since: '3.4', locked: null },
  { name: 'DODUMP', since: '3.4', locked: null },
  { name: 'WIPEONFORK', since: '4.14', locked: null },
  { name: 'KEEPONFORK', since: '4.14', locked: null },
  { name: 'COLD', since: '5.4', locked: 'EINVAL' },
  { name: 'PAGEOUT', since: '5.4', locked: 'EINVAL' },
  { name: 'POPULATE_READ', since: '5.14', locked: null },
  { name: 'POPULATE_WRITE', since: '5.14', locked: null },
  { name: 'DONTNEED_LOCKED', since: '5.18', locked: null },
  { name: 'GUARD_INSTALL', since: '6.13', locked: 'EINVAL' },
  { name: 'GUARD_REMOVE', since: '6.13', locked: null },
];

/** Whether this kernel knows the advice at all: tried on fresh, unlocked memory. */
export function known({ name, since }: MadviseAdvice): void {
  const errno = withPages(2, (a) => madvise(a, bytes(2), MADV[name]).errno);
  if (errno === 'EINVAL')
    skip({
      en: `This kernel does not know MADV_${name} (Linux ${since}).`,
      zh: `此内核不认识 MADV_${name}（Linux ${since} 起）。`,
    });
  same(errno, null, `MADV_${name} on unlocked memory`);
}

/** What most rules ask of a page; Zero and Huge are known since Linux 6.7. */
const usual: readonly (keyof typeof PageBit)[] = ['Resident', 'Present', 'Swapped', 'Locked'];
export const zeroToo = [...usual, 'Zero'] as const;
export const hugeToo = [...usual, 'Huge'] as const;

/** The pages' bytes; skipped when the kernel can't tell these flags, or those that only smaps has. */
export function look(
  address: bigint,
  pages: number,
  readVmFlags = false,
  needed: readonly (keyof typeof PageBit)[] = readVmFlags ? [...usual, 'OnFault', 'DontDump'] : usual,
): readonly number[] {
  const into = new Uint8Array(pages);
  const { unknown } = residency(address, pages, into, { readVmFlags });
  const missing = unknown.find(({ bits }) => bits.some((bit) => needed.includes(bit)));
  if (missing) skip(missing.reason);
  return [...into];
}

/** Skips unless this kernel knows the advice. */
export function needs(name: MadviseAdvice['name']): void {
  const advice = ADVICE.find((one) => one.name === name);
  if (advice) known(advice);
}

/** A fresh page. */
export const WRITTEN = PageBit.Resident | PageBit.Present;

/** What new memory is that was only read: most kernels map the shared zero page. */
export function onlyRead(): number {
  return feature('zero-page').status === 'available' ? WRITTEN | PageBit.Zero : WRITTEN;
}

/** Skips unless a read of new memory maps the shared zero page here. */
export function needsZeroPage(): void {
  const found = feature('zero-page');
  if (found.status === 'missing')
    skip({
      en: 'On this kernel a page of new memory that was only read is its own page, not the shared zero page.',
      zh: '在此内核上，只读过的新内存页是独立的页，而不是共享零页。',
    });
  if (found.status === 'denied') skip(found.reason);
}
