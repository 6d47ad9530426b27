import { getrandom } from '../../native/calls/bytes.ts';
import { MLOCK, mlock, mlock2, munlock } from '../../native/calls/mlock.ts';
import { MADV, madvise, mincore, mprotect, munmap } from '../../native/calls/mman.ts';
import { POSIX_FADV, posixFadvise } from '../../native/calls/page-cache.ts';
import type { Result } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { Operation, PageRange } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Clock } from '../base/clock.ts';
import { formatAddress, formatBytes } from '../base/format.ts';
import { breathe } from '../base/slices.ts';
import type { RefusedArguments } from '../limits/diagnose.ts';
import { protectionBits, protectionText } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import { type CallRecord, type Outcome, recordOf } from './call-record.ts';
import { wipe } from './loads-and-stores.ts';
import { Meter } from './meter.ts';
import { TouchProgress } from './touch-progress.ts';

type SimpleOperation = Exclude<Operation, { kind: 'touch' }>;

/**
 * Performs an operation on a region: the only way by which a session touches memory, so that the log, the page map and the C program
 * cannot disagree. A refused call is a result. Throws `bad-input` when the operation's pages are outside the region.
 *
 * @param interrupt ends a long touch between two slices; `done` is then the part that was performed
 */
export async function perform(
  operation: Operation,
  region: Region,
  clock: Clock,
  interrupt: AbortSignal,
): Promise<{ record: CallRecord; done: Operation }> {
  if (operation.kind !== 'touch') return { record: performNow(operation, region, clock), done: operation };
  const meter = new Meter(clock);
  const pages = region.pageNumbers(operation.pages);
  const progress = new TouchProgress(operation, region, pages);
  while (!progress.ended) {
    if (progress.tried > 0) await breathe();
    if (progress.tried > 0 && interrupt.aborted) break;
    progress.touch(meter);
  }
  const done = progress.ended ? operation : { ...operation, pages: operation.pages.slice(0, progress.tried) };
  return { record: recordOf(progress.outcome(meter), region, rangeOf(done, region), meter), done };
}

/** Performs an operation without giving the main loop a turn; a touch of many pages then holds it up. */
export function performNow(operation: Operation, region: Region, clock: Clock): CallRecord {
  const meter = new Meter(clock);
  const range = rangeOf(operation, region);
  if (operation.kind !== 'touch') {
    return recordOf(act(operation, region, meter), region, range, meter, given(operation, region));
  }
  const progress = new TouchProgress(operation, region, region.pageNumbers(operation.pages));
  while (!progress.ended) progress.touch(meter);
  return recordOf(progress.outcome(meter), region, range, meter);
}

function given(operation: SimpleOperation, region: Region): RefusedArguments {
  const { address, length } = region.bytesOf(operation.range);
  return { address, lengthBytes: length, ...('advice' in operation ? { advice: operation.advice } : {}) };
}

/** The smallest range of pages that covers what an operation is about. */
export function rangeOf(operation: Operation, region: Region): PageRange {
  if (operation.kind !== 'touch') return region.pagesOf(operation.range);
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
  for (const page of operation.pages) {
    lowest = Math.min(lowest, page);
    highest = Math.max(highest, page);
  }
  return { firstPage: lowest, pageCount: highest - lowest + 1 };
}

/**
 * Whether an operation may change what smaps alone tells: on-fault locking and what core files hold. Where it splits a VMA as well, the next
 * look finds other bounds and reads smaps by itself.
 */
export function changesVmFlags(operation: Operation): boolean {
  if (operation.kind === 'madvise') return operation.advice === 'MADV_DONTDUMP' || operation.advice === 'MADV_DODUMP';
  return operation.kind === 'mlock' || operation.kind === 'mlock2' || operation.kind === 'munlock';
}

function act(operation: SimpleOperation, region: Region, meter: Meter): Outcome {
  const { address, length } = region.bytesOf(operation.range);
  const outcome = (call: string, result: Result, more: Step['arguments'] = {}): Outcome => ({
    call,
    arguments: { addr: formatAddress(address), length, ...more },
    returned: result.returned,
    errno: result.errno,
  });
  const { measure, weigh } = meter;
  switch (operation.kind) {
    case 'mincore': {
      const vec = new Uint8Array(region.pagesOf(operation.range).pageCount);
      const called = outcome(
        'mincore',
        measure(() => mincore(address, length, vec)),
        { vec: 'vec' },
      );
      if (called.errno !== null) return called;
      const resident = vec.reduce((sum, byte) => sum + (byte & 1), 0);
      return { ...called, outcome: residentOf(resident, vec.length, region.file?.mincoreTells !== false) };
    }
    case 'madvise': {
      const { advice } = operation;
      return outcome(
        'madvise',
        measure(() => madvise(address, length, adviceNumber(advice))),
        { advice },
      );
    }
    case 'mlock':
      return outcome(
        'mlock',
        weigh(() => mlock(address, length)),
      );
    case 'mlock2': {
      const flags = operation.onFault ? MLOCK.ONFAULT : 0;
      const shown = { flags: operation.onFault ? 'MLOCK_ONFAULT' : 0 };
      return outcome(
        'mlock2',
        weigh(() => mlock2(address, length, flags)),
        shown,
      );
    }
    case 'munlock':
      return outcome(
        'munlock',
        weigh(() => munlock(address, length)),
      );
    case 'mprotect': {
      const { protection } = operation;
      return outcome(
        'mprotect',
        measure(() => mprotect(address, length, protectionBits(protection))),
        { prot: protectionText(protection, '|') },
      );
    }
    case 'explicit_bzero': {
      const { shown, wipedBytes, errno } = wipe(region, address, length, meter);
      if (errno !== null) return { ...shown, errno, returned: -1, outcome: wipedOf(wipedBytes) };
      return { ...shown, errno, returned: shown.call === 'explicit_bzero' ? 'void' : wipedBytes };
    }
    case 'getrandom': {
      const { returned, errno } = measure(() => getrandom(address, length));
      return {
        call: 'getrandom',
        arguments: { buf: formatAddress(address), buflen: length, flags: 0 },
        returned,
        errno,
      };
    }
    case 'munmap': {
      const called = outcome(
        'munmap',
        weigh(() => munmap(address, length)),
      );
      if (called.errno === null) region.addHole(operation.range);
      return called;
    }
    case 'evict': {
      const fd = region.file?.fd ?? -1;
      const offset = Number(address - region.address);
      const result = measure(() => posixFadvise(fd, offset, length, POSIX_FADV.DONTNEED));
      const { returned, errno } = result;
      return {
        call: 'posix_fadvise',
        arguments: { fd, offset, len: length, advice: 'POSIX_FADV_DONTNEED' },
        returned,
        errno,
      };
    }
  }
}

function adviceNumber(advice: Extract<Operation, { kind: 'madvise' }>['advice']): number {
  // Each of our names is one of libc's; the prefix is the only difference.
  return MADV[advice.slice('MADV_'.length) as keyof typeof MADV];
}

/** What a wipe that met a page which may not be written did before it. */
function wipedOf(bytes: number): Text {
  return {
    en: `${formatBytes(bytes)} wiped before a page that may not be written`,
    zh: `在遇到不可写的页之前已清零 ${formatBytes(bytes)}`,
  };
}

/** @param tells whether mincore says the truth: of a file neither one's own nor writable it says that every page is resident */
function residentOf(resident: number, pages: number, tells: boolean): Text {
  const said = { en: `${resident} of ${pages} pages resident`, zh: `${pages} 页中 ${resident} 页驻留` };
  if (tells) return said;
  return {
    en: `${said.en}, as of every file that you may not write (Linux 5.2)`,
    zh: `${said.zh}：对你不可写的文件，内核总是这样回答（Linux 5.2）`,
  };
}
