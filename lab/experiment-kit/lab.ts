import type { Status } from '../../native/proc/proc-status.ts';
import type { SmapsEntry } from '../../native/proc/smaps.ts';
import type { Claim, CoreFile } from '../../protocol/events.ts';
import type { Operation, PageRange, ProcessOperation } from '../../protocol/operation.ts';
import type { Result } from '../../protocol/result.ts';
import type { Text } from '../../protocol/text.ts';
import type { Counted, Look } from '../regions/look.ts';
import type { Mapping } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import type { Called, CalledStep, CallSite, Forked, Mapped, TakenStep, Turn, Work } from '../session/steps.ts';
import type { Script } from './script.ts';

/**
 * What an experiment can do. Each generator is one step: `const region = yield* lab.map(…)`. Everything an experiment
 * learns comes back from here, measured.
 */
export interface Lab<C extends string> {
  /** Bytes. */
  readonly pageSize: number;
  /** Maps memory; a number is that many anonymous pages. Ends the experiment as failed when the kernel refuses. */
  map(title: Text, mapping: number | Mapping): Script<Region>;
  /** Maps memory where a refusal is a result. */
  tryMap(title: Text, mapping: Mapping): Script<Mapped>;
  /**
   * Performs one operation. A refused call is a result: look at `errno`.
   *
   * @param expects the errno that is the subject here, so that it is no surprise to the reader
   */
  perform(title: Text, region: Region, operation: Operation, expects?: string): Script<TakenStep>;
  /** Performs one operation on the whole process. For isolated experiments alone. */
  onProcess(title: Text, operation: ProcessOperation): Script<TakenStep>;
  /**
   * Forks a child that does nothing until it is disposed of; its copy of a region is one of its own, looked at from
   * outside. For isolated experiments alone.
   */
  fork(title: Text, region: Region): Script<Forked>;
  /**
   * Asks mincore about the region as its own step, and takes a snapshot of all of it.
   *
   * @param range what to ask about, where the region has a hole that mincore would refuse
   */
  look(title: Text, region: Region, range?: PageRange): Script<Look>;
  /** Takes several steps in one turn of the main loop; for what the process would not survive otherwise. */
  inOneTurn<T>(title: Text, steps: (turn: Turn) => T): Script<T>;
  /** Makes a call that has to be waited for, or that is another program's, as one step. */
  call<T>(title: Text, act: (site: CallSite) => Promise<Called<T>>): Script<T>;
  /** As `call`, with the step, and with the region that it lent. */
  callStep<T>(title: Text, act: (site: CallSite) => Promise<Called<T>>): Script<CalledStep<T>>;
  /** Does what takes long and is no call, and tells how far it is. A stop ends it. */
  work<T>(title: Text, act: (work: Work) => Promise<T>): Script<T>;
  /** Waits, while samples go on: for what the kernel does by itself, readahead for one. */
  wait(title: Text, milliseconds: number): Script;
  /** Waits like `wait`, until the condition holds; whether it does. It is asked about every 5 ms. */
  waitUntil(title: Text, condition: () => boolean, atMostMs: number): Script<boolean>;
  /** Keeps a resource until the session ends, and releases it then. */
  own<T extends Disposable>(resource: T): T;
  /** VmLck of the process now, in bytes. proc_pid_status(5) */
  vmLck(): Counted;
  /** `/proc/self/status`, now. Ends the experiment as failed where it cannot be read. */
  status(): Status;
  /** The region's VMAs as smaps(5) has them, in order; a sentence when they cannot be told. */
  smaps(region: Region): Promise<readonly SmapsEntry[] | Text>;
  /** What smaps(5) says the region adds to Rss, in bytes; a sentence when it cannot be told. */
  rssBytes(region: Region): Promise<number | Text>;
  /**
   * States what was measured; the claim holds when it equals what was expected. `note` says more of it. Where a text
   * stands for what was measured, nobody can tell it, and the claim is skipped with that as its reason.
   */
  claim(id: C, expected: number | string, measured: number | string | Text, note?: Text): void;
  /** States a measured number that is expected within bounds, which the claim's text explains. */
  claimBetween(id: C, least: number, most: number, measured: Counted): void;
  /** States a measured number that is expected to be this at least. */
  claimAtLeast(id: C, least: number, measured: Counted): void;
  /**
   * States a count to which the measuring process itself may add up to `most`; what was added is said as the reason.
   */
  claimWithOwn(id: C, expected: number, measured: Counted, most: number, whose: Text): void;
  /** A claim that cannot be measured here, and why. */
  skip(id: C, expected: Claim['expected'], reason: Text): void;
  /** A core file that was searched. */
  coreFile(found: Omit<CoreFile, 'id'>): void;
  /**
   * What the run found out: a sentence in which `{name}` stands for a value, a figure, and the step at which the pages
   * tell the story. What could not be measured is null and shown as unknown.
   */
  result(result: Result): void;
  /** A number for the report; its name ends in its unit: `…Ns`, `…Bytes`, `…Pages`. */
  measurement(name: string, value: number): void;
}
