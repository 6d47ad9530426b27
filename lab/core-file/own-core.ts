import { close, fstat, open } from 'node:fs';
import { chmod, lstat, truncate, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readCoreHeaders } from './elf-core.ts';

/** The clock of file times is behind by up to a tick of the kernel's, 10 ms at most. */
const tickMs = 10;

const openAsync = promisify(open);
const fstatAsync = promisify(fstat);
const closeAsync = promisify(close);

/**
 * Whether a file is the core file of process `pid`, written by this user's process since `sinceMs` (Unix time). A name alone says nothing:
 * with a core_pattern of `core` every process of a folder has the same.
 */
export async function isCoreOf(path: string, pid: number, sinceMs: number): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile() || found.uid !== process.geteuid?.() || found.mtimeMs < sinceMs - tickMs) return false;
  return (await ownerOf(path)) === pid;
}

/** The pid in a core file's notes; undefined when it is none. */
export async function ownerOf(path: string): Promise<number | undefined> {
  const fd = await openAsync(path, 'r').catch(() => undefined);
  if (fd === undefined) return undefined;
  try {
    const headers = await readCoreHeaders(fd, (await fstatAsync(fd)).size);
    return 'notACore' in headers ? undefined : headers.pid;
  } finally {
    await closeAsync(fd);
  }
}

/** Deletes a core file. In a folder that only root may change it is emptied at least. False when neither could be done. */
export async function deleteCore(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return true;
  }
  try {
    await chmod(path, 0o600);
    await truncate(path, 0);
    return true;
  } catch {
    return false;
  }
}
