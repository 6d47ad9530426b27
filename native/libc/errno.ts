/** Error numbers by name, and the shape of every call's result. */
import { lastErrno, type Raw } from './libc.ts';

/**
 * The numbers of asm-generic/errno-base.h and errno.h (the same on x86-64, arm64 and riscv64), in order from 1; an
 * empty place is a number that Linux does not use.
 */
const NAMES = [
  ...['EPERM', 'ENOENT', 'ESRCH', 'EINTR', 'EIO', 'ENXIO', 'E2BIG', 'ENOEXEC', 'EBADF', 'ECHILD', 'EAGAIN', 'ENOMEM'],
  ...['EACCES', 'EFAULT', 'ENOTBLK', 'EBUSY', 'EEXIST', 'EXDEV', 'ENODEV', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ENFILE'],
  ...['EMFILE', 'ENOTTY', 'ETXTBSY', 'EFBIG', 'ENOSPC', 'ESPIPE', 'EROFS', 'EMLINK', 'EPIPE', 'EDOM', 'ERANGE'],
  ...['EDEADLK', 'ENAMETOOLONG', 'ENOLCK', 'ENOSYS', 'ENOTEMPTY', 'ELOOP'],
] as const;

/** Beyond 40 few can reach us from memory calls: these are the ones that can. */
const FURTHER = {
  61: 'ENODATA',
  75: 'EOVERFLOW',
  84: 'EILSEQ',
  90: 'EMSGSIZE',
  95: 'EOPNOTSUPP',
  110: 'ETIMEDOUT',
  133: 'EHWPOISON',
} as const;

/** A name of errno(3), or `errno 123` for a number without a name here. */
export type ErrnoName = (typeof NAMES)[number] | (typeof FURTHER)[keyof typeof FURTHER] | `errno ${number}`;

const further: ReadonlyMap<number, ErrnoName> = new Map(
  Object.entries(FURTHER).map(([number, name]) => [Number(number), name]),
);

/** The name of an error number, as in errno(3). */
export function errnoName(number: number): ErrnoName {
  return NAMES[number - 1] ?? further.get(number) ?? `errno ${number}`;
}

/** A call that answered −1. */
export type Failed = { readonly returned: -1; readonly errno: ErrnoName };
/** A call that succeeded. */
export type Returned<T extends number | bigint = 0> = { readonly returned: T; readonly errno: null };
/** A call's result: its return value, or −1 with the name of its errno. */
export type Result<T extends number | bigint = 0> = Returned<T> | Failed;

/** The one success of calls that return 0: shared, so that a hot loop of calls allocates nothing. */
export const OK: Returned = Object.freeze({ returned: 0, errno: null });

/** The failure of the call just made. Call it at once: see `lastErrno`. */
export function failed(): Failed {
  return { returned: -1, errno: errnoName(lastErrno()) };
}

/** A call that answers 0 or −1. Only around the call itself: `zero(mlock()(address, length))`. */
export function zero(returned: number): Result {
  return returned === 0 ? OK : failed();
}

/** The same of a call that ran on koffi's pool, whose errno came with it. */
export function settled({ returned, errno }: Raw): Result {
  return returned === 0 ? OK : { returned: -1, errno: errnoName(errno) };
}

/** A call that answers a number from 0, or −1. Only around the call itself. */
export function counted(returned: number): Result<number> {
  return returned === -1 ? failed() : { returned, errno: null };
}
