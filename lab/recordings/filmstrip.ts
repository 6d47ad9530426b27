import { forEachChangedRun } from '../../protocol/runs.ts';
import { Slices } from '../base/slices.ts';
import type { RecordingFile } from './recording-file.ts';
import { binsOf, Summary, summaryBytes } from './summary.ts';

/** Regions with fewer frames for a column than this are gone through frame by frame: a summary has as many. */
const exactFrames = 16;
/** What that takes, measured: so long for each changed run, and for each page of each frame, ns. */
const [runNs, pageNs] = [65, 0.35];

/** The pages of one region over time, as wide as it is drawn: what a column has is what was seen in its frames. */
export interface Filmstrip {
  readonly bins: number;
  /** For each column from when to when, ns since the session began. */
  readonly columns: readonly { readonly fromNs: number; readonly toNs: number }[];
  /**
   * As `Summary.take`, one column after the other: the share of each state in each bin at the end, and at most. A byte
   * each: 255 is all of the bin, and more than nothing at least 1.
   */
  readonly shares: readonly Uint8Array[];
}

/**
 * The filmstrip of a region in at most `width` columns. All columns have as many frames, not seconds: steps, the
 * kernel's time and the clock's rise with them. A long recording is drawn from its summary. Lets the main loop have its
 * turn.
 *
 * @param mostMs going through all frames may take about so long; where it would take longer, the summary is used
 */
export async function filmstripOf(
  recording: RecordingFile,
  region: number,
  width: number,
  mostMs: number,
): Promise<Filmstrip> {
  const pages = recording.regions.find(({ id }) => id === region)?.pages ?? 1;
  const { frames, runs } = recording.changesOf(region);
  const exactMs = (runs * runNs + frames * pages * pageNs) / 1e6;
  const nodes =
    frames < exactFrames || (frames < exactFrames * width && exactMs <= mostMs)
      ? exactNodes(recording, region, pages, frames, width)
      : summaryNodes(recording, region, pages);
  const columns: { fromNs: number; toNs: number }[] = [];
  const shares: Uint8Array[] = [];
  const all: Node[] = [];
  const slices = new Slices();
  for (const node of nodes) {
    all.push(node);
    if (slices.over) await slices.next();
  }
  const each = Math.max(1, Math.ceil(all.length / width));
  for (let at = 0; at < all.length; at += each) {
    const joined = all.slice(at, at + each);
    const [first, last] = [joined[0], joined.at(-1)];
    if (!first || !last) continue;
    columns.push({ fromNs: first.fromNs, toNs: last.toNs });
    const bytes = last.bytes.slice();
    for (const node of joined) {
      for (let index = bytes.length / 2; index < bytes.length; index++) {
        bytes[index] = Math.max(bytes[index] ?? 0, node.bytes[index] ?? 0);
      }
    }
    shares.push(bytes);
  }
  return { bins: binsOf(pages), columns, shares };
}

interface Node {
  readonly fromNs: number;
  readonly toNs: number;
  readonly bytes: Uint8Array;
}

function* summaryNodes(recording: RecordingFile, region: number, pages: number): Generator<Node> {
  const length = summaryBytes(pages);
  for (const { fromNs, toNs, body } of recording.summary(region)) {
    if (body.length === length) yield { fromNs, toNs, bytes: body };
    else recording.addDamaged();
  }
}

function* exactNodes(
  recording: RecordingFile,
  region: number,
  pages: number,
  frames: number,
  width: number,
): Generator<Node> {
  const summary = new Summary(pages);
  const before = new Uint8Array(pages);
  const each = Math.max(1, Math.ceil(frames / width));
  let [seen, unknown, fromNs] = [0, 0, 0];
  for (const snapshot of recording.snapshots(region)) {
    if (snapshot.unknown !== unknown) summary.know(before, snapshot.unknown);
    unknown = snapshot.unknown;
    if (seen % each === 0) fromNs = snapshot.takenNs;
    forEachChangedRun(before, snapshot.flags, (firstPage, pageCount, flags) => {
      summary.change(before, firstPage, pageCount, flags);
      before.fill(flags, firstPage, firstPage + pageCount);
    });
    summary.endFrame();
    seen++;
    if (seen % each === 0 || seen === frames) yield { fromNs, toNs: snapshot.takenNs, bytes: summary.take() };
  }
}
