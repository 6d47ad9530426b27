/** prctl(2), for what this app sets on its process. */
import { checkInt, checkLength } from '../libc/arguments.ts';
import { failed, type Result } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

/** Options of prctl(2). */
export const PR = {
  /** Send this process a signal when its parent thread ends. */
  SET_PDEATHSIG: 1,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  SET_NAME: 15,
  GET_NAME: 16,
  CAPBSET_READ: 23,
  CAPBSET_DROP: 24,
  /** Linux 3.15. The process gets no transparent huge pages, and neither do its children. */
  SET_THP_DISABLE: 41,
  /** Of Yama: lets a process and its descendants trace this one; 0 lets none. EINVAL without Yama. */
  SET_PTRACER: 0x59616d61,
} as const;

const libcPrctl = bind<(option: number, a: number, b: number, c: number, d: number) => number>(
  'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
);

/**
 * One option with one number. DUMPABLE 1: core files are written and /proc/self belongs to the process's user; a change
 * of user sets it to 0. Errors: EINVAL. prctl(2)
 */
export function prctl(option: number, value = 0): Result<number> {
  checkInt('option', option);
  const returned = libcPrctl()(option, checkLength('value', value), 0, 0, 0);
  return returned === -1 ? failed() : { returned, errno: null };
}

/** Bytes of a thread's name with its closing zero. */
const NAME_BYTES = 16;

const libcPrctlName = bind<(option: number, name: Uint8Array) => number>('int prctl(int, void *)');

/**
 * Names the calling thread (`Name:` in status; of the main thread: of the process). Cut to 15 bytes of UTF-8. prctl(2)
 */
export function setName(name: string): void {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, not ${typeof name}`);
  const bytes = new Uint8Array(128);
  new TextEncoder().encodeInto(name, bytes.subarray(0, NAME_BYTES - 1));
  libcPrctlName()(PR.SET_NAME, bytes);
}

/** The calling thread's name. prctl(2) */
export function getName(): string {
  const bytes = new Uint8Array(128);
  libcPrctlName()(PR.GET_NAME, bytes);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
