/** A core file with marks in it, made once, and what was found there. core(5) */
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feature } from '../../native/probes/features.ts';
import { readText } from '../../native/proc/proc-file.ts';
import { skip, skipUnreadable } from '../rule.ts';
import { withSecondProcess } from '../second-process.ts';
import { type MarkName, markOf } from './core-marks.ts';

let found: Promise<ReadonlyMap<MarkName, number>> | undefined;

/**
 * How often each mark stands in the core file of a process that aborted. Skips where core files go elsewhere, or
 * nowhere.
 */
export async function marksInCore(): Promise<ReadonlyMap<MarkName, number>> {
  const pattern = readText('/proc/sys/kernel/core_pattern');
  if (pattern.errno !== null) skipUnreadable('/proc/sys/kernel/core_pattern', pattern.errno);
  const name = pattern.text.trim();
  if (name.startsWith('|') || name.startsWith('@'))
    skip({
      en: `Core files go to a program here (core_pattern is ${name}).`,
      zh: `此处的 core 文件交给一个程序（core_pattern 为 ${name}）。`,
    });
  if (name.includes('/'))
    skip({
      en: `Core files go to a folder of their own here (core_pattern is ${name}).`,
      zh: `此处的 core 文件写入专门的目录（core_pattern 为 ${name}）。`,
    });
  found ??= dumpAndSearch();
  return found;
}

/** Whether the core file has the secret page to look for at all. */
export function needsSecret(): void {
  const secret = feature('memfd_secret');
  if (secret.status !== 'available')
    skip({
      en: `memfd_secret is ${secret.status} here.`,
      zh: `此处的 memfd_secret ${secret.status === 'denied' ? '被拒绝' : '不存在'}。`,
    });
}

async function dumpAndSearch(): Promise<ReadonlyMap<MarkName, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-core-'));
  try {
    const { signal } = await withSecondProcess('dump-core', [], () => {}, { folder });
    const [file] = readdirSync(folder);
    if (signal !== 'SIGABRT' || file === undefined)
      skip({
        en: `No core file was written (the process ended with ${signal}).`,
        zh: `没有写出 core 文件（进程以 ${signal} 结束）。`,
      });
    const marks = search(join(folder, file));
    if (marks.get('plain') === 0)
      skip({
        en: `The core file in ${tmpdir()} has no plain pages: there was no room for it, RLIMIT_CORE or RLIMIT_FSIZE cut it short, or coredump_filter leaves them out.`,
        zh: `${tmpdir()} 中的 core 文件不含普通页：空间不足、被 RLIMIT_CORE 或 RLIMIT_FSIZE 截断，或被 coredump_filter 排除。`,
      });
    return marks;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts each mark, reading 1 MiB at a time with an overlap for a mark that lies across. */
function search(path: string): ReadonlyMap<MarkName, number> {
  const names: readonly MarkName[] = ['plain', 'dontdump', 'dodump', 'secret'];
  const marks = names.map((name) => ({ name, bytes: markOf(name) }));
  const counts = new Map<MarkName, number>(names.map((name) => [name, 0]));
  const overlap = 63;
  const chunk = Buffer.alloc(2 ** 20 + overlap);
  const fd = openSync(path, 'r');
  try {
    for (let position = 0; ; ) {
      const read = readSync(fd, chunk, overlap, 2 ** 20, position);
      if (read === 0) return counts;
      const window = chunk.subarray(position === 0 ? overlap : 0, overlap + read);
      for (const { name, bytes } of marks)
        for (let at = window.indexOf(bytes); at >= 0; at = window.indexOf(bytes, at + 1))
          counts.set(name, (counts.get(name) ?? 0) + 1);
      chunk.copyWithin(0, read, read + overlap);
      position += read;
    }
  } finally {
    closeSync(fd);
  }
}
