import { PageBit } from '../../native/pages/page-bit.ts';
import type { MappingChange, ProcessDiff } from '../../protocol/process-diff.ts';
import type { TargetMapping } from '../../protocol/process-look.ts';
import type { KeptLook, PageRuns } from './look-at-process.ts';

/** Addresses from `start` to `end`. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Which pages are in a state. */
type Pages = readonly Stretch[];

/**
 * What changed between two looks at one process: pages are compared by their addresses, so that a mapping which was
 * split, joined or moved into another's place is told by what became of its pages.
 */
export function diffLooks(before: KeptLook, after: KeptLook): ProcessDiff {
  const [one, other] = [before.mappings ?? [], after.mappings ?? []];
  const changes = paired(one, other);
  const resident = [pagesWith(before.runs, PageBit.Present), pagesWith(after.runs, PageBit.Present)] as const;
  const swapped = [pagesWith(before.runs, PageBit.Swapped), pagesWith(after.runs, PageBit.Swapped)] as const;
  const locked = [lockedOf(resident[0], one), lockedOf(resident[1], other)] as const;
  give(changes, 'becameResidentBytes', without(resident[1], resident[0]));
  give(changes, 'leftBytes', without(resident[0], resident[1]));
  give(changes, 'becameSwappedBytes', without(swapped[1], swapped[0]));
  give(changes, 'becameLockedBytes', without(locked[1], locked[0]));
  const delta = (of: 'rssBytes' | 'swapBytes' | 'vmLckBytes') => {
    const [from, to] = [before.process[of], after.process[of]];
    return from === null || to === null ? null : to - from;
  };
  return {
    changes: changes.filter((each) => each.change !== 'same' || moved(each) > 0).sort((a, b) => weight(b) - weight(a)),
    rssDeltaBytes: delta('rssBytes'),
    swapDeltaBytes: delta('swapBytes'),
    vmLckDeltaBytes: delta('vmLckBytes'),
  };
}

type Change = { -readonly [K in keyof MappingChange]: MappingChange[K] } & { readonly stretch: Stretch };

const moved = (each: MappingChange): number =>
  (each.becameResidentBytes ?? 0) +
  (each.leftBytes ?? 0) +
  (each.becameSwappedBytes ?? 0) +
  (each.becameLockedBytes ?? 0);

/** Pages count before address space: a reservation costs nothing. */
const weight = (each: MappingChange): number => moved(each) * 2 ** 20 + Math.abs(each.sizeDeltaBytes) / 2 ** 20;

function stretchOf({ start, end }: TargetMapping): Stretch {
  return { start: Number(start), end: Number(end) };
}

/** Each mapping with the one that it was: the same beginning, or the same end, of the same thing. */
function paired(before: readonly TargetMapping[], after: readonly TargetMapping[]): Change[] {
  const starts = new Map(before.map((mapping) => [mapping.start, mapping]));
  const ends = new Map(before.map((mapping) => [mapping.end, mapping]));
  const known = new Set<TargetMapping>();
  const same = (a: TargetMapping, b: TargetMapping | undefined) =>
    b?.kind === a.kind && b.name === a.name && !known.has(b);
  const changes: Change[] = after.map((mapping) => {
    const was = [starts.get(mapping.start), ends.get(mapping.end)].find((each) => same(mapping, each));
    if (was) known.add(was);
    const stretch = stretchOf(mapping);
    const size = stretch.end - stretch.start;
    const delta = was ? size - sizeOf(was) : size;
    return change(was ? (delta > 0 ? 'grew' : delta < 0 ? 'shrank' : 'same') : 'came', mapping, delta);
  });
  for (const mapping of before) if (!known.has(mapping)) changes.push(change('went', mapping, -sizeOf(mapping)));
  return changes;
}

function sizeOf(mapping: TargetMapping): number {
  const { start, end } = stretchOf(mapping);
  return end - start;
}

function change(what: MappingChange['change'], mapping: TargetMapping, sizeDeltaBytes: number): Change {
  const { start, end, kind, name } = mapping;
  const unknown = { becameResidentBytes: null, leftBytes: null, becameSwappedBytes: null, becameLockedBytes: null };
  return { change: what, start, end, kind, name, sizeDeltaBytes, ...unknown, stretch: stretchOf(mapping) };
}

function pagesWith(runs: PageRuns | undefined, bit: number): Pages | undefined {
  if (!runs) return undefined;
  const pages: Stretch[] = [];
  for (const [at, start] of runs.starts.entries()) {
    if ((runs.bits[at] ?? 0) & bit) pages.push({ start, end: runs.ends[at] ?? start });
  }
  return pages;
}

/** Those in mappings that are locked; undefined when that is unknown of any. */
function lockedOf(pages: Pages | undefined, mappings: readonly TargetMapping[]): Pages | undefined {
  if (!pages || mappings.some(({ locked }) => locked === null)) return undefined;
  const held = mappings.filter(({ locked }) => locked !== 'no').map(stretchOf);
  return common(pages, held);
}

/** What is in both; both by address. */
function common(some: Pages, others: Pages): Pages {
  const both: Stretch[] = [];
  let at = 0;
  for (const { start, end } of some) {
    while (at < others.length && (others[at]?.end ?? 0) <= start) at++;
    for (let next = at; next < others.length; next++) {
      const other = others[next];
      if (!other || other.start >= end) break;
      both.push({ start: Math.max(start, other.start), end: Math.min(end, other.end) });
    }
  }
  return both;
}

/** What is in the first and not in the second; both by address. */
function without(some: Pages | undefined, others: Pages | undefined): Pages | undefined {
  if (!some || !others) return undefined;
  const left: Stretch[] = [];
  let at = 0;
  for (const { start, end } of some) {
    let from = start;
    while (at < others.length && (others[at]?.end ?? 0) <= start) at++;
    for (let next = at; next < others.length; next++) {
      const other = others[next];
      if (!other || other.start >= end) break;
      if (other.start > from) left.push({ start: from, end: other.start });
      from = Math.max(from, other.end);
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

/**
 * Adds the bytes to the mapping that they are in: the one that is there now, or the one that went. A mapping that went
 * may lie where another is now: what became resident is the new one's, what left the old one's.
 */
function give(
  changes: readonly Change[],
  to: 'becameResidentBytes' | 'leftBytes' | 'becameSwappedBytes' | 'becameLockedBytes',
  pages: Pages | undefined,
): void {
  if (!pages) return;
  const now = changes.filter((each) => each.change !== 'went').sort((a, b) => a.stretch.start - b.stretch.start);
  const went = changes.filter((each) => each.change === 'went').sort((a, b) => a.stretch.start - b.stretch.start);
  for (const each of changes) each[to] = 0;
  const rest = to === 'leftBytes' ? added(went, to, pages) : pages;
  added(now, to, rest);
}

function added(
  changes: readonly Change[],
  to: 'leftBytes' | 'becameResidentBytes' | 'becameSwappedBytes' | 'becameLockedBytes',
  pages: Pages,
): Pages {
  const stretches = changes.map(({ stretch }) => stretch);
  let at = 0;
  for (const { start, end } of pages) {
    while (at < stretches.length && (stretches[at]?.end ?? 0) <= start) at++;
    for (let next = at; next < stretches.length; next++) {
      const stretch = stretches[next];
      const each = changes[next];
      if (!stretch || !each || stretch.start >= end) break;
      each[to] = (each[to] ?? 0) + Math.min(end, stretch.end) - Math.max(start, stretch.start);
    }
  }
  return without(pages, stretches) ?? pages;
}
