import { PROT } from '../../native/calls/mman.ts';
import { readPageTable } from '../../native/pages/page-table.ts';
import { secretCountsWhenTouched } from '../../native/probes/secret-accounting.ts';
import { vmas } from '../../native/proc/vma.ts';
import { isGuard } from '../../protocol/flags.ts';
import type { Text } from '../../protocol/text.ts';
import { formatPages } from '../base/format.ts';
import { joined } from '../base/join-texts.ts';
import { engineFaultsOf } from '../operations/meter.ts';
import type { PageCallEntry } from '../operations/page-calls.ts';
import { protectionText } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import type { RefusedCall, Tally } from './tally.ts';

/**
 * What an action did, in words: what was done, what was not, and why; undefined where one call did all of it and there
 * is nothing to add.
 */
export function outcomeOf(
  entry: PageCallEntry,
  region: Region,
  total: number,
  tally: Tally,
  minorFaults: number,
): Text | undefined {
  const { made, refused, firstRefused, cutTo, ended, tried } = tally;
  return joined(
    entry.counts ? pagesDone(entry.counts, tally.pages, total, minorFaults) : undefined,
    made > 1 || refused > 0 ? callsDone(made, refused) : undefined,
    firstRefused && refusedPages(firstRefused),
    firstRefused && whyInaccessible(entry, region, firstRefused),
    cutTo === undefined ? undefined : cutInto(made, cutTo),
    ended && stoppedBefore(total - tried),
  );
}

function pagesDone(
  counts: NonNullable<PageCallEntry['counts']>,
  pages: number,
  total: number,
  minorFaults: number,
): Text {
  const of = pages === total ? `${pages}` : `${pages} of ${total}`;
  const own = engineFaultsOf(pages, minorFaults);
  const ofZh = pages === total ? `${pages}` : `${total} 页中的 ${pages}`;
  return {
    en: `${of} page${total === 1 ? '' : 's'} ${counts}, ${minorFaults} minor fault${minorFaults === 1 ? '' : 's'}${own.en}`,
    zh: `已${counts === 'wiped' ? '清零' : '访问'} ${ofZh} 页，发生 ${minorFaults} 个次缺页${own.zh}`,
  };
}

function callsDone(made: number, refused: number): Text {
  return {
    en: `${made - refused} of ${made} call${made === 1 ? '' : 's'} done`,
    zh: `${made} 次调用中 ${made - refused} 次成功`,
  };
}

function refusedPages({ firstPage, pageCount }: RefusedCall): Text {
  const pages = formatPages([{ firstPage, pageCount }]);
  return {
    en: `first refused: page${pageCount === 1 ? '' : 's'} ${pages}`,
    zh: `首次被拒绝：第 ${pages} 页`,
  };
}

function cutInto(made: number, most: number): Text {
  return {
    en: `long runs were cut, into ${made} calls of at most ${most} pages`,
    zh: `较长的页段被切分，共 ${made} 次调用，每次最多 ${most} 页`,
  };
}

function stoppedBefore(left: number): Text {
  return { en: `stopped before the other ${left} pages`, zh: `停止时还有 ${left} 页未处理` };
}

/** Which page of a refused call may not be accessed, and why; undefined where all may, and the reason is another. */
function whyInaccessible(entry: PageCallEntry, region: Region, refused: RefusedCall) {
  const { firstPage, pageCount, pages = 0, diagnosis } = refused;
  const right = entry.needs;
  if (region.mapping.memory === 'secret' && entry.bringsIn) return outOfReach;
  if (right === undefined) return undefined;
  const overLimit = region.mapping.memory === 'secret' && refused.errno === 'EFAULT';
  const [from, end] = [firstPage + pages, firstPage + pageCount];
  const size = BigInt(region.pageSize);
  const found = vmas(region.address + BigInt(from) * size, region.address + BigInt(end) * size);
  if (found.errno !== null) return undefined;
  const wall = found.vmas.find(({ protection }) => (right === 0 ? protection === 0 : !(protection & right)));
  const walled = wall ? Math.max(from, Number((wall.start - region.address) / size)) : end;
  const filled = region.file ? Math.ceil(region.file.bytesNow / region.pageSize) : region.pages;
  const beyond = Math.max(from, filled);
  // A lock that the limit refused never came to the pages.
  const reached = diagnosis === undefined || diagnosis.fix === 'mapped-range';
  const guard = reached ? firstGuard(region, from, Math.min(end, walled, beyond)) : undefined;
  if (guard !== undefined) return isAGuard(guard);
  if (beyond < end && beyond <= walled) return pastTheEnd(beyond, region.file?.bytesNow ?? 0);
  if (wall) return without(walled, wall.protection);
  return overLimit && guard === undefined ? notGiven(from) : undefined;
}

/** The first guard page from `from` on, before `end`; undefined also where the page table can't tell. */
function firstGuard(region: Region, from: number, end: number): number | undefined {
  if (from >= end) return undefined;
  const bits = new Uint8Array(end - from);
  const read = readPageTable(region.address + BigInt(from * region.pageSize), bits.length, bits);
  const at = read.source === 'unavailable' ? -1 : bits.findIndex(isGuard);
  return at < 0 ? undefined : from + at;
}

function isAGuard(page: number): Text {
  return {
    en: `page ${page} is a guard page; a plain access would be SIGSEGV`,
    zh: `第 ${page} 页是保护页（guard）；直接访问会引发 SIGSEGV`,
  };
}

const outOfReach: Text = {
  en: 'the pages of memfd_secret are out of the kernel’s own reach, so that it cannot bring them in; they are locked by their nature',
  zh: 'memfd_secret 的页不在内核自身可及的范围内，内核无法将其调入；它们本来就是锁定的',
};

/** Secret pages that count when they are touched: beyond the limit a touch is a signal. mm/secretmem.c */
function notGiven(page: number): Text {
  const counted = secretCountsWhenTouched();
  return {
    en: `the kernel gives no page ${page} of this memfd_secret${counted ? ', and it counts such pages against RLIMIT_MEMLOCK when they are touched' : ''}; a plain access would be SIGBUS`,
    zh: `内核不给出此 memfd_secret 的第 ${page} 页${counted ? '，而它在访问时才把这种页计入 RLIMIT_MEMLOCK' : ''}；直接访问会引发 SIGBUS`,
  };
}

function pastTheEnd(page: number, bytes: number): Text {
  return {
    en: `page ${page} lies past the end of the file, which has ${bytes} bytes now`,
    zh: `第 ${page} 页超出文件末尾，文件现有 ${bytes} 字节`,
  };
}

function without(page: number, protection: number): Text {
  // x86 cannot let a page be written and not read: there a plain load would do what the kernel refuses.
  if (protection === PROT.WRITE) return writeAlone(page);
  const rights = protectionText(protection & PROT.READ ? ['PROT_READ'] : [], '|');
  return {
    en: `page ${page} is ${rights}; a plain access would be SIGSEGV`,
    zh: `第 ${page} 页为 ${rights}；直接访问会引发 SIGSEGV`,
  };
}

function writeAlone(page: number): Text {
  return {
    en: `page ${page} is PROT_WRITE alone, which the kernel takes at its word`,
    zh: `第 ${page} 页仅为 PROT_WRITE，内核按字面执行`,
  };
}
