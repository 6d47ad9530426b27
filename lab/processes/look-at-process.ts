import { pageSize } from '../../native/libc/sysconf.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { readSmapsAsync, type SmapsEntry } from '../../native/proc/smaps.ts';
import type { ProcessLook, TargetMapping } from '../../protocol/process-look.ts';
import type { Text } from '../../protocol/text.ts';
import { mappingKind } from './mapping-kind.ts';
import { PacedWork } from './paced-work.ts';
import { readMappings, type Vma } from './read-mappings.ts';
import { scanPages } from './scan-pages.ts';
import { Target } from './target.ts';

/** Above this, what walks a whole VMA is read only when it is asked for: so long its mmap might wait. */
export const smapsMostNs = 50e6;

/** What reading smaps costs, measured: 30 ms for a GiB of resident 4 KiB pages, 4 µs for each mapping. */
export function smapsPriceNs(rssBytes: number, mappings: number): number {
  return (rssBytes / 2 ** 30) * 30e6 + mappings * 4e3;
}

/** How a process is looked at. */
export interface LookOptions {
  /** Read PSS, dirty and locked pages whatever it costs. */
  readonly smaps?: boolean;
  /** Told what it is estimated to cost, before it is read at more than `smapsMostNs`. */
  readonly onPrice?: (priceNs: number) => void;
  /** Keep which pages are there, for a difference or a map. */
  readonly keepRuns?: boolean;
  /** `pagemap`: as before Linux 6.7. */
  readonly way?: 'pagemap';
}

/** Runs of pages by address, each with its bits (`PageBit`). */
export interface PageRuns {
  readonly starts: number[];
  readonly ends: number[];
  readonly bits: number[];
}

/** Most runs that are kept: 50 MB. */
const mostRuns = 2_000_000;

export interface KeptLook extends ProcessLook {
  /** By address; undefined where they were not asked for, or are too many. */
  readonly runs?: PageRuns;
  /** It learnt which mappings are locked: from smaps, or because none is. */
  readonly locksKnown: boolean;
}

/**
 * Looks at a process once: its mappings, and by the page table what of them is there. Reads nothing that walks a whole
 * VMA unless that is cheap, or asked for. Its memory itself is never read.
 *
 * @throws ProblemError when it isn't there, has no memory, or ends or executes another program meanwhile
 */
export async function lookAtProcess(pid: number, options: LookOptions = {}): Promise<KeptLook> {
  using target = new Target(pid);
  // Awaited here: its descriptors are closed when this returns.
  return await lookAt(target, options);
}

/** The same of a process that is open already. */
export async function lookAt(target: Target, options: LookOptions = {}): Promise<KeptLook> {
  try {
    return await looked(target, options);
  } catch (error) {
    // What a process that ended answers to (ESRCH) is told as what it is.
    target.check();
    throw error;
  }
}

async function looked(target: Target, options: LookOptions): Promise<KeptLook> {
  const work = new PacedWork();
  const reasons: Text[] = [];
  const nothing = { heldNs: 0, longestHeldNs: 0, smapsPriceNs: 0 };
  if ('refused' in target.maps) {
    return {
      process: target.row(null),
      mappings: null,
      reasons: [target.maps.refused],
      locksKnown: false,
      cost: { ...work.cost, ...nothing },
    };
  }
  const vmas = await readMappings(target.maps.fd, work);
  const found = vmas.map((vma) => new Found(vma));
  const runs: PageRuns | undefined = options.keepRuns ? { starts: [], ends: [], bits: [] } : undefined;
  const pages = await countPages(target, vmas, found, work, runs, options.way);
  reasons.push(...pages.reasons);
  const row = target.row(vmas.length);
  const price = smapsPriceNs(row.rssBytes ?? 0, vmas.length);
  let smapsNs = 0;
  let locksKnown = row.vmLckBytes === 0;
  if (options.smaps || (row.vmLckBytes !== 0 && price <= smapsMostNs)) {
    if (price > smapsMostNs) options.onPrice?.(price);
    // Of all our threads, on one of which the kernel walks: no less than it took. The file is read VMA by VMA.
    const before = process.cpuUsage();
    const reason = await readSmapsOf(target.pid, found);
    const { user, system } = process.cpuUsage(before);
    smapsNs = (user + system) * 1e3;
    if (reason) reasons.push(reason);
    locksKnown = reason === undefined;
  } else if (row.vmLckBytes === 0) {
    for (const each of found) each.locked = 'no';
  } else {
    reasons.push(tooDear(target.pid, row.rssBytes ?? 0, price));
  }
  target.check();
  const { cpuNs, elapsedNs } = work.cost;
  const cost = {
    cpuNs: cpuNs + smapsNs,
    elapsedNs,
    heldNs: pages.heldNs + smapsNs,
    longestHeldNs: Math.max(pages.longestHeldNs, smapsNs),
    smapsPriceNs: price,
  };
  const whole = runs && runs.starts.length <= mostRuns ? { runs } : {};
  return { process: row, mappings: found.map((each) => each.mapping()), reasons, cost, locksKnown, ...whole };
}

async function countPages(
  { pagemap, pid }: Target,
  vmas: readonly Vma[],
  found: readonly Found[],
  work: PacedWork,
  runs: PageRuns | undefined,
  way: 'pagemap' | undefined,
): Promise<{ heldNs: number; longestHeldNs: number; reasons: Text[] }> {
  if ('refused' in pagemap) return { heldNs: 0, longestHeldNs: 0, reasons: [pagemap.refused] };
  const size = pageSize();
  const visit = (at: number, start: number, end: number, bits: number) => {
    found[at]?.add((end - start) / size, bits);
    if (!runs || runs.starts.length > mostRuns) return;
    runs.starts.push(start);
    runs.ends.push(end);
    runs.bits.push(bits);
  };
  const scanned = await scanPages(pagemap.fd, vmas, work, visit, way);
  if ('errno' in scanned) {
    return {
      heldNs: 0,
      longestHeldNs: 0,
      reasons: [
        {
          en: `The page table of process ${pid} can't be read: /proc/${pid}/pagemap answered ${scanned.errno}.`,
          zh: `无法读取进程 ${pid} 的页表：/proc/${pid}/pagemap 返回 ${scanned.errno}。`,
        },
      ],
    };
  }
  const { source, leftOut, heldNs, longestHeldNs } = scanned;
  for (const [at, each] of found.entries()) each.counted(!leftOut.has(at), source === 'pagemap-scan');
  const reasons: Text[] = [];
  if (source === 'pagemap') {
    reasons.push({
      en: 'This kernel has no PAGEMAP_SCAN (Linux 6.7): zero, huge and guard pages are unknown.',
      zh: '此内核没有 PAGEMAP_SCAN（Linux 6.7 起）：零页、大页和保护页未知。',
    });
  }
  if (leftOut.size > 0) {
    reasons.push({
      en: `${leftOut.size} mappings are too large to be read page by page, as this kernel asks for: their pages are unknown.`,
      zh: `有 ${leftOut.size} 个映射过大，此内核只能逐页读取：它们的页未知。`,
    });
  }
  return { heldNs, longestHeldNs, reasons };
}

function tooDear(pid: number, rssBytes: number, priceNs: number): Text {
  const gib = (rssBytes / 2 ** 30).toFixed(1);
  const ms = Math.round(priceNs / 1e6);
  return {
    en: `Which mappings are locked only smaps tells, and with ${gib} GiB resident reading it would block this process’s mmap for about ${ms} ms: pagescope process ${pid} --pss`,
    zh: `哪些映射已锁定只有 smaps 知道；驻留 ${gib} GiB 时，读取它会使该进程的 mmap 阻塞约 ${ms} ms：pagescope process ${pid} --pss`,
  };
}

/** Joins what smaps says to the mappings: those that changed between the two reads stay unknown. */
async function readSmapsOf(pid: number, found: readonly Found[]): Promise<Text | undefined> {
  let at = 0;
  const read = await readSmapsAsync(pid, (entry) => {
    const [start, end] = [Number(entry.start), Number(entry.end)];
    while (at < found.length && (found[at]?.end ?? 0) <= start) at++;
    const each = found[at];
    if (each?.start === start && each.end === end) each.smaps = entry;
  });
  if (read.errno === null) return undefined;
  return {
    en: `PSS, dirty and locked pages are unknown: /proc/${pid}/smaps answered ${read.errno}.`,
    zh: `PSS、脏页和锁定的页未知：/proc/${pid}/smaps 返回 ${read.errno}。`,
  };
}

/** A mapping while its pages are counted. */
class Found {
  readonly start: number;
  readonly end: number;
  readonly #protection: string;
  readonly #path: string;
  #present = 0;
  #swapped = 0;
  #zero = 0;
  #huge = 0;
  #guard = 0;
  #known = false;
  #finely = false;
  smaps: SmapsEntry | undefined;
  locked: TargetMapping['locked'] = null;

  constructor({ start, end, protection, path }: Vma) {
    this.start = start;
    this.end = end;
    this.#protection = protection;
    this.#path = path;
  }

  add(pages: number, bits: number): void {
    if (bits === PageBit.Zero) this.#guard += pages;
    if (!(bits & (PageBit.Present | PageBit.Swapped))) return;
    if (bits & PageBit.Present) this.#present += pages;
    else this.#swapped += pages;
    if (bits & PageBit.Zero) this.#zero += pages;
    if (bits & PageBit.Huge) this.#huge += pages;
  }

  /** @param finely whether zero, huge and guard pages are told apart too */
  counted(known: boolean, finely: boolean): void {
    this.#known = known;
    this.#finely = finely;
  }

  mapping(): TargetMapping {
    const known = (pages: number) => (this.#known ? pages : null);
    const finely = (pages: number) => (this.#known && this.#finely ? pages : null);
    const { smaps } = this;
    const locked = smaps ? (smaps.onFault ? 'on-fault' : smaps.locked ? 'locked' : 'no') : this.locked;
    return {
      start: `0x${this.start.toString(16)}`,
      end: `0x${this.end.toString(16)}`,
      protection: this.#protection,
      ...mappingKind(this.#path, this.#protection),
      pages: (this.end - this.start) / pageSize(),
      residentPages: known(this.#present),
      swappedPages: known(this.#swapped),
      zeroPages: finely(this.#zero),
      hugePages: finely(this.#huge),
      guardPages: finely(this.#guard),
      lockedPages: locked === null ? null : locked === 'no' ? 0 : known(this.#present),
      locked,
      pssBytes: smaps?.pssBytes ?? null,
      dirtyBytes: smaps?.dirtyBytes ?? null,
    };
  }
}
