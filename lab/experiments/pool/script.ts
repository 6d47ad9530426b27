import type { Text } from '../../../protocol/text.ts';
import { formatBytes } from '../../base/format.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { whyNot } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { everyPageOf, wholeOf } from '../../experiment-kit/shared-steps.ts';
import { steadyMalloc } from '../../experiment-kit/steady-malloc.ts';
import { timingCosts } from '../../operations/timing-costs.ts';
import type { Look } from '../../regions/look.ts';
import type { Region } from '../../regions/region.ts';
import type { PoolClaim } from './claims.ts';
import type { Answered, Chosen, Found, Hot, Used } from './found.ts';
import { type BySource, Malloc, MapEach, Pool, type Source } from './providers.ts';
import { type Served, serveAll, warmUp } from './serve.ts';

type PoolLab = Lab<PoolClaim>;

export async function* poolScript(lab: PoolLab, chosen: Chosen): Script<Found> {
  const { bytes, slots, slotPages, burst } = chosen;
  const huge = yield* steadyMalloc(lab);
  yield* measureCosts(lab);
  const room = `${slots} × ${formatBytes(slotPages * lab.pageSize)}`;
  const cold = yield* lab.map({ en: `Map the cold pool: ${room}`, zh: `映射冷池：${room}` }, slots * slotPages);
  const warm = yield* lab.map({ en: `Map the hot pool: ${room}`, zh: `映射热池：${room}` }, slots * slotPages);
  const hot = yield* bringIn(lab, warm);
  const sources: BySource<Source> = {
    mmap: {
      id: 'mmap',
      name: { en: 'mmap, munmap', zh: 'mmap、munmap' },
      provider: new MapEach(slotPages * lab.pageSize),
    },
    malloc: { id: 'malloc', name: { en: 'malloc, free', zh: 'malloc、free' }, provider: new Malloc(bytes) },
    cold: {
      id: 'cold',
      name: { en: 'cold pool', zh: '冷池' },
      provider: Pool.over(cold, slots),
      pool: { region: cold, slots },
    },
    hot: { id: 'hot', name: hotName(hot), provider: Pool.over(warm, slots), pool: { region: warm, slots } },
  };
  const one = yield* serveEach(lab, sources, chosen, 1);
  const afterOne = yield* lab.look(
    { en: 'Look at the cold pool: the slot that came back was given again', zh: '查看冷池：归还的槽会再次给出' },
    cold,
  );
  const bursts = yield* serveEach(lab, sources, chosen, burst);
  const afterBursts = yield* lab.look({ en: 'Look at the cold pool after the bursts', zh: '突发之后查看冷池' }, cold);
  return {
    ...chosen,
    one,
    bursts,
    hot,
    usedByOne: usedPages(lab, 'One', cold, afterOne),
    usedByBursts: usedPages(lab, 'Burst', cold, afterBursts),
    huge,
  };
}

/** Pages of the cold pool that were used so far; the others lie idle in the hot one. */
function usedPages(lab: PoolLab, load: 'One' | 'Burst', { pages }: Region, look: Look): Used {
  const used = look.count('resident');
  if (typeof used === 'number') lab.measurement(`idle${load}Bytes`, (pages - used) * lab.pageSize);
  return { pages: used, step: look.step };
}

/** The engine warm, and what measuring costs. */
async function* measureCosts(lab: PoolLab): Script {
  const { emptyCallNs, clockReadNs } = yield* lab.work(
    {
      en: 'Warm up with requests of each kind, which are left out, and measure what measuring costs',
      zh: '先用各种请求预热（不计入），并测量测量本身的开销',
    },
    async ({ signal }) => {
      await warmUp(signal);
      return timingCosts();
    },
  );
  lab.measurement('emptyCallNs', emptyCallNs);
  lab.measurement('clockReadNs', clockReadNs);
}

/** Brings the pool in and locks it; where the limit does not allow that, it stays as it was brought in. */
async function* bringIn(lab: PoolLab, region: Region): Script<Hot> {
  const populated = yield* lab.perform(
    { en: 'Bring the hot pool in: MADV_POPULATE_WRITE', zh: '调入热池：MADV_POPULATE_WRITE' },
    region,
    { kind: 'madvise', advice: 'MADV_POPULATE_WRITE', range: wholeOf(region) },
  );
  // Before Linux 5.14, or under a filter.
  const prefault = whyNot(populated)
    ? yield* lab.perform({ en: 'Write each page of the hot pool', zh: '写热池的每一页' }, region, {
        kind: 'touch',
        access: 'write',
        pages: everyPageOf(region),
      })
    : populated;
  const notPrefaulted = whyNot(prefault);
  const lock = yield* lab.perform(
    { en: 'Lock the hot pool', zh: '锁定热池' },
    region,
    { kind: 'mlock', range: wholeOf(region) },
    // It is as quick without, for as long as memory is not short.
    'ENOMEM',
  );
  const notLocked = whyNot(lock);
  const look = yield* lab.look(
    { en: 'Look at the hot pool before its first request', zh: '首个请求之前查看热池' },
    region,
  );
  const prefaultNs = notPrefaulted ? null : prefault.durationNs;
  if (prefaultNs !== null) lab.measurement('prefaultNs', prefaultNs);
  if (!notLocked) lab.measurement('lockNs', lock.durationNs);
  return {
    prefaultNs,
    prefaultStep: prefault.index,
    notPrefaulted,
    notLocked,
    locked: notLocked ?? look.count('locked'),
  };
}

function hotName({ notLocked }: Hot): Text {
  return notLocked
    ? { en: 'hot pool, not locked', zh: '热池，未锁定' }
    : { en: 'hot pool, locked', zh: '热池，已锁定' };
}

/** All requests by each of the four, with so many blocks held at once. */
async function* serveEach(
  lab: PoolLab,
  sources: BySource<Source>,
  chosen: Chosen,
  live: number,
): Script<BySource<Answered>> {
  return {
    mmap: yield* serveBy(lab, sources.mmap, chosen, live),
    malloc: yield* serveBy(lab, sources.malloc, chosen, live),
    cold: yield* serveBy(lab, sources.cold, chosen, live),
    hot: yield* serveBy(lab, sources.hot, chosen, live),
  };
}

const doing: BySource<Text> = {
  mmap: { en: 'map each block and write it', zh: '映射并写入每个块' },
  malloc: { en: 'malloc each block and write it', zh: '用 malloc 分配并写入每个块' },
  cold: { en: 'take each block from the cold pool and write it', zh: '从冷池取出并写入每个块' },
  hot: { en: 'take each block from the hot pool and write it', zh: '从热池取出并写入每个块' },
};

async function* serveBy(lab: PoolLab, source: Source, chosen: Chosen, live: number): Script<Answered> {
  const { requests, bytes } = chosen;
  const { en, zh } = doing[source.id];
  const title =
    live === 1
      ? { en: `One at a time: ${en}`, zh: `逐个：${zh}` }
      : { en: `In bursts of ${live}: ${en}`, zh: `每次突发 ${live} 个：${zh}` };
  const load = { requests, bytes, live };
  const { value, step } = yield* lab.callStep(title, (site) => serveAll(source, load, live === 1, site));
  measure(lab, source, value);
  return { ...value, refused: whyNot(step), step: step.index };
}

/** Each source's numbers of each load, by a name of its own. */
function measure(lab: PoolLab, { id }: Source, served: Served): void {
  const { load, times, givenBackNs, minorFaults, heapMoves } = served;
  const name = `${id}${load.live === 1 ? 'One' : 'Burst'}`;
  if (times) {
    lab.measurement(`${name}P50Ns`, times.p50);
    lab.measurement(`${name}P99Ns`, times.p99);
    lab.measurement(`${name}P999Ns`, times.p999);
    lab.measurement(`${name}MaxNs`, times.max);
    lab.measurement(`${name}GiveBackNs`, givenBackNs / times.count);
  }
  lab.measurement(`${name}Faults`, minorFaults);
  // mmap(2) and munmap(2), or brk(2) for malloc's heap; a pool makes none.
  const calls = id === 'mmap' ? 2 * (times?.count ?? 0) : id === 'malloc' ? heapMoves : 0;
  lab.measurement(`${name}SystemCalls`, calls);
}
