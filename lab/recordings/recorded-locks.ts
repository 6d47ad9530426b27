import { PageFlag } from '../../protocol/flags.ts';
import type { LockRange } from '../../protocol/lock-range.ts';
import { LockRanges, lockState } from '../../protocol/lock-ranges.ts';
import { forEachChangedRun } from '../../protocol/runs.ts';
import { Slices } from '../base/slices.ts';
import type { RecordingFile } from './recording-file.ts';

/**
 * The locked ranges of a region over a whole recording, looked for where a step was taken or the count of locked pages
 * has changed.
 *
 * @param over asked now and then whether nobody wants them any more
 */
export async function lockRangesOf(
  recording: RecordingFile,
  region: number,
  over: () => boolean,
): Promise<readonly LockRange[]> {
  const [locks, slices] = [new LockRanges(), new Slices()];
  const known = new Uint8Array(recording.regions.find(({ id }) => id === region)?.pages ?? 0);
  let [lastLocked, lockedPages] = [0, 0];
  for (const { flags, takenNs, step, unknown, locked } of recording.snapshots(region)) {
    if (over()) break;
    if (slices.over) await slices.next();
    if (unknown & PageFlag.Locked) continue;
    locks.begin(takenNs);
    if (step < 0 && locked === lastLocked) continue;
    lastLocked = locked ?? -1;
    forEachChangedRun(known, flags, (firstPage, pageCount, byte) => {
      locks.apply(firstPage, pageCount, byte);
      for (let page = firstPage; page < firstPage + pageCount; page++) {
        if (lockState(known[page] ?? 0) !== 'unlocked') lockedPages--;
      }
      if (lockState(byte) !== 'unlocked') lockedPages += pageCount;
      known.fill(byte, firstPage, firstPage + pageCount);
    });
    locks.finish(lockedPages);
  }
  return locks.ranges();
}
