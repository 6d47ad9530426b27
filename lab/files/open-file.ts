import { closeSync, constants, openSync } from 'node:fs';
import { errnoOf } from '../../native/proc/proc-file.ts';
import type { Text } from '../../protocol/text.ts';
import { type BytePath, forNode } from './byte-path.ts';

const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW, O_NOATIME } = constants;

/**
 * A descriptor to look at a file through. O_NONBLOCK: a FIFO that took the file's place would wait for its writer.
 * O_NOATIME where it is allowed, to owners: being looked at is no access. open(2)
 *
 * @param follow whether the last part of the path may be a symbolic link
 * @throws what Node throws
 */
export function openToLook(path: BytePath, follow: boolean): number {
  const flags = O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
  const given = forNode(path);
  try {
    return openSync(given, flags | O_NOATIME);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    return openSync(given, flags);
  }
}

/** A descriptor that is closed at the end of its block. */
export class OpenFile implements Disposable {
  readonly fd: number;
  constructor(path: BytePath, follow = true) {
    this.fd = openToLook(path, follow);
  }
  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** Why a file could not be opened or read, from what Node threw. @throws what was no refusal of the system */
export function whyRefused(error: unknown): Text {
  // A path with a zero byte gets no further than Node.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE') return meanings.EINVAL;
  const errno = errnoOf(error);
  const known = (meanings as Record<string, Text>)[errno];
  return known ? { en: `${known.en} (${errno})`, zh: `${known.zh}（${errno}）` } : { en: errno, zh: errno };
}

const meanings = {
  ENOENT: { en: 'it does not exist', zh: '它不存在' },
  EACCES: { en: 'you may not read it', zh: '没有读取权限' },
  EPERM: { en: 'you may not read it', zh: '没有读取权限' },
  ENOTDIR: { en: 'a part of its path is not a folder', zh: '路径中有一部分不是文件夹' },
  ELOOP: { en: 'its symbolic links lead in a circle', zh: '它的符号链接成环' },
  EINVAL: { en: 'no such path can be', zh: '不可能有这样的路径' },
  ENAMETOOLONG: { en: 'its name is too long', zh: '名称过长' },
  ENXIO: { en: 'it cannot be opened again, as memfd_secret and sockets', zh: '无法再次打开，如 memfd_secret 和套接字' },
  ENOSPC: { en: 'the disk is full', zh: '磁盘已满' },
  EIO: { en: 'the disk answered with an error', zh: '磁盘出错' },
  ESRCH: { en: 'the process has ended', zh: '进程已结束' },
} as const satisfies Record<string, Text>;
