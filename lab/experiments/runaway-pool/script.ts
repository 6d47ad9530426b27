import type { Text } from '../../../protocol/text.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { smallPages } from '../../experiment-kit/steady-malloc.ts';
import { together } from '../../regions/look.ts';
import type { RunawayClaim } from './claims.ts';
import type { Found, Outcome } from './found.ts';
import { halvesOf, type Load } from './load.ts';
import { Served, serve } from './serve.ts';
import type { Policy } from './slot-pool.ts';

type RunawayLab = Lab<RunawayClaim>;

const names: Record<'uncapped' | 'dontneed' | 'free', Text> = {
  uncapped: { en: 'without a cap', zh: '无上限' },
  dontneed: { en: 'with a cap and MADV_DONTNEED', zh: '有上限，MADV_DONTNEED' },
  free: { en: 'with a cap and MADV_FREE', zh: '有上限，MADV_FREE' },
};

export async function* runawayScript(lab: RunawayLab, load: Load): Script<Found> {
  const huge = yield* smallPages(lab);
  const uncapped = yield* runPool(lab, load, null, names.uncapped);
  const dontneed = yield* runPool(lab, load, 'MADV_DONTNEED', names.dontneed);
  const free = yield* runPool(lab, load, 'MADV_FREE', names.free);
  return { load, uncapped, dontneed, free, keyStep: free.endStep, huge };
}

async function* runPool(lab: RunawayLab, load: Load, policy: Policy, name: Text): Script<Outcome> {
  const { peak, low, slotBytes, waves } = load;
  const pages = (peak * slotBytes) / lab.pageSize;
  const region = yield* lab.map({ en: `Map a pool ${name.en}`, zh: `映射内存池：${name.zh}` }, pages);
  const served = new Served(region, policy, load);
  const [first, ...rest] = halvesOf(load);
  const rise = yield* lab.callStep(
    {
      en: `Rise to ${peak} live blocks, ${name.en}: each is written whole`,
      zh: `上升到 ${peak} 块存活（${name.zh}），每块整块写入`,
    },
    (site) => serve(served, first ? [first] : [], site),
  );
  const top = yield* lab.look({ en: `Look at the peak, ${name.en}`, zh: `在峰值时查看（${name.zh}）` }, region);
  const fall = yield* lab.callStep(
    {
      en: `Fall to ${low} and rise again, until the end of wave ${waves}, ${name.en}`,
      zh: `下降到 ${low} 再上升，直到第 ${waves} 波结束（${name.zh}）`,
    },
    (site) => serve(served, rest, site),
  );
  const end = yield* lab.look({ en: `Look at what is left, ${name.en}`, zh: `查看剩下的（${name.zh}）` }, region);
  const refused = whyNot(rise.step) ?? whyNot(fall.step);
  const steps = together(rise.step.minorFaults, fall.step.minorFaults, (one, other) => one + other);
  return {
    served,
    atPeak: refused ?? top.count('resident'),
    atEnd: refused ?? end.count('resident'),
    faults: refused ?? steps,
    lazyFreeBytes: refused ?? (await lazyFree(lab, served)),
    peakStep: top.step,
    endStep: end.step,
  };
}

async function lazyFree(lab: RunawayLab, { region }: Served): Promise<number | Text> {
  const vmas = await lab.smaps(region);
  return 'en' in vmas ? vmas : vmas.reduce((sum, { lazyFreeBytes }) => sum + lazyFreeBytes, 0);
}
