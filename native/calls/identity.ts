/**
 * Who this process is: setresuid(2), setresgid(2). For isolated processes that give privilege up for good. The C
 * library changes all threads together; the kernel then clears the dumpable flag, which `prctl(PR.SET_DUMPABLE, 1)`
 * sets again.
 */
import { checkInt } from '../libc/arguments.ts';
import { type Result, zero } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

const libcSetresuid = bind<(real: number, effective: number, saved: number) => number>(
  'int setresuid(unsigned int, unsigned int, unsigned int)',
);
const libcSetresgid = bind<(real: number, effective: number, saved: number) => number>(
  'int setresgid(unsigned int, unsigned int, unsigned int)',
);

/** −1 leaves an id as it is; C has it as the largest unsigned number. */
function id(name: string, value: number): number {
  if (checkInt(name, value) < -1) throw new RangeError(`${name} must be a user or group id, or −1, not ${value}`);
  return value >>> 0;
}

/**
 * Sets the real, effective and saved user id; −1 leaves one as it is. When none is 0 any more, all capabilities go with
 * it. Errors: EPERM (no CAP_SETUID), EAGAIN, EINVAL. setresuid(2)
 */
export function setresuid(real: number, effective: number, saved: number): Result {
  return zero(libcSetresuid()(id('real', real), id('effective', effective), id('saved', saved)));
}

/**
 * Sets the real, effective and saved group id; do it before the user id. Errors: EPERM (no CAP_SETGID), EINVAL.
 * setresgid(2)
 */
export function setresgid(real: number, effective: number, saved: number): Result {
  return zero(libcSetresgid()(id('real', real), id('effective', effective), id('saved', saved)));
}
