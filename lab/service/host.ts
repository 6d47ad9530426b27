import type { HostInfo } from '../../protocol/service.ts';
import type { IsolatedProcess } from '../isolation/isolated-process.ts';
import type { BeginRecording } from '../session/recording.ts';
import type { Budget } from './budget.ts';

/** What an engine needs to know of, and from, the program that it runs in. */
export interface Host {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  /** Shared by all readers of this host. */
  readonly budget: Budget;
  /**
   * Starts a process that serves its own engine. Without it sessions are inline, and what needs isolation is
   * refused.
   */
  readonly spawnIsolated?: () => Promise<IsolatedProcess>;
  /** False where nobody looks at pages while a session goes on: frames are then recorded, and not told. */
  readonly draws?: boolean;
  /** Records every session that is opened while it is there. */
  readonly record?: BeginRecording | undefined;
}
