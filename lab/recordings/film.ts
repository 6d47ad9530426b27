import { packLook } from '../../protocol/film-look.ts';
import { pageStates } from '../../protocol/flags.ts';
import { type Filmstrip, filmstripOf } from './filmstrip.ts';
import type { RecordingFile } from './recording-file.ts';
import { Summary } from './summary.ts';

/** As wide as a window draws it. */
const maxColumns = 1400;
/** Until here its frames are gone through, which takes as long as a window may take to open. */
const mostExactMs = 1000;
const states = pageStates.length;

/** The film of a region, as the event `film` tells it. */
export interface RecordedFilm {
  readonly bins: number;
  readonly takenNs: number[];
  readonly steps: number[];
  readonly looks: string;
  readonly changed: string;
}

/** The pages of one region over time, of the whole recording. */
export async function filmOf(recording: RecordingFile, region: number): Promise<RecordedFilm> {
  const strip = await filmstripOf(recording, region, maxColumns, mostExactMs);
  const { bins, columns, shares } = withEnds(strip, recording, region);
  const looks = new Uint16Array(columns.length * bins);
  const changed = new Uint32Array(columns.length * 2);
  shares.forEach((bytes, column) => {
    const before = shares[column - 1];
    for (let bin = 0; bin < bins; bin++) {
      looks[column * bins + bin] = lookOf(bytes, bin, bins);
      if (!changes(bytes, before, bin, bins)) continue;
      const word = column * 2 + (bin >> 5);
      changed[word] = ((changed[word] ?? 0) | (1 << (bin & 31))) >>> 0;
    }
  });
  const takenNs = columns.map(({ toNs }) => toNs);
  return { bins, takenNs, steps: stepsAt(recording, region, takenNs), looks: base64(looks), changed: base64(changed) };
}

/**
 * With the first frame and the last as columns of their own: when the region was first looked at, and what it ended
 * with, since the last frames of a recording are in no summary yet.
 */
function withEnds({ bins, columns, shares }: Filmstrip, recording: RecordingFile, region: number): Filmstrip {
  const [first, last] = [columns[0]?.fromNs ?? Number.MAX_SAFE_INTEGER, columns.at(-1)?.toNs ?? 0];
  const [begins, ends] = [recording.pagesAt(region, first), recording.pagesAt(region, Number.MAX_SAFE_INTEGER)];
  const [before, after] = [begins ? [begins] : [], ends && ends.takenNs > last ? [ends] : []];
  const instant = ({ takenNs }: { takenNs: number }) => ({ fromNs: takenNs, toNs: takenNs });
  return {
    bins,
    columns: [...before.map(instant), ...columns, ...after.map(instant)],
    shares: [...before.map(sharesOf), ...shares, ...after.map(sharesOf)],
  };
}

function sharesOf({ flags, unknown }: { flags: Uint8Array; unknown: number }): Uint8Array {
  const summary = new Summary(flags.length);
  summary.know(flags, unknown);
  summary.endFrame();
  return summary.take();
}

/** The state that most pages have at the end, and the one that was the rarest, if only for a while. */
function lookOf(bytes: Uint8Array, bin: number, bins: number): number {
  let [most, rarest] = [0, -1];
  const [end, peak] = [bin * states, (bins + bin) * states];
  for (let state = 0; state < states; state++) {
    if ((bytes[end + state] ?? 0) > (bytes[end + most] ?? 0)) most = state;
    const share = bytes[peak + state] ?? 0;
    if (share > 0 && (rarest < 0 || share <= (bytes[peak + rarest] ?? 0))) rarest = state;
  }
  return packLook(most, Math.max(0, rarest), Math.max(1, bytes[peak + Math.max(0, rarest)] ?? 0));
}

/** Whether a bin has other shares at the end than the column before, or had more of a state in between. */
function changes(bytes: Uint8Array, before: Uint8Array | undefined, bin: number, bins: number): boolean {
  for (let state = 0; before && state < states; state++) {
    const at = bin * states + state;
    const [was, is, peak] = [before[at] ?? 0, bytes[at] ?? 0, bytes[bins * states + at] ?? 0];
    if (was !== is || peak > is) return true;
  }
  return false;
}

/** The newest step that the region had been looked at after, at each of these times; -1 before the first. */
function stepsAt(recording: RecordingFile, region: number, times: readonly number[]): number[] {
  const looks = recording.looksAfterSteps(region);
  let next = looks.next();
  let newest = -1;
  return times.map((tNs) => {
    for (; !next.done && next.value.takenNs <= tNs; next = looks.next()) newest = Math.max(newest, next.value.step);
    return newest;
  });
}

const base64 = (words: Uint16Array | Uint32Array): string =>
  Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64');
