/** sysconf(3): what this machine is made of. */
import { checkInt } from './arguments.ts';
import { failed, type Result } from './errno.ts';
import { bind, lastErrno, setErrno } from './libc.ts';

/** Names of sysconf(3); glibc and musl give them the same numbers. */
export const SC = {
  OPEN_MAX: 4,
  PAGESIZE: 30,
  NPROCESSORS_CONF: 83,
  NPROCESSORS_ONLN: 84,
  PHYS_PAGES: 85,
  AVPHYS_PAGES: 86,
} as const;

const libcSysconf = bind<(name: number) => number>('long sysconf(int)');

/**
 * A system value, in the unit of its name. `returned` −1 with errno null: no limit. Errors: EINVAL (unknown name).
 * sysconf(3)
 */
export function sysconf(name: number): Result<number> {
  checkInt('name', name);
  const call = libcSysconf();
  setErrno(0);
  const returned = call(name);
  if (returned === -1 && lastErrno() !== 0) return failed();
  return { returned, errno: null };
}

let measured = 0;

/** Bytes in a page, asked of the system once (4096 on x86-64; 4096, 16384 or 65536 on arm64). */
export function pageSize(): number {
  if (measured === 0) {
    const { returned } = sysconf(SC.PAGESIZE);
    if (returned <= 0) throw new Error('sysconf(_SC_PAGESIZE) gave no page size, so nothing can be counted in pages.');
    measured = returned;
  }
  return measured;
}
