/** What a session and its C program say of the same regions, in the same words. */
import { PageFlag } from '../../protocol/flags.ts';
import type { Report } from '../../protocol/report.ts';

/** A region at the end: `*` and `.` for each page that is resident or not, and how many are locked. */
export interface FinalState {
  readonly map: string;
  readonly resident: number;
  readonly pages: number;
  readonly locked: number;
}

export type FinalStates = Record<string, FinalState>;

/** What the program printed of each region last, and its own counts of them. */
export function printedStates(printed: string): FinalStates {
  const maps = new Map<string, string>();
  let name = '';
  const states: FinalStates = {};
  for (const line of printed.split('\n')) {
    const heading = /^(.*) after (.*): resident \d+\/\d+ pages$/.exec(line);
    // A look may be at a part of it.
    if (heading?.[2] === 'mincore') name = '';
    else if (heading) {
      name = heading[1] ?? '';
      maps.set(name, '');
    }
    const row = /^0x[0-9a-f]+: ([*.]+)$/.exec(line);
    if (row && name) maps.set(name, maps.get(name) + (row[1] ?? ''));
    const [, label = '', resident, pages, locked] =
      /^(.*): resident (\d+)\/(\d+), locked pages (\d+)$/.exec(line) ?? [];
    if (!label) continue;
    states[label] = {
      map: maps.get(label) ?? '',
      resident: Number(resident),
      pages: Number(pages),
      locked: Number(locked),
    };
  }
  return states;
}

/** The line VmLck that it printed, in bytes. */
export function printedVmLckBytes(printed: string): number {
  return Number(/^VmLck:\s*(\d+) kB$/m.exec(printed)?.[1]) * 1024;
}

/** The newest snapshot of each region that is mapped at the end. */
export function reportedStates({ regions, snapshots }: Report, removed: readonly number[] = []): FinalStates {
  const states: FinalStates = {};
  for (const { id, label, pages, pid } of regions) {
    // The program does not look into its child.
    if (pid !== undefined) continue;
    const last = snapshots.findLast(({ region }) => region === id);
    if (!last || removed.includes(id)) continue;
    let map = '';
    for (const [, count, flags] of last.runs) map += (flags & PageFlag.Resident ? '*' : '.').repeat(count);
    states[label] = { map, resident: last.counts.resident, pages, locked: last.counts.vmLocked };
  }
  return states;
}
