/** prctl(2), for what this app sets of its own process. */
import { checkInt, checkLength } from './arguments.ts';
import { failed, type Result } from './errno.ts';
import { bind } from './libc.ts';

/** Options of prctl(2). */
export const PR = { GET_DUMPABLE: 3, SET_DUMPABLE: 4 } as const;

const libcPrctl = bind<(option: number, a: number, b: number, c: number, d: number) => number>(
  'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
);

/**
 * One option with one number. DUMPABLE 1: core files are written and /proc/self belongs to the process's user; a change of user
 * sets it to 0. Errors: EINVAL. prctl(2)
 */
export function prctl(option: number, value = 0): Result<number> {
  checkInt('option', option);
  const returned = libcPrctl()(option, checkLength('value', value), 0, 0, 0);
  return returned === -1 ? failed() : { returned, errno: null };
}
