import type { CoreFile } from '../../protocol/events.ts';
import type { Text } from '../../protocol/text.ts';
import type { CoreFolder } from './core-folder.ts';
import type { CoreSource } from './core-source.ts';

/** Why there is no core file to search. `not-written` also where a process is not dumpable, or its RLIMIT_CORE is 0. */
export type CoreRefused = {
  readonly why: 'no-room' | 'would-overwrite' | 'not-written' | 'not-found' | 'not-ours' | 'no-program' | 'failed';
  readonly refused: Text;
};

/** A core file on the disk. Disposing of it deletes it, with what else its route left, as far as this user may. */
export interface CollectedCore extends AsyncDisposable {
  readonly path: string;
  readonly route: CoreFile['route'];
  /** What somebody else keeps of it and this user may not delete: systemd's own copy. */
  readonly leftBehind?: Text;
}

/** A core file to come: what its name will be made of, and what was there before. */
export interface ExpectedCore {
  readonly source: Exclude<CoreSource, { kind: 'none' }>;
  readonly folder: CoreFolder;
}

/**
 * Call it before the process aborts, in a process that is like it: same user, program, limits, and name, as a fork is. The one that aborts
 * must have `folder.path` as its working directory (a relative core_pattern starts there) and RLIMIT_CORE raised to its hard limit.
 */
export async function expectCore(
  _source: Exclude<CoreSource, { kind: 'none' }>,
  _folder: CoreFolder,
): Promise<ExpectedCore | CoreRefused> {
  throw new Error('not there yet');
}

/**
 * Waits until process `pid` has ended (it may stay a zombie) and its core file is written, and finds it. At most `patienceMs` (60 s).
 * When `signal` aborts, what was written is deleted, and the signal's reason thrown.
 */
export async function collectCore(
  _pid: number,
  _expected: ExpectedCore,
  _signal: AbortSignal,
  _patienceMs = 60_000,
): Promise<CollectedCore | CoreRefused> {
  throw new Error('not there yet');
}
