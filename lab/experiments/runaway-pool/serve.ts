import { quickHeap } from '../../../native/calls/malloc.ts';
import { MADV, madvise } from '../../../native/calls/mman.ts';
import { RUSAGE } from '../../../native/calls/resource.ts';
import type { ErrnoName } from '../../../native/libc/errno.ts';
import { countPresent } from '../../../native/pages/page-table.ts';
import type { Text } from '../../../protocol/text.ts';
import { Slices } from '../../base/slices.ts';
import { recordOf } from '../../operations/call-record.ts';
import { faultsSoFar } from '../../operations/faults-so-far.ts';
import { Meter } from '../../operations/meter.ts';
import type { Region } from '../../regions/region.ts';
import type { Called, CallSite } from '../../session/steps.ts';
import { loadLines } from './c-lines.ts';
import type { Half, Load } from './load.ts';
import { type Policy, SlotPool } from './slot-pool.ts';

/** A point of the curves: requests and returns so far, and what is live and what is in memory then, in bytes. */
export interface Point {
  readonly at: number;
  readonly live: number;
  readonly resident: number | null;
}

/** Between two readings of the clock: 0.3 ms. */
const requestsAtOnce = 16;

/** Points of a curve, for each rise and fall. */
const pointsOfHalfWave = 16;

/** One pool under the load, over a region of its own. */
export class Served {
  readonly policy: Policy;
  readonly load: Load;
  readonly pool: SlotPool;
  readonly region: Region;
  readonly points: Point[] = [];
  /** What each wave took: getting, writing, giving back and evicting; in ns. */
  readonly waveNs: number[] = [];
  /** Of the CPU, which a busy machine adds little to. */
  readonly waveCpuNs: number[] = [];
  minorFaults = 0;
  /** Why a slot could not be evicted; the load ends there. */
  errno: ErrnoName | null = null;

  readonly #memset = quickHeap().memset;
  #done = 0;

  constructor(region: Region, policy: Policy, load: Load) {
    this.policy = policy;
    this.load = load;
    this.region = region;
    this.pool = new SlotPool(load.peak, policy === null ? Number.POSITIVE_INFINITY : load.cap);
    this.#sample();
  }

  /** Goes some way towards so many live blocks; whether it is not there yet. */
  towards(live: number): boolean {
    const { pool, region, load } = this;
    const { slotBytes } = load;
    const base = Number(region.address);
    const before = faultsSoFar(RUSAGE.THREAD).minorFaults;
    const beganCpu = process.cpuUsage();
    const beganNs = process.hrtime.bigint();
    for (let left = requestsAtOnce; left > 0 && pool.live !== live && this.errno === null; left--) {
      if (pool.live < live) this.#memset(base + pool.take() * slotBytes, this.#done & 255, slotBytes);
      else this.#giveBack();
      this.#done++;
    }
    const wave = this.waveNs.length - 1;
    this.waveNs[wave] = (this.waveNs[wave] ?? 0) + Number(process.hrtime.bigint() - beganNs);
    const { user, system } = process.cpuUsage(beganCpu);
    this.waveCpuNs[wave] = (this.waveCpuNs[wave] ?? 0) + (user + system) * 1000;
    this.minorFaults += faultsSoFar(RUSAGE.THREAD).minorFaults - before;
    const arrived = pool.live === live || this.errno !== null;
    const every = Math.max(1, Math.round((load.peak - load.low) / pointsOfHalfWave / requestsAtOnce));
    if (arrived || Math.floor(this.#done / requestsAtOnce) % every === 0) this.#sample();
    return !arrived;
  }

  #giveBack(): void {
    const evicted = this.pool.giveBack();
    if (evicted === undefined || this.policy === null) return;
    const { slotBytes } = this.load;
    const address = this.region.address + BigInt(evicted * slotBytes);
    const { errno } = madvise(address, slotBytes, this.policy === 'MADV_FREE' ? MADV.FREE : MADV.DONTNEED);
    this.errno ??= errno;
  }

  #sample(): void {
    const { address, pages, pageSize } = this.region;
    const there = countPresent(address, pages);
    const resident = there.errno === null ? there.pages * pageSize : null;
    this.points.push({ at: this.#done, live: this.pool.live * this.load.slotBytes, resident });
  }
}

/** Serves these halves of waves. */
export async function serve(served: Served, halves: readonly Half[], site: CallSite): Promise<Called<void>> {
  const { clock, signal, tell } = site;
  const { pool, load, policy } = served;
  const meter = new Meter(clock);
  const before = { misses: pool.misses, evicted: pool.evicted, minorFaults: served.minorFaults };
  const beforeNs = sum(served.waveNs);
  let requests = 0;
  const slices = new Slices();
  for (const [index, { wave, live }] of halves.entries()) {
    if (served.waveNs.length <= wave) served.waveNs.push(0);
    requests += Math.max(0, live - pool.live);
    while (served.towards(live)) {
      if (!slices.over) continue;
      await slices.next();
      signal.throwIfAborted();
      tell(index, halves.length);
    }
  }
  const minorFaults = served.minorFaults - before.minorFaults;
  meter.add({ durationNs: sum(served.waveNs) - beforeNs, minorFaults, majorFaults: 0 });
  const misses = pool.misses - before.misses;
  const evicted = pool.evicted - before.evicted;
  const outcome: Text = {
    en: `${requests} requests, ${misses} misses${policy === null ? '' : `, ${evicted} evicted`}`,
    zh: `${requests} 次请求，${misses} 次未命中${policy === null ? '' : `，逐出 ${evicted} 个`}`,
  };
  const shown = { calls: requests, n: load.slotBytes };
  const { errno } = served;
  return {
    record: recordOf(
      {
        call: errno === null ? 'memset' : 'madvise',
        arguments: shown,
        returned: errno === null ? 'void' : -1,
        errno,
        outcome,
      },
      served.region,
      undefined,
      meter,
    ),
    value: undefined,
    c: loadLines(served.region.label, policy, load, halves),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
