import { pageSize } from '../../native/libc/sysconf.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import type { RegionInfo } from '../../protocol/events.ts';
import { PageFlag, unmappedFlags } from '../../protocol/flags.ts';
import type { FrameStream, Snapshot } from '../../protocol/frame-stream.ts';
import type { MappingKind, TargetMapping } from '../../protocol/process-look.ts';
import { mostRegionPages } from '../../protocol/target.ts';
import type { Text } from '../../protocol/text.ts';
import { formatAddress } from '../base/format.ts';
import { mappingKind, mappingKindNames } from '../processes/mapping-kind.ts';
import type { PacedWork } from '../processes/paced-work.ts';
import type { Vma } from '../processes/read-mappings.ts';
import { scanPages } from '../processes/scan-pages.ts';
import { shownName } from './attach-report.ts';

/** Whether a VMA is locked, as far as that is known. */
export type LockOf = (vma: Vma) => TargetMapping['locked'];

/** How a region stands to the target's mappings now. */
export type Standing = 'there' | 'grew' | 'gone';

const kinds: Partial<Record<MappingKind, RegionInfo['kind']>> = {
  file: 'file',
  deleted: 'file',
  memfd: 'memfd',
  shmem: 'shared',
};

/** What the page table tells; without PAGEMAP_SCAN, zero and huge pages are not among it. */
const byEntries = PageFlag.Resident | PageFlag.Present | PageFlag.Swapped;
const byScan = PageFlag.Zero | PageFlag.Huge;

/**
 * A mapping of the target as a region: a range of addresses, and whose it was. What of the range is another mapping's
 * later, or nobody's, is unmapped: pages of two mappings are never mixed up, also where mlock or mprotect split one.
 */
export class OpenedMapping {
  readonly info: RegionInfo;
  /** In a sentence: its name, else what it is. */
  readonly called: Text;
  readonly start: number;
  readonly end: number;
  readonly stream: FrameStream;
  readonly #identity: string;
  /** It ends where its mapping does; a part of a huge one does not. */
  readonly #whole: boolean;
  readonly #flags: Uint8Array;

  constructor(vma: Vma, address: number, about: Pick<RegionInfo, 'id' | 'label' | 'pid'>, stream: FrameStream) {
    const size = pageSize();
    const most = mostRegionPages * size;
    const { kind, name } = mappingKind(vma.path, vma.protection);
    // `[heap]` and `[stack]` are the kernel's words.
    const shown = shownName(name || vma.path);
    this.called = name === '' ? mappingKindNames[kind] : { en: shown, zh: shown };
    this.start = vma.start + Math.floor((address - vma.start) / most) * most;
    this.end = Math.min(vma.end, this.start + most);
    this.#whole = this.start === vma.start && this.end === vma.end;
    this.#identity = identityOf(vma);
    this.stream = stream;
    const pages = (this.end - this.start) / size;
    this.#flags = new Uint8Array(pages);
    this.info = {
      ...about,
      ...(shown !== '' && { name: shown }),
      address: formatAddress(BigInt(this.start)),
      length: this.end - this.start,
      pages,
      kind: kinds[kind] ?? 'anonymous',
      protection: vma.protection,
    };
  }

  covers(address: number): boolean {
    return this.start <= address && address < this.end;
  }

  /** Of the target's mappings, those that are this one's, or what became of it. */
  #own(vmas: readonly Vma[]): Vma[] {
    return overlapping(vmas, this.start, this.end).filter((vma) => identityOf(vma) === this.#identity);
  }

  standing(vmas: readonly Vma[]): Standing {
    const own = this.#own(vmas);
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last) return 'gone';
    return this.#whole && (first.start < this.start || last.end > this.end) ? 'grew' : 'there';
  }

  /** An address of what is left of it. */
  addressIn(vmas: readonly Vma[]): number {
    return Math.max(this.start, this.#own(vmas)[0]?.start ?? this.start);
  }

  /** Its pages now; the flags are overwritten by the next look. `heldNs`: how long calls held its mmap_lock. */
  async look(
    fd: number,
    vmas: readonly Vma[],
    lockOf: LockOf,
    work: PacedWork,
  ): Promise<Pick<Snapshot, 'flags' | 'unknown'> & { readonly heldNs: number; readonly longestHeldNs: number }> {
    const size = pageSize();
    const flags = this.#flags;
    flags.fill(unmappedFlags);
    let unknown: number = PageFlag.DontDump;
    const ranges = this.#own(vmas).map((vma) => {
      const [start, end] = [Math.max(this.start, vma.start), Math.min(this.end, vma.end)];
      const locked = lockOf(vma);
      if (locked === null) unknown |= PageFlag.Locked | PageFlag.OnFault;
      const lock =
        (locked === 'no' || locked === null ? 0 : PageFlag.Locked) | (locked === 'on-fault' ? PageFlag.OnFault : 0);
      flags.fill(lock, (start - this.start) / size, (end - this.start) / size);
      return { start, end, lock };
    });
    const visit = (at: number, start: number, end: number, bits: number) => {
      // Present is the witness: mincore can't be asked about another process, and what is mapped is in memory.
      const byte = (bits & PageBit.Present ? bits | PageFlag.Resident : bits) | (ranges[at]?.lock ?? 0);
      flags.fill(byte, (start - this.start) / size, (end - this.start) / size);
    };
    const scanned = await scanPages(fd, ranges, work, visit);
    if ('errno' in scanned) return { flags, unknown: unknown | byEntries | byScan, heldNs: 0, longestHeldNs: 0 };
    const { source, leftOut, heldNs, longestHeldNs } = scanned;
    if (source === 'pagemap') unknown |= byScan;
    if (leftOut.size > 0) unknown |= byEntries;
    return { flags, unknown, heldNs, longestHeldNs };
  }
}

/** What it is of; its rights may change. */
function identityOf({ path, protection }: Vma): string {
  const { kind, name } = mappingKind(path, protection);
  return `${kind === 'no-access' ? 'anonymous' : kind} ${name}`;
}

/** The VMA at an address. */
export function vmaAt(vmas: readonly Vma[], address: number): Vma | undefined {
  return overlapping(vmas, address, address + 1)[0];
}

function overlapping(vmas: readonly Vma[], start: number, end: number): Vma[] {
  let [low, high] = [0, vmas.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((vmas[middle]?.end ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  let last = low;
  while ((vmas[last]?.start ?? Number.POSITIVE_INFINITY) < end) last++;
  return vmas.slice(low, last);
}
