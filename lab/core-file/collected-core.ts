import type { CoreFile } from '../../protocol/events.ts';
import type { Text } from '../../protocol/text.ts';
import type { CoreFolder } from './core-folder.ts';
import type { CoreSource } from './core-source.ts';
import { deleteCore } from './own-core.ts';

/** Why there is no core file to search. `not-written` also where a process is not dumpable, or its RLIMIT_CORE is 0. */
export type CoreRefused = {
  readonly why: 'no-room' | 'would-overwrite' | 'not-written' | 'not-found' | 'not-ours' | 'no-program' | 'failed';
  readonly refused: Text;
};

/**
 * A core file on the disk. Disposing of it deletes it, its private folder, and what else its route left, as far as this
 * user may.
 */
export interface CollectedCore extends AsyncDisposable {
  readonly path: string;
  readonly route: CoreFile['route'];
  /** What somebody else keeps of it and this user may not delete: systemd's own copy. */
  readonly leftBehind?: Text;
}

/** A core file to come. */
export interface ExpectedCore {
  readonly source: Exclude<CoreSource, { kind: 'none' }>;
  readonly folder: CoreFolder;
  /** Unix time in ms: what is older is not ours. */
  readonly sinceMs: number;
}

/** A core file that is deleted, with its private folder, when it is disposed of. */
export function collected(
  path: string,
  route: CollectedCore['route'],
  folder: CoreFolder,
  leftBehind?: Text,
): CollectedCore {
  return {
    path,
    route,
    ...(leftBehind ? { leftBehind } : {}),
    async [Symbol.asyncDispose]() {
      await deleteCore(path);
      await folder[Symbol.asyncDispose]();
    },
  };
}
