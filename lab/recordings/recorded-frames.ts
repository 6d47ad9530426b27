import { zstdDecompressSync } from 'node:zlib';
import type { RegionInfo } from '../../protocol/events.ts';
import { maxFramePages } from '../../protocol/frame.ts';
import { problem } from '../../protocol/problem.ts';
import { applyRuns } from './changed-runs.ts';
import { CountedPages } from './counted-pages.ts';
import { count, lastWhere, type Rows } from './rows.ts';
import { Coding } from './schema.ts';

/** A frame as it was recorded, with the pages after it. */
export interface RecordedSnapshot {
  readonly frame: number;
  readonly region: number;
  readonly takenNs: number;
  /** -1 between steps. */
  readonly step: number;
  readonly unknown: number;
  readonly lazilyFree?: number;
  /** Pages that are locked and in the page table; left out where the kernel did not tell. */
  readonly locked?: number;
  /** Valid until the next one is asked for. */
  readonly flags: Uint8Array;
}

/** One that is counted already. */
export interface CountedSnapshot extends RecordedSnapshot {
  readonly counted: CountedPages;
}

/**
 * So many bytes of flags are gone through for a report, which takes five seconds. A session of a million pages that all
 * change at each of 4000 steps has as many; a file of 60 KB that nobody recorded may have more.
 */
const mostCounted = 2 ** 32;
/** And so many looks after steps. */
const mostSnapshots = 1 << 17;

/** A region's pages at an instant, with the frame that showed them. */
export type PagesAt = Omit<RecordedSnapshot, 'region' | 'step'>;

/** The pages of a recording's regions: at each frame, or at an instant. */
export class RecordedFrames {
  readonly #rows: Rows;
  readonly #regions: ReadonlyMap<number, RegionInfo>;
  /** Bytes of flags that were gone through for a report. */
  #counted = 0;

  constructor(rows: Rows, regions: ReadonlyMap<number, RegionInfo>) {
    this.#rows = rows;
    this.#regions = regions;
  }

  /**
   * Every frame in order, or a region's, with the pages after it. After one that is lost, the region's are left out
   * until its next key frame.
   */
  snapshots(only?: number): Generator<RecordedSnapshot> {
    return this.#snapshots(only);
  }

  /**
   * Those after steps, counted as they are read. Throws `bad-input` where a file makes that more work than any session
   * that was recorded.
   */
  *countedAfterSteps(): Generator<CountedSnapshot> {
    const all = new Map<number, CountedPages>();
    // What is known before: the runs of each are looked for eight pages at a time, and key frames are counted anew.
    const looks = 'SELECT region, sum(step >= 0) AS steps, sum(coding = 2) AS keys FROM frame GROUP BY region';
    let snapshots = 0;
    this.#counted = 0;
    for (const row of this.#rows.all(looks)) {
      const [region = 0, steps = 0, keys = 0] = [row.region, row.steps, row.keys].map(count);
      snapshots += steps;
      this.#counted += (this.#regions.get(region)?.pages ?? 0) * (steps / 8 + keys);
    }
    if (snapshots > mostSnapshots || this.#counted > mostCounted) throw tooMuch();
    for (const snapshot of this.#snapshots(undefined, all)) {
      if (this.#counted > mostCounted) throw tooMuch();
      const counted = all.get(snapshot.region);
      if (snapshot.step < 0 || !counted) continue;
      yield { ...snapshot, counted };
    }
  }

  *#snapshots(only: number | undefined, counted?: Map<number, CountedPages>): Generator<RecordedSnapshot> {
    const states = new Map<number, Uint8Array | 'lost'>();
    let pages = 0;
    const columns = 'id, region, t_ns, step, unknown, lazily_free, locked, coding, body';
    const where = only === undefined ? '' : ' WHERE region = ?';
    const values = only === undefined ? [] : [only];
    for (const row of this.#rows.all(`SELECT ${columns} FROM frame${where} ORDER BY id`, ...values)) {
      const [frame, region, takenNs, unknown, coding] = [row.id, row.region, row.t_ns, row.unknown, row.coding].map(
        count,
      );
      const info = this.#regions.get(region ?? 0);
      if (frame === undefined || region === undefined || takenNs === undefined || !info) {
        this.#rows.damaged++;
        continue;
      }
      let flags = states.get(region);
      if (flags === undefined) {
        pages += info.pages;
        if (pages > maxFramePages)
          throw problem(
            'bad-input',
            'This recording has more pages than Pagescope reads.',
            '此录制包含的页面超出可读取的数量。',
          );
        flags = new Uint8Array(info.pages);
        counted?.set(region, new CountedPages(info.pages));
      }
      const read = { frame, region, coding, body: row.body, pages: info.pages };
      const next = this.#after(flags, read, counted?.get(region));
      states.set(region, next);
      if (next === 'lost') {
        this.#rows.damaged++;
        continue;
      }
      const step = typeof row.step === 'number' ? row.step : -1;
      const [lazilyFree, locked] = [row.lazily_free, row.locked].map(count);
      yield {
        frame,
        region,
        takenNs,
        step,
        unknown: (unknown ?? 255) & 255,
        flags: next,
        ...(lazilyFree === undefined ? {} : { lazilyFree }),
        ...(locked === undefined ? {} : { locked }),
      };
    }
  }

  /**
   * A region's pages at an instant, ns since the session began: after its newest frame until then. Undefined before its
   * first, and where what leads there is lost.
   */
  pagesAt(region: number, tNs: number): PagesAt | undefined {
    const pages = this.#regions.get(region)?.pages ?? 0;
    const until = this.#newestFrame(tNs);
    const keys = 'SELECT frame AS n FROM keyframe WHERE region = ? AND frame <= ? ORDER BY frame DESC LIMIT 1';
    const key = this.#rows.number(keys, region, until);
    let flags = key === undefined ? new Uint8Array(pages) : this.#keyframe(region, key, pages);
    let found: Omit<PagesAt, 'flags'> | undefined;
    const columns = 'id, t_ns, unknown, lazily_free, coding, body';
    const sql = `SELECT ${columns} FROM frame WHERE id >= ? AND id <= ? AND region = ? ORDER BY id`;
    for (const row of this.#rows.all(sql, key ?? 0, until, region)) {
      const [frame, takenNs, coding, lazilyFree] = [row.id, row.t_ns, row.coding, row.lazily_free].map(count);
      if (!flags || frame === undefined || takenNs === undefined) return undefined;
      if (frame !== key) {
        const next = this.#after(flags, { frame, region, coding, body: row.body, pages });
        if (next === 'lost') return undefined;
        flags = next;
      }
      const unknown = (count(row.unknown) ?? 255) & 255;
      found = { frame, takenNs, unknown, ...(lazilyFree === undefined ? {} : { lazilyFree }) };
    }
    return flags && found ? { ...found, flags } : undefined;
  }

  /** The number of the newest frame until an instant: both rise together, so there is no need of an index. */
  #newestFrame(tNs: number): number {
    return lastWhere(this.#rows.newestRow('frame'), (id) => {
      const taken = this.#rows.number('SELECT t_ns AS n FROM frame WHERE id >= ? ORDER BY id LIMIT 1', id);
      return taken !== undefined && taken <= tNs;
    });
  }

  #after(flags: Uint8Array | 'lost', frame: ReadFrame, counted?: CountedPages): Uint8Array | 'lost' {
    const { frame: id, region, coding, body, pages } = frame;
    try {
      const key = coding === Coding.Key || flags === 'lost' ? this.#keyframe(region, id, pages) : undefined;
      if (key) {
        counted?.replace(key);
        return key;
      }
      if (flags === 'lost' || !(body instanceof Uint8Array)) return 'lost';
      const count =
        counted &&
        ((first: number, end: number, byte: number) => {
          this.#counted += end - first;
          counted.change(flags, first, end, byte);
        });
      if (coding === Coding.Runs) applyRuns(flags, body, count);
      else if (coding === Coding.CompressedRuns) {
        applyRuns(flags, zstdDecompressSync(body, { maxOutputLength: 6 * pages + 64 }), count);
      } else return 'lost';
      return flags;
    } catch {
      return 'lost';
    }
  }

  #keyframe(region: number, frame: number, pages: number): Uint8Array | undefined {
    for (const { body } of this.#rows.all('SELECT body FROM keyframe WHERE region = ? AND frame = ?', region, frame)) {
      if (!(body instanceof Uint8Array)) return undefined;
      const flags = zstdDecompressSync(body, { maxOutputLength: pages });
      return flags.length === pages ? new Uint8Array(flags) : undefined;
    }
    return undefined;
  }
}

/** A row of `frame` as it was read. */
interface ReadFrame {
  readonly frame: number;
  readonly region: number;
  readonly coding: number | undefined;
  readonly body: unknown;
  readonly pages: number;
}

function tooMuch() {
  return problem(
    'bad-input',
    'This recording has more changes of pages than a report goes through. Open it in the window, which draws it from its summary.',
    '此录制中页面的变化过多，无法生成报告。请在窗口中打开：窗口根据其摘要绘制。',
  );
}
