/** Sets of cached pages as the window saves and reads them again. */
import { pageSize } from '../../native/libc/sysconf.ts';
import type { RestoredSet } from '../../protocol/files.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { Slices } from '../base/slices.ts';
import { readRuns } from './act-on-file.ts';
import type { BytePath } from './byte-path.ts';
import { readSet, setEntry, setHeader } from './cached-set.ts';
import { clipped, close, mostNamed, openCounted } from './counted-file.ts';
import { shown } from './file-list.ts';
import type { LookedFiles } from './looked-files.ts';
import { missingRuns, pageRuns } from './page-runs.ts';

/** Characters of a saved set: more is for the command line, which writes it to the disk. */
const mostSetCharacters = 1 << 25;

/** What is cached of the files of a look, as a set. @throws ProblemError `over-budget` where it is too large */
export async function setOf({ list, links }: LookedFiles, signal: AbortSignal): Promise<string> {
  const lines = [setHeader()];
  let characters = 0;
  for (let file = 0; file < list.length; file++) {
    signal.throwIfAborted();
    // A file without a path is nowhere to be found again.
    if (links.has(file) && list.name(file).endsWith(' (deleted)')) continue;
    if (!list.number(file, 'cached')) continue;
    const line = await entryOf(list.path(file), signal);
    if (line === undefined) continue;
    characters += line.length + 1;
    if (characters > mostSetCharacters) throw tooLargeSet();
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

async function entryOf(path: BytePath, signal: AbortSignal): Promise<string | undefined> {
  const opened = await openCounted(path, true, signal);
  try {
    const { fd, told, look } = opened;
    if (fd < 0) return undefined;
    const all = { firstPage: 0, pageCount: look.pages ?? 0 };
    const runs = await pageRuns(fd, all, told, 'cached', new Slices(), signal);
    return Array.isArray(runs) && runs.length > 0 ? setEntry(path, look.sizeBytes ?? 0, runs) : undefined;
  } finally {
    close(opened);
  }
}

interface Progress {
  /** So many bytes of a run. */
  reached(bytes: number): void;
  /** A run is done. */
  end(bytes: number): void;
}

/** Reads what is missing of a saved set's pages. @throws as `readSet` */
export async function restoreSet(file: string, work: Progress, signal: AbortSignal): Promise<RestoredSet> {
  const restored = { files: 0, readBytes: 0, refusedFiles: 0, refused: [] as { name: string; reason: Text }[] };
  for await (const { path, runs } of readSet(file)) {
    signal.throwIfAborted();
    const opened = await openCounted(path, true, signal);
    try {
      const { fd, told, look } = opened;
      restored.files++;
      let reason = look.sizeBytes === null ? look.reason : undefined;
      for (const run of runs) {
        const range = clipped(run, look.pages ?? 0);
        if (!reason) {
          const cached = await pageRuns(fd, range, told, 'cached', new Slices(), signal);
          const missing = Array.isArray(cached) ? missingRuns(cached, range) : [range];
          reason = await readRuns(fd, missing, signal, (at) => work.reached(at - run.firstPage * pageSize()));
          if (!reason) restored.readBytes += missing.reduce((sum, { pageCount }) => sum + pageCount, 0) * pageSize();
        }
        work.end(run.pageCount * pageSize());
      }
      if (!reason) continue;
      restored.refusedFiles++;
      if (restored.refused.length < mostNamed) restored.refused.push({ name: shown(path), reason });
    } finally {
      close(opened);
    }
  }
  return restored;
}

function tooLargeSet(): Error {
  return problem(
    'over-budget',
    'The set is too large for the window; save it with pagescope files PATH --save SET.',
    '该集合过大，窗口无法保存；请用 pagescope files PATH --save SET 保存。',
  );
}
