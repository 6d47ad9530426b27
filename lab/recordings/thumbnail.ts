import { type PageState, pageStates } from '../../protocol/flags.ts';
import type { Thumbnail } from '../../protocol/service.ts';
import { type Filmstrip, filmstripOf } from './filmstrip.ts';
import type { RecordingFile } from './recording-file.ts';

const [width, height] = [96, 24];
/** Columns of the filmstrip that each of the thumbnail's is chosen from. */
const fineness = 4;
/** Of all regions together. Many recordings may be listed, by a host that has other things to do. */
const mostExactMs = 50;
const states = pageStates.length;
/** Of the states of a few pages, the one that tells most is shown: the first of these that any of them is in. */
const telling: readonly PageState[] = ['locked', 'on-fault', 'swapped', 'huge', 'zero', 'guard', 'resident', 'unknown'];
const order = telling.map((state) => pageStates.indexOf(state));

/**
 * A recording's filmstrip, a few letters large: its steps from left to right, below each other the pages of its first
 * regions from their first to their last. A letter is a page state's number; a dot is where no page was seen.
 */
export async function thumbnailOf(recording: RecordingFile): Promise<Thumbnail> {
  const regions = recording.regions.slice(0, height);
  const lane = Math.max(1, Math.floor(height / Math.max(1, regions.length)));
  const ends = stepEnds(recording.stepStarts());
  const rows: string[] = [];
  for (const { id, pages } of regions) {
    const film = await filmstripOf(recording, id, width * fineness, mostExactMs / regions.length);
    const columns = ends.map((endNs) => film.columns.findLastIndex(({ fromNs }) => fromNs <= endNs));
    const of = Math.min(lane, pages);
    for (let row = 0; row < of; row++) {
      rows.push(columns.map((column) => letterOf(film, column, row / of, (row + 1) / of)).join(''));
    }
  }
  return { columns: ends.length, rows: rows.length, cells: rows.join('') };
}

/** When each column ends, ns: all have as many steps, or are one step wide. */
function stepEnds(starts: readonly number[]): number[] {
  const columns = Math.min(width, starts.length);
  return Array.from({ length: columns }, (_, column) => {
    const next = Math.round(((column + 1) * starts.length) / columns);
    return (starts[next] ?? Number.POSITIVE_INFINITY) - 1;
  });
}

function letterOf({ bins, shares }: Filmstrip, column: number, from: number, to: number): string {
  const bytes = shares[column];
  if (!bytes) return '.';
  const first = Math.floor(from * bins);
  const last = Math.max(first + 1, Math.ceil(to * bins));
  const found = order.find((state) => {
    for (let bin = first; bin < last; bin++) if ((bytes[bin * states + state] ?? 0) > 0) return true;
    return false;
  });
  return String(found ?? pageStates.indexOf('absent'));
}
