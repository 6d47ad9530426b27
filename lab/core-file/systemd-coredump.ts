import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Text } from '../../protocol/text.ts';
import { type CollectedCore, type CoreRefused, collected, type ExpectedCore } from './collected-core.ts';
import type { CoreFolder } from './core-folder.ts';
import { ownerOf } from './own-core.ts';
import { looking } from './poll.ts';
import { type ProgramEnd, runProgram } from './run-program.ts';

/**
 * The core file that systemd-coredump stored, unpacked by coredumpctl(1). It comes to the journal a while after the
 * process has gone.
 */
export async function fromSystemd(
  pid: number,
  { folder, sinceMs }: ExpectedCore,
  signal: AbortSignal,
): Promise<CollectedCore | CoreRefused> {
  const path = join(folder.path, 'core');
  const words = ['-q', '--no-pager', `--since=@${Math.floor(sinceMs / 1000)}`];
  const dumped = await looking<ProgramEnd | 'absent'>(signal, async () => {
    const ended = await runProgram(['coredumpctl', ...words, `--output=${path}`, 'dump', String(pid)], folder, signal);
    if (!ended) return 'absent';
    return ended.status !== 0 && ended.said.includes('No match found') ? undefined : ended;
  });
  if (dumped === 'absent') return { why: 'no-program', refused: absent };
  if (dumped.status !== 0) return { why: 'failed', refused: failed(pid, dumped.said) };
  if ((await ownerOf(path)) !== pid) return { why: 'not-ours', refused: failed(pid, 'another process') };
  return collected(path, 'systemd-coredump', folder, await deleteStored(pid, words, folder, signal));
}

/** systemd's own copy, which belongs to root. Answers what is left, where it may not be deleted. */
async function deleteStored(
  pid: number,
  words: readonly string[],
  folder: CoreFolder,
  signal: AbortSignal,
): Promise<Text | undefined> {
  const info = await runProgram(
    ['coredumpctl', ...words, '--field=COREDUMP_FILENAME', 'list', String(pid)],
    folder,
    signal,
  );
  const stored = /\/\S+/.exec(info?.said ?? '')?.[0];
  if (stored === undefined) return undefined;
  try {
    await unlink(stored);
    return undefined;
  } catch {
    return {
      en: `systemd keeps a copy that only root may delete, until systemd-tmpfiles does: sudo rm ${stored}`,
      zh: `systemd 保留了一份只有 root 能删除的副本，直到 systemd-tmpfiles 清理：sudo rm ${stored}`,
    };
  }
}

const absent: Text = {
  en: 'coredumpctl, which reads the core files that systemd-coredump stores, is not on this machine; install systemd’s coredump tools.',
  zh: '本机没有用于读取 systemd-coredump 所存 core 文件的 coredumpctl；请安装 systemd 的 coredump 工具。',
};

function failed(pid: number, said: string): Text {
  return {
    en: `coredumpctl did not give the core file of process ${pid} (${said}); see coredumpctl info ${pid}.`,
    zh: `coredumpctl 未给出进程 ${pid} 的 core 文件（${said}）；请查看 coredumpctl info ${pid}。`,
  };
}
