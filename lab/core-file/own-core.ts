import { constants } from 'node:fs';
import { type FileHandle, open, truncate, unlink } from 'node:fs/promises';
import { readCoreHeaders } from './elf-core.ts';

/** The clock of file times is behind by up to a tick of the kernel's, 10 ms at most. */
const tickMs = 10;

/**
 * In a folder that others may write to, a name may lead elsewhere by now: no link is followed, and a FIFO keeps nobody
 * waiting.
 */
const asItIs = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Whether a file is the core file of process `pid`, written by this user's process since `sinceMs` (Unix time). A name
 * alone says nothing: with a core_pattern of `core` every process of a folder has the same.
 */
export async function isCoreOf(path: string, pid: number, sinceMs: number): Promise<boolean> {
  await using file = await openOwn(path);
  if (!file || (await file.stat()).mtimeMs < sinceMs - tickMs) return false;
  return (await pidOf(file)) === pid;
}

/** The pid in the notes of this user's core file; undefined when it isn't one. */
export async function ownerOf(path: string): Promise<number | undefined> {
  await using file = await openOwn(path);
  return file && (await pidOf(file));
}

/** Deletes a core file. In a folder that only root may change it is emptied at least. */
export async function deleteCore(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch {
    await using file = await openOwn(path);
    if (!file) return;
    // Apport makes them read-only. By the descriptor: the name may have been given to another file.
    await file.chmod(0o600).catch(() => undefined);
    await truncate(`/proc/self/fd/${file.fd}`, 0).catch(() => undefined);
  }
}

/** A regular file of this user, open for reading; undefined for anything else. */
async function openOwn(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, asItIs).catch(() => undefined);
  const found = await file?.stat();
  if (found?.isFile() && found.uid === process.geteuid?.()) return file;
  await file?.close();
  return undefined;
}

async function pidOf(file: FileHandle): Promise<number | undefined> {
  const headers = await readCoreHeaders(file.fd, (await file.stat()).size);
  return 'notACore' in headers ? undefined : headers.pid;
}
