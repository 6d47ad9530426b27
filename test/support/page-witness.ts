/**
 * What the kernel says of a region to somebody who is not Pagescope: /proc/PID/pagemap and smaps, read here by the
 * test's own code, and mincore where the memory is this process's. Compared with what is shown: each page, each count.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { mincore } from '../../native/calls/mman.ts';
import type { RegionInfo } from '../../protocol/events.ts';
import { isGuard, PageFlag, type PageState, pageState } from '../../protocol/flags.ts';
import type { PageStates } from '../../protocol/page-states.ts';

const pageBytes = 4096;

interface Vma {
  readonly first: number;
  readonly end: number;
  readonly flags: readonly string[];
  /** Pages that a line of smaps counts. */
  pages(line: string): number;
}

/** The VMAs in a region, in its pages. */
function vmasOf({ address, length }: RegionInfo, pid: number): Vma[] {
  const start = BigInt(address);
  const smaps = readFileSync(`/proc/${pid}/smaps`, 'latin1');
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((text) => {
    const [, low, high] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(text) ?? [];
    const [from, to] = [BigInt(`0x${low}`), BigInt(`0x${high}`)];
    if (to <= start || from >= start + BigInt(length)) return [];
    return {
      first: Number(from - start) / pageBytes,
      end: Number(to - start) / pageBytes,
      flags: (/^VmFlags: (.*)$/m.exec(text)?.[1] ?? '').trim().split(' '),
      pages: (line: string) => Number(new RegExp(`^${line}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 4,
    };
  });
}

/** Entries of /proc/PID/pagemap, of these pages and no more. */
function pagemapOf({ address, pages }: RegionInfo, pid: number): bigint[] {
  const fd = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    const entries = new BigUint64Array(pages);
    readSync(fd, entries, 0, entries.byteLength, (BigInt(address) / 4096n) * 8n);
    return [...entries];
  } finally {
    closeSync(fd);
  }
}

/** mincore's answers, a page at a time, since a hole refuses the whole range; null where nothing is mapped. */
function inCore({ address, pages }: RegionInfo): (number | null)[] {
  const vec = new Uint8Array(1);
  return Array.from({ length: pages }, (_, page) => {
    const { errno } = mincore(BigInt(address) + BigInt(page * pageBytes), pageBytes, vec);
    return errno === null ? (vec[0] ?? 0) & 1 : null;
  });
}

/** Each difference between what is shown of a region and what the witnesses say, as a sentence; none is right. */
export function differences(region: RegionInfo, shown: PageStates, pid: number): string[] {
  const found: string[] = [];
  const { flags } = shown;
  const unknown = shown.last?.unknown ?? 0;
  const vmas = vmasOf(region, pid);
  const entries = pagemapOf(region, pid);
  const core = pid === process.pid ? inCore(region) : undefined;
  const say = (page: number, what: string, is: unknown, witnessed: unknown) => {
    if (is !== witnessed)
      found.push(`${region.kind} ${region.label} page ${page}: ${what} ${is}, witnessed ${witnessed}`);
  };
  entries.forEach((entry, page) => {
    const byte = flags[page] ?? 0;
    const has = (flag: number) => (byte & flag) !== 0;
    const state: PageState = pageState(byte, unknown);
    const vma = vmas.find(({ first, end }) => first <= page && page < end);
    say(page, 'unmapped', state === 'unmapped', vma === undefined);
    if (core) say(page, 'mincore', state === 'unmapped' ? null : byte & PageFlag.Resident, core[page]);
    if (!vma) return;
    const present = (entry & (1n << 63n)) !== 0n;
    say(page, 'present', has(PageFlag.Present), present);
    // A guard is a swap entry to pagemap; of shared memory in swap it has none, and smaps counts it below.
    const entered = (entry & (1n << 62n)) !== 0n;
    if (entered) say(page, 'swap entry', has(PageFlag.Swapped) || isGuard(byte), true);
    const locked = vma.flags.includes('lo');
    say(page, 'lo', has(PageFlag.Locked), locked);
    say(page, 'lf', has(PageFlag.OnFault), vma.flags.includes('lf'));
    say(page, 'dd', has(PageFlag.DontDump), vma.flags.includes('dd'));
    say(page, 'drawn as locked', state === 'locked', present && locked);
  });
  for (const vma of vmas) {
    const bytes = [...flags.subarray(vma.first, vma.end)];
    const count = (is: (byte: number) => boolean) => bytes.filter(is).length;
    // Rss leaves out the shared zero page.
    const there = (byte: number) => (byte & (PageFlag.Present | PageFlag.Zero)) === PageFlag.Present;
    say(vma.first, 'Rss', count(there), vma.pages('Rss'));
    // Of shared memory smaps counts a page of the swap cache as swapped, which mincore has as resident, and one that a
    // guard page stands before.
    const cached = count(
      (byte) =>
        isGuard(byte) || (byte & (PageFlag.Resident | PageFlag.Present | PageFlag.Swapped)) === PageFlag.Resident,
    );
    const [swapped, witnessed] = [count((byte) => (byte & PageFlag.Swapped) !== 0), vma.pages('Swap')];
    const inCache = region.kind === 'shared' || region.kind === 'memfd' ? cached : 0;
    if (!(unknown & PageFlag.Swapped) && (witnessed < swapped || witnessed > swapped + inCache))
      say(vma.first, 'Swap', swapped, witnessed);
    // Locked is divided among those who map a page: of files that other regions map too it is less.
    const locked = count((byte) => there(byte) && pageState(byte) === 'locked');
    if (region.kind !== 'file') say(vma.first, 'Locked', locked, vma.pages('Locked'));
  }
  const lazilyFree = vmas.reduce((sum, vma) => sum + vma.pages('LazyFree'), 0);
  if (shown.last?.lazilyFree !== undefined) say(0, 'LazyFree', shown.last.lazilyFree, lazilyFree);
  else if (lazilyFree > 0)
    found.push(`${region.label}: ${lazilyFree} pages are lazily free, and nothing is shown of it`);
  return found;
}
