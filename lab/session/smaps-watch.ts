import { readSmapsAsync, type SmapsEntry } from '../../native/proc/smaps.ts';
import type { RegionSet } from './region-set.ts';

/** The shortest rest after a reading, and how many times as long as that took it is: 1 % of a processor. */
const restMs = 1000;
const restPerReading = 100;
/** The longest of that: a reading also takes as long as a busy main loop keeps it waiting, between its chunks. */
const mostRestMs = 10_000;
/** Where nothing is new and nobody calls anything, a rest is twice as long as the one before, up to this. */
const mostCalmMs = 30_000;

/**
 * Regions larger than this together are asked about after calls alone: while the kernel walks the pages of one
 * VMA (up to 34 µs a MiB), nothing of the process can be mapped or unmapped, and the main loop may wait for that.
 */
const mostBytes = 256 * 1024 * 1024;

const ownOf = ({ all }: RegionSet) => all.filter(({ pid }) => pid === undefined);

/**
 * Reads smaps now and then, on libuv's pool: it alone tells what another process set of a region (don't dump, on fault)
 * and what is lazily free, and no call of ours says when to look.
 */
export class SmapsWatch {
  #dueMs = performance.now() + restMs;
  #earliestMs = 0;
  #calmMs = restMs;
  #reading: Promise<void> | undefined;

  /** A call is about to be made. */
  wake(): void {
    this.#calmMs = restMs;
    this.#dueMs = Math.min(this.#dueMs, Math.max(this.#earliestMs, performance.now() + restMs));
  }

  /** Reads, when it is time, and hands what it read to the observers of the regions. */
  tick(regions: RegionSet): void {
    const own = ownOf(regions);
    if (this.#reading || performance.now() < this.#dueMs || own.length === 0) return;
    if (own.reduce((sum, { length }) => sum + length, 0) > mostBytes) return;
    this.#reading = this.#read(regions);
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    await this.#reading;
  }

  async #read(regions: RegionSet): Promise<void> {
    const beganMs = performance.now();
    const watched = ownOf(regions).map(({ id, address, length }) => {
      const observer = regions.observer(id);
      return { observer, calls: observer.calls, start: address, end: address + BigInt(length) };
    });
    const from = watched.reduce((least, { start }) => (start < least ? start : least), watched[0]?.start ?? 0n);
    const to = watched.reduce((most, { end }) => (end > most ? end : most), 0n);
    const entries: SmapsEntry[] = [];
    const { errno } = await readSmapsAsync('self', (entry) => entries.push(entry), from, to);
    const endedMs = performance.now();
    this.#earliestMs = endedMs + Math.min(restPerReading * (endedMs - beganMs), mostRestMs);
    this.#dueMs = Math.max(this.#earliestMs, endedMs + Math.min(this.#calmMs, mostCalmMs));
    this.#calmMs *= 2;
    this.#reading = undefined;
    if (errno !== null) return;
    for (const { observer, calls, start, end } of watched) {
      // What a call changed meanwhile, it has had read itself.
      if (observer.calls !== calls) continue;
      const own = entries.filter((entry) => entry.start >= start && entry.end <= end);
      if (observer.takeSmaps(own)) this.#calmMs = restMs;
    }
  }
}
