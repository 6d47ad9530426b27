import type { CollectedCore, CoreRefused } from './collect.ts';
import type { CoreFolder } from './core-folder.ts';

/**
 * A core file of a process that goes on, made by gdb's gcore(1). `all` is `-a`, which writes also what `MADV_DONTDUMP` leaves out.
 * The process stands still meanwhile, so it must not be the caller.
 */
export async function gcore(
  _pid: number,
  _options: { readonly all: boolean; readonly folder: CoreFolder; readonly signal: AbortSignal },
): Promise<CollectedCore | CoreRefused> {
  throw new Error('not there yet');
}
