import type { Received, Response } from '../../protocol/service.ts';
import type { SessionHandle } from './session-handle.ts';

/** A workbench as its service drives it, wherever it runs: each method does what the contract's method of its name says. */
export interface WorkbenchHandle extends SessionHandle {
  addRegion(request: Received<'addRegion'>): Promise<Response<'addRegion'>>;
  renameRegion(request: Received<'renameRegion'>): Promise<void>;
  removeRegion(request: Received<'removeRegion'>): Promise<void>;
  act(request: Received<'act'>): Promise<Response<'act'>>;
  actOnProcess(request: Received<'actOnProcess'>): Promise<Response<'actOnProcess'>>;
  interrupt(request: Received<'interrupt'>): Promise<void>;
  deed(request: Received<'deed'>): Promise<Response<'deed'>>;
  inverse(request: Received<'inverse'>): Promise<Response<'inverse'>>;
  save(request: Received<'save'>): Promise<Response<'save'>>;
}
