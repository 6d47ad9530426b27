import type { SessionHandle } from '../session/session-handle.ts';
import type { WorkbenchHandle } from '../session/workbench-handle.ts';
import type { WorkbenchRoom } from './workbench-budget.ts';

/** A session to be started: its handle, and what lets it begin. */
export interface Opening {
  readonly handle: SessionHandle;
  /** Of a workbench: what is asked of it, and the memory that its regions take. */
  readonly workbench?: { readonly handle: WorkbenchHandle; readonly room: WorkbenchRoom };
  begin(): Promise<void>;
}
