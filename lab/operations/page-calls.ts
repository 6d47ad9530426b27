/**
 * The table of calls on pages: for each kind how it is made and shown, what it costs and changes, how it is undone, and
 * its line of C. Experiments and the workbench read it alike. A new call is an entry here, or in `advice.ts`, and its
 * texts.
 */
import { getrandom } from '../../native/calls/bytes.ts';
import { MLOCK, mlock, mlock2, munlock } from '../../native/calls/mlock.ts';
import { madvise, mincore, mprotect, munmap, PROT } from '../../native/calls/mman.ts';
import { POSIX_FADV, posixFadvise } from '../../native/calls/page-cache.ts';
import type { ErrnoName, Result } from '../../native/libc/errno.ts';
import type { Step } from '../../protocol/events.ts';
import type { PageCall } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import { formatAddress, formatBytes, formatCount } from '../base/format.ts';
import { protectionBits, protectionText } from '../regions/mapping.ts';
import type { Region } from '../regions/region.ts';
import { advices } from './advice.ts';
import { returnedOf, type ShownStore, shownTouch, shownWipe, touchCall, touchPages, wipe } from './loads-and-stores.ts';
import type { Meter } from './meter.ts';
import * as undo from './undo.ts';

/** Bytes of one region that a call is made for. */
export interface Span {
  readonly region: Region;
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
}

/** What one call came to. */
export interface Called {
  readonly returned: Step['returned'];
  readonly errno: ErrnoName | null;
  /** Pages that were touched or wiped; left out where the kernel does not say how far a call came. */
  readonly pages?: number;
  /** The call that refused a touch or a wipe, where it may be another than the one that was to be made. */
  readonly refused?: ShownStore;
  /** What it found out, in words. */
  readonly outcome?: Text;
}

/** The same bytes in the C program, as C. */
export interface CSpan {
  readonly address: string;
  readonly offset: string;
  readonly length: string;
  /** The variable with the region's descriptor. */
  readonly fd: string;
  /** The function that wipes: one that survives a refusal, where there was one. */
  readonly wipe: string;
}

/** One call on pages, whatever the pages. */
export interface PageCallEntry {
  /** What its steps call it. */
  readonly title: Text;
  /** In the C program, the heading of the page map after it. */
  readonly heading: string;
  /** By name and arguments, as steps show it. */
  shown(span: Span): ShownStore;
  /** Makes it, once. */
  make(span: Span, meter: Meter): Called;
  /**
   * Pages of one call at the most: longer runs are cut, so that a call takes 1 to 5 ms (`npm run bench -- workbench`),
   * what else waits for this main loop gets its turn, and a long action can be ended.
   */
  readonly mostPages: number;
  /** It says how many pages it came to, and does this to each of them. */
  readonly counts?: 'touched' | 'wiped';
  /** It changes VmLck. */
  readonly locks?: boolean;
  /** A call for a part of a mapping may split it. */
  readonly splits?: boolean;
  /** What it changes of a VMA is told by smaps alone. */
  readonly toldBySmaps?: boolean;
  /** The right that its access to a page needs, as in `PROT`; 0 where any will do, undefined where it needs none. */
  readonly needs?: number;
  /** The kernel brings the pages in, which it cannot do for memfd_secret. */
  readonly bringsIn?: boolean;
  /** Locked memory refuses it with EINVAL. */
  readonly refusedByLocks?: boolean;
  readonly undo: undo.Undo;
  /** Its statement in C; of a touch, for the first page of the span. */
  c(span: CSpan): string;
}

type Kind = PageCall['kind'];
type Of<K extends Kind> = Extract<PageCall, { kind: K }>;

const table: { readonly [K in Kind]: (call: Of<K>) => PageCallEntry } = {
  touch: ({ access }) => ({
    title: access === 'write' ? { en: 'Write', zh: '写访问' } : { en: 'Read', zh: '读访问' },
    heading: access,
    shown: (span) => shownTouch(touchCall(span.region, access), pagesFrom(span)),
    make: (span, meter) => {
      const { firstPage, pageCount } = pagesOf(span);
      const pages = new Uint32Array(pageCount).map((_zero, index) => firstPage + index);
      const { errno, touched, call } = touchPages(span.region, pages, access, meter);
      if (errno !== null) return { returned: -1, errno, pages: touched, refused: shownTouch(call, pagesFrom(span)) };
      return { returned: returnedOf(call, touched), errno, pages: touched };
    },
    mostPages: 1024,
    counts: 'touched',
    needs: access === 'write' ? PROT.WRITE : PROT.READ,
    undo: undo.dropped,
    c: ({ address }) => `${access}_page(${address});`,
  }),

  mincore: () => ({
    ...onRange('mincore', { vec: 'vec' }),
    make: ({ region, address, length }, meter) => {
      const vec = new Uint8Array(Math.ceil(length / region.pageSize));
      const { returned, errno } = meter.measure(() => mincore(address, length, vec));
      if (errno !== null) return { returned, errno };
      const resident = vec.reduce((sum, byte) => sum + (byte & 1), 0);
      return { returned, errno, outcome: residentOf(resident, vec.length, region.file?.mincoreTells !== false) };
    },
    c: () => '',
  }),

  mlock: () => ({
    ...onRange('mlock', {}, mlock),
    mostPages: 1024,
    locks: true,
    splits: true,
    needs: 0,
    bringsIn: true,
    undo: undo.unlocked,
  }),

  mlock2: ({ onFault }) => ({
    ...onRange('mlock2', { flags: onFault ? 'MLOCK_ONFAULT' : 0 }, (address, length) =>
      mlock2(address, length, onFault ? MLOCK.ONFAULT : 0),
    ),
    title: same(onFault ? 'mlock2 MLOCK_ONFAULT' : 'mlock2'),
    mostPages: onFault ? 16_384 : 1024,
    locks: true,
    splits: true,
    toldBySmaps: true,
    bringsIn: true,
    undo: undo.unlockedOnFault,
  }),

  munlock: () => ({
    ...onRange('munlock', {}, munlock),
    mostPages: 16_384,
    locks: true,
    splits: true,
    undo: undo.relocked,
  }),

  madvise: ({ advice }) => {
    const {
      value,
      mostPages,
      vmFlag = false,
      countedBySmaps = false,
      populates,
      refusedByLocks = false,
    } = advices[advice];
    return {
      ...onRange('madvise', { advice }, (address, length) => madvise(address, length, value)),
      title: same(advice),
      heading: advice,
      mostPages,
      splits: vmFlag,
      toldBySmaps: vmFlag || countedBySmaps,
      ...(populates === undefined ? {} : { needs: populates, bringsIn: true }),
      refusedByLocks,
      undo: advices[advice].undo,
    };
  },

  mprotect: ({ protection }) => ({
    ...onRange('mprotect', { prot: protectionText(protection, '|') }, (address, length) =>
      mprotect(address, length, protectionBits(protection)),
    ),
    title: same(`mprotect ${protectionText(protection, '|')}`),
    splits: true,
    undo: undo.rightsAsBefore(protectionBits(protection)),
    c: ({ address, length }) =>
      `check("mprotect", mprotect(${address}, ${length}, ${protectionText(protection, ' | ')}));`,
  }),

  explicit_bzero: () => ({
    ...onRange('explicit_bzero'),
    shown: ({ region, address, length }) => shownWipe(region, address, length),
    make: ({ region, address, length }, meter) => {
      const { shown, wipedBytes, errno } = wipe(region, address, length, meter);
      const pages = Math.floor(wipedBytes / region.pageSize);
      if (errno !== null) return { returned: -1, errno, pages, refused: shown, outcome: wipedOf(wipedBytes) };
      return { returned: shown.call === 'explicit_bzero' ? 'void' : wipedBytes, errno, pages };
    },
    mostPages: 2048,
    counts: 'wiped',
    needs: PROT.WRITE,
    undo: undo.wiped,
    c: ({ address, length, wipe }) => `${wipe}(${address}, ${length});`,
  }),

  getrandom: () => ({
    ...onRange('getrandom', {}, getrandom),
    shown: ({ address, length }) => ({
      call: 'getrandom',
      arguments: { buf: formatAddress(address), buflen: length, flags: 0 },
    }),
    c: ({ address, length }) => `check("getrandom", syscall(SYS_getrandom, ${address}, ${length}, 0) == -1);`,
  }),

  munmap: () => ({
    ...onRange('munmap'),
    make: (span, meter) => {
      const { returned, errno } = meter.measure(() => munmap(span.address, span.length));
      if (errno === null) span.region.addHole(pagesOf(span));
      return { returned, errno };
    },
    locks: true,
    splits: true,
  }),

  evict: () => ({
    ...onRange('evict'),
    shown: (span) => ({
      call: 'posix_fadvise',
      arguments: {
        fd: span.region.file?.fd ?? -1,
        offset: offsetOf(span),
        len: span.length,
        advice: 'POSIX_FADV_DONTNEED',
      },
    }),
    make: (span, { measure }) => {
      const fd = span.region.file?.fd ?? -1;
      return measure(() => posixFadvise(fd, offsetOf(span), span.length, POSIX_FADV.DONTNEED));
    },
    c: ({ fd, offset, length }) => `posix_fadvise(${fd}, ${offset}, ${length}, POSIX_FADV_DONTNEED);`,
  }),
};

/** What is known of a call on pages. */
export function pageCall<K extends Kind>(call: Of<K>): PageCallEntry {
  // The table's entry of this kind takes just this call, which the compiler cannot follow over a union.
  return (table[call.kind] as (call: PageCall) => PageCallEntry)(call);
}

/** What most calls have in common: an address, a length and perhaps one more argument. */
function onRange(
  name: string,
  more: Step['arguments'] = {},
  make?: (address: bigint, length: number) => Result<number>,
): PageCallEntry {
  const [last] = Object.values(more);
  return {
    title: same(name),
    heading: name,
    shown: ({ address, length }) => ({ call: name, arguments: { addr: formatAddress(address), length, ...more } }),
    make: ({ address, length }, { measure }) => {
      if (!make) throw new Error(`${name} has no call`);
      return measure(() => make(address, length));
    },
    mostPages: Number.POSITIVE_INFINITY,
    undo: undo.notByHand,
    c: ({ address, length }) =>
      `check("${name}", ${name}(${[address, length, ...(last === undefined ? [] : [last])].join(', ')}));`,
  };
}

function offsetOf({ region, address }: Span): number {
  return Number(address - region.address);
}

function pagesOf(span: Span) {
  return span.region.pagesOf({ offset: offsetOf(span), length: span.length });
}

function pagesFrom(span: Span): string {
  const addr = formatAddress(span.address);
  const { pageCount } = pagesOf(span);
  return pageCount === 1 ? addr : `${pageCount} pages from ${addr}`;
}

function same(word: string): Text {
  return { en: word, zh: word };
}

/** What a wipe that met a page which may not be written did before it. */
function wipedOf(bytes: number): Text {
  return {
    en: `${formatBytes(bytes)} wiped before a page that may not be written`,
    zh: `在遇到不可写的页之前已清零 ${formatBytes(bytes)}`,
  };
}

/**
 * @param tells whether mincore says the truth: of a file neither one's own nor writable it says that every page is
 * resident
 */
function residentOf(resident: number, pages: number, tells: boolean): Text {
  const said = {
    en: `${formatCount(resident)} of ${formatCount(pages)} pages resident`,
    zh: `${formatCount(pages)} 页中 ${formatCount(resident)} 页驻留`,
  };
  if (tells) return said;
  return {
    en: `${said.en}, as of every file that you may not write (Linux 5.2)`,
    zh: `${said.zh}：对你不可写的文件，内核总是这样回答（Linux 5.2）`,
  };
}
