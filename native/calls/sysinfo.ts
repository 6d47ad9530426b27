/** sysinfo(2): what the machine has, in one call of half a microsecond. */
import { type Failed, failed } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

const libcSysinfo = bind<(info: BigUint64Array) => number>('int sysinfo(void *)');

/** struct sysinfo is 112 bytes on 64-bit machines. */
const info = new BigUint64Array(16);
const WORD = { totalSwap: 8, freeSwap: 9 } as const;

/** Whether anything is in swap, of whichever process. Errors: EFAULT; those of a filter. */
export function swapInUse(): { readonly used: boolean; readonly errno: null } | Failed {
  if (libcSysinfo()(info) !== 0) return failed();
  return { used: info[WORD.totalSwap] !== info[WORD.freeSwap], errno: null };
}
