import { pageSize } from '../../native/libc/sysconf.ts';
import type { Text } from '../../protocol/text.ts';
import { countPages, formatCount, formatPages } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { whyNot } from '../experiment-kit/refusals.ts';
import { askForSmallPages, wholeOf } from '../experiment-kit/shared-steps.ts';
import { countOrNull, type Look, together } from '../regions/look.ts';
import { lockOnFaultResult } from './results/lock-on-fault.ts';

/**
 * Two ways to lock the same amount. mlock(2) brings every page in before it returns; mlock2(2) with MLOCK_ONFAULT
 * (Linux 4.4) marks the mapping and leaves each page to its first touch. Both charge the whole range to the limit at
 * once.
 */
export const lockOnFault = experiment({
  id: 'lock-on-fault',
  group: 'locking',
  title: { en: 'Lock now or on fault', zh: '立即锁定与缺页时锁定' },
  summary: {
    en: 'mlock brings every page in before it returns; mlock2 with MLOCK_ONFAULT locks each page when it is first touched. Both count in full.',
    zh: 'mlock 返回前就调入所有页；带 MLOCK_ONFAULT 的 mlock2 在首次访问时才锁定各页。两者都立即全额计入上限。',
  },
  sentence: {
    en: 'Lock {pages} {pages|page|pages} at once, and as many on fault',
    zh: '立即锁定 {pages} 页，另有同样多的页在缺页时锁定',
  },
  placement: 'inline',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'How many pages each of the two regions has. Both together count against RLIMIT_MEMLOCK.',
        zh: '两个区域各自的页数。两者合计计入 RLIMIT_MEMLOCK。',
      },
      minimum: 1,
      maximum: 1 << 16,
      // Two regions of 4 KiB pages that fit the 64 KiB which were the default limit until Linux 5.16.
      default: 8,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims: {
    'resident-now': { en: 'Right after mlock every page of A is resident', zh: 'mlock 之后 A 的所有页立即驻留' },
    'none-yet': { en: 'Right after mlock2 no page of B is resident', zh: 'mlock2 之后 B 还没有任何页驻留' },
    'both-locked': { en: 'Every page of B is locked, on fault', zh: 'B 的所有页都已标记为缺页时锁定' },
    'vm-lck-now': { en: 'VmLck grows by all of A', zh: 'VmLck 增加 A 的全部大小', unit: 'bytes' },
    'vm-lck-on-fault': { en: 'VmLck grows by all of B just as well', zh: 'VmLck 同样增加 B 的全部大小', unit: 'bytes' },
    'touch-one': { en: 'A touch makes just that page of B resident', zh: '一次访问只让 B 的那一页驻留' },
    'smaps-one': {
      en: 'smaps “Locked” of B counts just that page',
      zh: 'smaps 中 B 的 “Locked” 只计那一页的量',
      unit: 'bytes',
    },
  },
  commitsBytes: ({ pages }) => (pages + 1) * pageSize(),
  mapsBytes: ({ pages }) => 2 * pages * pageSize(),

  async *run(lab, { pages }) {
    const bytes = pages * lab.pageSize;
    const now = yield* lab.map(
      { en: `Map ${countPages(pages)}, A`, zh: `映射 ${formatCount(pages)} 页，区域 A` },
      pages,
    );
    const later = yield* lab.map({ en: `Map as many again, B`, zh: `再映射同样多的页，区域 B` }, pages);
    yield* askForSmallPages(lab, now);
    yield* askForSmallPages(lab, later);

    const mlock = yield* lab.perform({ en: 'Lock A', zh: '锁定 A' }, now, { kind: 'mlock', range: wholeOf(now) });
    const lookNow = yield* lab.look({ en: 'Look at A', zh: '查看 A' }, now);
    const limitedNow = whyNot(mlock);
    if (limitedNow) {
      lab.skip('resident-now', pages, limitedNow);
      lab.skip('vm-lck-now', bytes, limitedNow);
    } else {
      lab.claim('resident-now', pages, lookNow.count('resident'));
      lab.claim('vm-lck-now', bytes, mlock.vmLckGrowthBytes);
      lab.measurement('mlockNs', mlock.durationNs);
    }

    const mlock2 = yield* lab.perform({ en: 'Lock B on fault', zh: '以缺页时锁定的方式锁定 B' }, later, {
      kind: 'mlock2',
      onFault: true,
      range: wholeOf(later),
    });
    const lookLater = yield* lab.look({ en: 'Look at B', zh: '查看 B' }, later);
    const page = Math.floor(pages / 2);
    const known = (look: Look, limited: Text | undefined) => (limited ? null : countOrNull(look.count('resident')));
    const limitedLater = whyNot(mlock2);
    const steps = { now: mlock.index, lookNow: lookNow.step, later: mlock2.index, lookLater: lookLater.step };
    const seen = {
      nowNs: limitedNow ? null : mlock.durationNs,
      residentNow: known(lookNow, limitedNow),
      vmLckBytes: limitedNow ? null : countOrNull(mlock.vmLckGrowthBytes),
    };
    if (limitedLater) {
      lab.skip('none-yet', 0, limitedLater);
      lab.skip('both-locked', pages, limitedLater);
      lab.skip('vm-lck-on-fault', bytes, limitedLater);
      lab.skip('touch-one', `${page}`, limitedLater);
      lab.skip('smaps-one', lab.pageSize, limitedLater);
      lab.result(lockOnFaultResult({ ...seen, laterNs: null, touchNs: null, residentLater: null, steps }));
      return;
    }
    lab.claim('none-yet', 0, lookLater.count('resident'));
    const both = together(lookLater.count('vmLocked'), lookLater.count('onFault'), Math.min);
    lab.claim('both-locked', pages, both);
    lab.claim('vm-lck-on-fault', bytes, mlock2.vmLckGrowthBytes);
    lab.measurement('mlock2OnFaultNs', mlock2.durationNs);

    const touch = yield* lab.perform({ en: `Write page ${page} of B`, zh: `写 B 的第 ${page} 页` }, later, {
      kind: 'touch',
      access: 'write',
      pages: [page],
    });
    lab.measurement('firstTouchNs', touch.durationNs);
    const residentLater = known(lookLater, limitedLater);
    const measured = { laterNs: mlock2.durationNs, touchNs: touch.durationNs, residentLater };
    lab.result(lockOnFaultResult({ ...seen, ...measured, steps: { ...steps, touch: touch.index } }));
    const touched = yield* lab.look({ en: 'Look at B again', zh: '再次查看 B' }, later);
    const resident = touched.pagesWith('Resident');
    lab.claim('touch-one', `${page}`, whyNot(touch) ?? ('en' in resident ? resident : formatPages(resident)));
    const smaps = await lab.smaps(later);
    const lockedBytes = 'en' in smaps ? smaps : smaps.reduce((sum, vma) => sum + vma.lockedBytes, 0);
    lab.claim('smaps-one', lab.pageSize, whyNot(touch) ?? lockedBytes);
  },
});
