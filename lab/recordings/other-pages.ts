import { type OtherPages, pagesHash } from '../../protocol/other-pages.ts';
import { forEachChangedRun, packRun } from '../../protocol/runs.ts';
import type { RecordingFile } from './recording-file.ts';

/** Runs of so many words, 4 MiB, are not told: a window would stand still over them. */
const mostWords = 1 << 20;

/** What a region's pages were at other instants, told from those at one. Undefined where it had no pages then. */
export function otherPages(
  recording: RecordingFile,
  region: number,
  tNs: number,
  others: readonly number[],
): OtherPages | undefined {
  const shown = recording.pagesAt(region, tNs);
  if (!shown) return undefined;
  return {
    region,
    hash: pagesHash(shown.flags),
    others: others.flatMap((other) => {
      const found = recording.pagesAt(region, other);
      const runs = found && runsTo(shown.flags, found.flags);
      return found && runs !== undefined ? [{ tNs: other, takenNs: found.takenNs, unknown: found.unknown, runs }] : [];
    }),
  };
}

function runsTo(from: Uint8Array, to: Uint8Array): string | undefined {
  const words: number[] = [];
  forEachChangedRun(from, to, (firstPage, pageCount, flags) => {
    if (words.length < mostWords) words.push(firstPage, packRun(pageCount, flags));
  });
  return words.length < mostWords ? Buffer.from(Uint32Array.from(words).buffer).toString('base64') : undefined;
}
