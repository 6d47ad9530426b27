import { firstIndex } from './first-index.ts';
import { PageFlag } from './flags.ts';
import type { LockRange } from './lock-range.ts';

/** More open ranges than this, of one region, are too scattered to follow: they are then one. */
const mostOpen = 2048;
/** The oldest ended ranges beyond this are forgotten. */
const mostEnded = 4096;

/** What a snapshot says of one page's lock. */
export type LockState = 'unlocked' | 'locked' | 'on-fault';

/**
 * The two bits may come alone or together: kernels show `lf` beside `lo`, and what cannot read smaps knows `lo` only.
 */
export function lockState(flags: number): LockState {
  if (flags & PageFlag.OnFault) return 'on-fault';
  return flags & PageFlag.Locked ? 'locked' : 'unlocked';
}

interface Open {
  firstPage: number;
  pageCount: number;
  readonly startNs: number;
  readonly unseenNs: number;
  readonly onFault: boolean;
}

const endOf = ({ firstPage, pageCount }: Pick<Open, 'firstPage' | 'pageCount'>): number => firstPage + pageCount;

/** The lock history of one region, brought up to date by the runs of its frames. */
export class LockRanges {
  /** Ascending, disjoint; what touches and began together is one. */
  #open: Open[] = [];
  #ended: LockRange[] = [];
  #scattered: { from: Open; pages: number } | undefined;
  #lastNs = 0;
  #nowNs = 0;

  /** Takes the ranges of a recording, which somebody has found. */
  show(ranges: readonly LockRange[]): void {
    this.#ended = [...ranges];
  }

  /** Begins a snapshot; its runs follow, then `finish`. */
  begin(takenNs: number): void {
    this.#lastNs = this.#nowNs;
    this.#nowNs = takenNs;
  }

  /** Ends a snapshot in which this many pages are locked, on fault or at once. */
  finish(lockedPages: number): void {
    if (!this.#scattered) return;
    if (lockedPages > 0) {
      this.#scattered.pages = Math.max(this.#scattered.pages, lockedPages);
      return;
    }
    this.#end({ ...this.#scattered.from, scattered: this.#scattered.pages });
    this.#scattered = undefined;
  }

  /** A run of the snapshot; those that say nothing new change nothing. */
  apply(firstPage: number, pageCount: number, flags: number): void {
    if (this.#scattered) return;
    const state = lockState(flags);
    const end = firstPage + pageCount;
    let at = this.#firstEndingAfter(firstPage);
    if (state === 'unlocked') {
      this.#cut(at, firstPage, end);
      return;
    }
    const onFault = state === 'on-fault';
    let page = firstPage;
    while (page < end) {
      const next = this.#open[at];
      if (!next || next.firstPage >= end) {
        this.#insert(at, page, end, onFault);
        break;
      }
      if (next.firstPage > page) {
        at = this.#insert(at, page, next.firstPage, onFault);
        page = next.firstPage;
        continue;
      }
      const until = Math.min(end, endOf(next));
      if (next.onFault === onFault) at++;
      else at = this.#insert(this.#cut(at, page, until), page, until, onFault);
      page = until;
    }
    if (this.#open.length > mostOpen) this.#scatter();
  }

  /** Ended ranges in the order of their ends, then those that are locked now in the order of their pages. */
  ranges(): readonly LockRange[] {
    const scattered = this.#scattered;
    return [
      ...this.#ended,
      ...(scattered ? [{ ...scattered.from, scattered: scattered.pages }] : []),
      ...this.#open.map((open) => ({ ...open })),
    ];
  }

  /** Index of the first open range that reaches beyond a page. */
  #firstEndingAfter(page: number): number {
    return firstIndex(this.#open.length, (index) => {
      const open = this.#open[index];
      return !open || endOf(open) > page;
    });
  }

  /** Opens a range, or lengthens the one before that began in this snapshot. Returns the index after it. */
  #insert(at: number, firstPage: number, end: number, onFault: boolean): number {
    const before = this.#open[at - 1];
    if (before && endOf(before) === firstPage && before.startNs === this.#nowNs && before.onFault === onFault) {
      before.pageCount += end - firstPage;
      return at;
    }
    const open = { firstPage, pageCount: end - firstPage, startNs: this.#nowNs, unseenNs: this.#lastNs, onFault };
    this.#open.splice(at, 0, open);
    return at + 1;
  }

  /** Ends what is open between two pages, beginning with the range at `at`. Returns the index of what comes after. */
  #cut(at: number, firstPage: number, end: number): number {
    let index = at;
    for (let open = this.#open[index]; open && open.firstPage < end; open = this.#open[index]) {
      const openEnd = endOf(open);
      const from = Math.max(open.firstPage, firstPage);
      const until = Math.min(openEnd, end);
      const rest: Open[] = [];
      if (open.firstPage < from) rest.push({ ...open, pageCount: from - open.firstPage });
      if (until < openEnd) rest.push({ ...open, firstPage: until, pageCount: openEnd - until });
      this.#open.splice(index, 1, ...rest);
      this.#end({ ...open, firstPage: from, pageCount: until - from });
      if (open.firstPage < from) index++;
      if (until < openEnd) break;
    }
    return index;
  }

  #end(range: Open & Pick<LockRange, 'scattered'>): void {
    // What came and went between two snapshots is not seen; what a snapshot's own runs correct was never there.
    if (range.startNs === this.#nowNs) return;
    const ended = { ...range, endNs: this.#nowNs };
    const before = this.#ended.at(-1);
    if (before && joins(before, ended)) {
      this.#ended[this.#ended.length - 1] = { ...before, pageCount: before.pageCount + ended.pageCount };
      return;
    }
    this.#ended.push(ended);
    if (this.#ended.length > mostEnded) this.#ended.splice(0, this.#ended.length - mostEnded);
  }

  #scatter(): void {
    const open = this.#open;
    const [first, last] = [open[0], open.at(-1)];
    if (!first || !last) return;
    this.#scattered = {
      from: {
        firstPage: first.firstPage,
        pageCount: endOf(last) - first.firstPage,
        startNs: Math.min(...open.map(({ startNs }) => startNs)),
        unseenNs: Math.min(...open.map(({ unseenNs }) => unseenNs)),
        onFault: open.every(({ onFault }) => onFault),
      },
      pages: 0,
    };
    this.#open = [];
  }
}

/** Whether a range that has just ended goes on from the one before: the runs of one unlock come in pieces. */
function joins(before: LockRange, next: LockRange): boolean {
  return (
    before.firstPage + before.pageCount === next.firstPage &&
    before.startNs === next.startNs &&
    before.endNs === next.endNs &&
    before.onFault === next.onFault &&
    before.scattered === undefined &&
    next.scattered === undefined
  );
}
