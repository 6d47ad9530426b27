import { join } from 'node:path';
import type { Text } from '../../protocol/text.ts';
import { formatBytes } from '../base/format.ts';
import { type CollectedCore, type CoreRefused, collected } from './collected-core.ts';
import type { CoreFolder } from './core-folder.ts';
import { gcoreBytes, noRoom } from './disk-space.ts';
import { ownerOf } from './own-core.ts';
import { runProgram } from './run-program.ts';

/**
 * More than this, most of it zeros, is not worth the minutes. gdb 13 writes half a GiB in a second, and it is searched
 * at the same pace.
 */
const mostBytes = 4 * 1024 ** 3;

/**
 * A core file of a process that goes on, made by gdb's gcore(1). `all` is `-a`, which writes also what `MADV_DONTDUMP`
 * leaves out; without it such a mapping is not even in the file's headers. The process stands still meanwhile; it may
 * be the caller, which then cannot cancel. Where kernel.yama.ptrace_scope is 1 it must have allowed it
 * (PR_SET_PTRACER), unless it is the caller's child.
 */
export async function gcore(
  pid: number,
  { all, folder, signal }: { readonly all: boolean; readonly folder: CoreFolder; readonly signal: AbortSignal },
): Promise<CollectedCore | CoreRefused> {
  try {
    const bytes = gcoreBytes(pid);
    const full = bytes > mostBytes ? tooLarge(pid, bytes) : await noRoom(folder.parent, bytes);
    const made = full ? { why: 'no-room' as const, refused: full } : await run(pid, all, folder, signal);
    if ('refused' in made) await folder[Symbol.asyncDispose]();
    return made;
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function run(
  pid: number,
  all: boolean,
  folder: CoreFolder,
  signal: AbortSignal,
): Promise<CollectedCore | CoreRefused> {
  const words = ['gcore', ...(all ? ['-a'] : []), '-o', join(folder.path, 'core'), String(pid)];
  const ended = await runProgram(words, folder, signal);
  if (!ended) return { why: 'no-program', refused: noGdb };
  const path = join(folder.path, `core.${pid}`);
  if (ended.status === 0 && (await ownerOf(path)) !== undefined) {
    return collected(path, all ? 'gcore-all' : 'gcore', folder);
  }
  return { why: 'failed', refused: failed(pid, ended.said) };
}

function tooLarge(pid: number, bytes: number): Text {
  const [size, most] = [formatBytes(bytes), formatBytes(mostBytes)];
  return {
    en: `gcore would write ${size} of process ${pid}, which has mostly reserved address space and not used it; more than ${most} is left alone. The kernel’s own core file has no such zeros.`,
    zh: `gcore 会为进程 ${pid} 写出 ${size}，其中大部分是只保留而未使用的地址空间；超过 ${most} 就不做。内核自己的 core 文件没有这些零。`,
  };
}

const noGdb: Text = {
  en: 'There is no gcore on this machine, the program of gdb that writes a core file of a running process; install it: sudo apt install gdb (or dnf, pacman, zypper).',
  zh: '本机没有 gcore（gdb 中为运行中的进程写 core 文件的程序）；请安装：sudo apt install gdb（或使用 dnf、pacman、zypper）。',
};

function failed(pid: number, said: string): Text {
  return {
    en: `gcore wrote no core file of process ${pid}: ${said || 'it gave no reason'}; see ptrace(2) and kernel.yama.ptrace_scope for who may trace it.`,
    zh: `gcore 没有写出进程 ${pid} 的 core 文件：${said || '未给出原因'}；谁可以跟踪它，参见 ptrace(2) 和 kernel.yama.ptrace_scope。`,
  };
}
