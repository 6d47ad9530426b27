import type { Step } from '../protocol/events.ts';
import type { Operation } from '../protocol/operation.ts';
import type { Text } from '../protocol/text.ts';
import type { Script } from './experiment.ts';
import type { Region } from './region.ts';
import type { Look } from './snapshot.ts';

/** A step as the experiment that took it sees it. */
export type TakenStep = Step & { readonly minorFaults: number };

/**
 * What an experiment can do. Each generator is one step: `const region = yield* lab.map(…)`. Everything an experiment learns comes
 * back from here, measured.
 */
export interface Lab<C extends string> {
  /** Bytes. */
  readonly pageSize: number;
  /** Maps anonymous memory of `pages` pages. Ends the experiment as failed when the kernel refuses. */
  map(title: Text, pages: number): Script<Region>;
  /** Performs one operation. A refused call is a result: look at `errno`. */
  perform(title: Text, region: Region, operation: Operation): Script<TakenStep>;
  /** Asks mincore about the whole region as a step of its own, and takes a snapshot. */
  look(title: Text, region: Region): Script<Look>;
  /** What smaps(5) says the region's VMA holds, in bytes; a sentence when it cannot be told. */
  rssBytes(region: Region): number | Text;
  /** States what was measured; the claim holds when it equals what was expected. */
  claim(id: C, expected: number | string, measured: number | string): void;
  /** States a count to which the measuring process itself may add up to `most`; what was added is said as the reason. */
  claimWithOwn(id: C, expected: number, measured: number, most: number, whose: Text): void;
  /** A claim that cannot be measured here, and why. */
  skip(id: C, expected: number | string, reason: Text): void;
  /** A number for the report; its name ends in its unit: `…Ns`, `…Bytes`, `…Pages`. */
  measurement(name: string, value: number): void;
}
