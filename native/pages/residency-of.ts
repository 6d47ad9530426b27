import { closeSync, openSync } from 'node:fs';
import { PROT } from '../calls/mman.ts';
import { checkBuffer, checkLength } from '../libc/arguments.ts';
import { pageSize } from '../libc/sysconf.ts';
import { fileFailure, procFolder } from '../proc/proc-file.ts';
import { readSmaps, type SmapsEntry } from '../proc/smaps.ts';
import { PageBit } from './page-bit.ts';
import { readPagemap } from './pagemap.ts';
import { addVmaBits, type Residency } from './residency.ts';
import type { Unknown } from './unknown.ts';
import { toldBySmaps, type VmaState } from './vma-states.ts';

/**
 * The bytes of a range of another process, from outside: its page table for Present and Swapped, its smaps for the
 * VMAs. mincore(2) can't be asked about another process, so a page is called resident when its page table has it.
 *
 * @param previous the last look at it, where that process has called nothing since which changes its VMAs: smaps is
 *   read once then
 */
export function residencyOf(
  pid: number,
  address: bigint,
  pages: number,
  into: Uint8Array,
  previous?: Residency,
): Residency {
  checkBuffer('into', into, checkLength('pages', pages));
  const unknown = [readTable(pid, address, pages, into)];
  const vmas = previous?.vmas ?? vmasOf(pid, address, pages);
  if (vmas.length === 0) unknown.push(smapsUnread(pid));
  addVmaBits(vmas, into, pages, null);
  return { vmas, unmappedPages: 0, uniform: null, unknown };
}

/** Answers what it could not tell. */
function readTable(pid: number, address: bigint, pages: number, into: Uint8Array): Unknown {
  const file = `${procFolder(pid)}/pagemap`;
  let fd = -1;
  try {
    fd = openSync(file, 'r');
    const { errno } = readPagemap(fd, address, pages, into);
    if (errno === null) {
      for (let page = 0; page < pages; page++) if ((into[page] ?? 0) & PageBit.Present) into[page] = inCore;
      return entriesAlone;
    }
    return unread(file, errno, into);
  } catch (error) {
    return unread(file, fileFailure(error).errno, into);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

const inCore = PageBit.Resident | PageBit.Present;

const entriesAlone: Unknown = {
  source: 'page-table',
  bits: ['Zero', 'Huge'],
  reason: {
    en: 'The entries of another process’s pagemap tell neither the zero page nor huge pages.',
    zh: '另一进程的 pagemap 条目不能区分零页与大页。',
  },
};

function unread(file: string, errno: string, into: Uint8Array): Unknown {
  into.fill(0);
  return {
    source: 'page-table',
    bits: ['Resident', 'Present', 'Swapped', 'Zero', 'Huge'],
    reason: { en: `${file} answered ${errno}.`, zh: `${file} 返回 ${errno}。` },
  };
}

const smapsUnread = (pid: number): Unknown => ({
  source: 'smaps',
  bits: ['Locked', 'OnFault', 'DontDump'],
  reason: { en: `${procFolder(pid)}/smaps can't be read.`, zh: `无法读取 ${procFolder(pid)}/smaps。` },
});

/** The VMAs that overlap the range; none where smaps could not be read. */
function vmasOf(pid: number, address: bigint, pages: number): readonly VmaState[] {
  const size = BigInt(pageSize());
  const end = address + BigInt(pages) * size;
  const found: VmaState[] = [];
  const visit = (entry: SmapsEntry) => {
    const start = entry.start < address ? address : entry.start;
    const stop = entry.end > end ? end : entry.end;
    found.push({
      firstPage: Number((start - address) / size),
      pages: Number((stop - start) / size),
      locked: entry.locked,
      protection: protectionOf(entry.protection),
      shared: entry.protection.endsWith('s'),
      anonymous: false,
      ...toldBySmaps(entry),
    });
  };
  return readSmaps(pid, visit, address, end).errno === null ? found : [];
}

const protectionOf = (printed: string): number =>
  (printed[0] === 'r' ? PROT.READ : 0) | (printed[1] === 'w' ? PROT.WRITE : 0) | (printed[2] === 'x' ? PROT.EXEC : 0);
