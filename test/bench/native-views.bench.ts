/**
 * Views of native against the kernel's own printing: smaps of 16 000 mappings, locked ranges. Medians of CPU time in
 * one run.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { mlock } from '../../native/calls/mlock.ts';
import { mprotect, munmap, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { lockedInSmaps, lockedRanges } from '../../native/pages/locked-ranges.ts';
import { readSmaps } from '../../native/proc/smaps.ts';
import { cpuNs, median, type Row, row } from '../support/bench/row.ts';
import { map } from '../support/native-memory.ts';

const size = pageSize();

/** The median CPU time of some work. */
function times(rounds: number, work: () => unknown): number {
  return median(
    Array.from({ length: rounds }, () => {
      const began = cpuNs();
      work();
      return cpuNs() - began;
    }),
  );
}

/** Reads the file as the parser does, and forgets it. */
function readOnly(): void {
  const fd = openSync('/proc/self/smaps', 'r');
  const chunk = Buffer.allocUnsafe(64 * 1024);
  while (readSync(fd, chunk, 0, chunk.length, null) > 0);
  closeSync(fd);
}

function smapsRow(): Row {
  const mappings = 16_000;
  const address = map(mappings);
  for (let page = 0; page < mappings; page += 2) mprotect(address + BigInt(page * size), size, PROT.READ);
  const ours: number[] = [];
  const reference: number[] = [];
  for (let turn = 0; turn < 9; turn++) {
    reference.push(times(1, readOnly));
    ours.push(times(1, () => readSmaps('self', () => {})));
  }
  munmap(address, mappings * size);
  return row('smaps of 16 000 mappings, parsed, against reading it', 'ns', 1.5, median(ours), median(reference));
}

/** The bound says how much of smaps' time it may take; what counts is under 0.1 ms for 10 and under 10 ms for 1000. */
function lockedRow(ranges: number, bound: number): Row {
  const address = map(ranges * 2);
  for (let range = 0; range < ranges; range++) mlock(address + BigInt(range * 2 * size), size);
  const where = { start: address, end: address + BigInt(ranges * 2 * size) };
  const ours: number[] = [];
  const reference: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    reference.push(times(5, () => lockedInSmaps('self')));
    ours.push(times(21, () => lockedRanges(where)));
  }
  munmap(address, ranges * 2 * size);
  return row(`${ranges} locked ranges against smaps`, 'ns', bound, median(ours), median(reference));
}

/** Measures one after the other. */
export default function rows(): readonly Row[] {
  return [smapsRow(), lockedRow(10, 0.1), lockedRow(1000, 1)];
}
