/** Where a file has data and where holes: lseek(2) with SEEK_DATA and SEEK_HOLE. */
import { checkInt, checkLength } from '../libc/arguments.ts';
import { counted, type Result } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

const libcLseek = bind<(fd: number, offset: number, whence: number) => number>('int64_t lseek(int, int64_t, int)');

/**
 * The next byte from `offset` on that is data, not a hole. Moves the descriptor's offset. A file system that keeps no
 * holes calls all of it data. Errors: ENXIO (none up to the end), EBADF, EINVAL, ESPIPE. lseek(2), Linux 3.1
 */
export function seekData(fd: number, offset: number): Result<number> {
  return counted(libcLseek()(checkInt('fd', fd), checkLength('offset', offset), SEEK_DATA));
}

/**
 * The next byte from `offset` on that is in a hole; the file's end counts as one. Errors as of `seekData`. lseek(2),
 * Linux 3.1
 */
export function seekHole(fd: number, offset: number): Result<number> {
  return counted(libcLseek()(checkInt('fd', fd), checkLength('offset', offset), SEEK_HOLE));
}
