import type { SessionHandle } from '../session/session-handle.ts';
import type { WorkbenchRoom } from './workbench-budget.ts';

/** A session to be started: its handle, and what lets it begin. */
export interface Opening {
  readonly handle: SessionHandle;
  /** Of a workbench: the memory that its regions take. */
  readonly regions?: WorkbenchRoom;
  begin(): Promise<void>;
}
