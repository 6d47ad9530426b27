import { statfs } from 'node:fs/promises';
import { readText } from '../../native/proc/proc-file.ts';
import { status } from '../../native/proc/proc-status.ts';
import type { Text } from '../../protocol/text.ts';
import { formatBytes } from '../base/format.ts';

/** What a core file takes besides the process's pages: headers, and pages that it touches while it ends. */
const marginBytes = 64 * 1024 * 1024;

/** What the kernel writes of a process like this one, at most: its pages. The rest of its address space are holes. */
export function kernelCoreBytes(): number {
  const read = status();
  return read.errno === null ? read.vmRssBytes + read.vmSwapBytes + marginBytes : marginBytes;
}

/**
 * What gdb writes of a process, at most: all that is mapped, also without rights or a page, as zeros (gdb 13). What a
 * JavaScript engine only reserves is most of it.
 */
export function gcoreBytes(pid: number): number {
  const maps = readText(`/proc/${pid}/maps`);
  if (maps.errno !== null) return marginBytes;
  const mapped = maps.text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm);
  return [...mapped].reduce((sum, [, from, to]) => sum + Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)), marginBytes);
}

/** Why `neededBytes` do not go into a folder; undefined when they do. */
export async function noRoom(folder: string, neededBytes: number): Promise<Text | undefined> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return undefined;
  const [needed, free] = [formatBytes(neededBytes), formatBytes(freeBytes)];
  return {
    en: `The core file may take ${needed}, and ${folder} has ${free} left; make room there, or have core files elsewhere (TMPDIR, or the folder in kernel.core_pattern).`,
    zh: `core 文件可能需要 ${needed}，而 ${folder} 只剩 ${free}；请腾出空间，或让 core 文件写到别处（TMPDIR，或 kernel.core_pattern 中的文件夹）。`,
  };
}
