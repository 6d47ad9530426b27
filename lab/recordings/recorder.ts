import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RegionInfo, SessionEvent } from '../../protocol/events.ts';
import { decodeFrame, type Frame } from '../../protocol/frame.ts';
import { unguessable } from '../base/unguessable.ts';
import type { Recording, RecordingHeader } from '../session/recording.ts';
import { RecordedRegion } from './recorded-region.ts';
import { applicationId, Coding, schemaText, schemaVersion } from './schema.ts';
import { requireSqlite } from './sqlite.ts';

export interface RecorderOptions {
  /**
   * Written at each step, and so that also a power cut leaves a file that opens; otherwise within 25 ms, and so that
   * the death of the process does.
   */
  readonly durable: boolean;
  /**
   * Bytes. From half of it on pages between steps are recorded less often, and from there on not at all; steps always.
   */
  readonly mostBytes: number;
}

/** From half of the limit on, looks between steps are this far apart at least. */
const coarseNs = 1e9;
/**
 * Where a run is recorded in its own process, steps that follow so soon are one transaction: each costs 0.1 ms. Nothing
 * is kept back for longer.
 */
const hastyMs = 25;
/** Shorter bodies are stored as they are: to decompress each costs more than the disk saves. */
const leastCompressed = 4096;

/** zstd at level 1. Loaded when it is needed: a short run does without. */
function compress(bytes: Uint8Array): Uint8Array {
  const { constants, zstdCompressSync } = process.getBuiltinModule('node:zlib');
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

/**
 * Writes one session into one SQLite file as it happens, from what the session tells its reader. A transaction ends
 * with a step or a look, or soon after whatever else was told, so a file whose writer was killed opens, and lacks the
 * last of them at most. Every method may throw what SQLite or the file system refused; what was written before stays
 * readable.
 */
export class Recorder implements Recording {
  readonly #database: DatabaseSync;
  readonly #regions = new Map<number, RecordedRegion>();
  readonly #statements = new Map<string, StatementSync>();
  readonly #mostBytes: number;
  #bytes = 0;
  #frames = 0;
  #newestNs = 0;
  #lastLookNs = Number.NEGATIVE_INFINITY;
  #open = false;
  readonly #durable: boolean;
  #committedMs = 0;
  #later: NodeJS.Timeout | undefined;
  #failure: unknown;

  /** Makes the file, which must not exist. Throws where that is refused, and where Node's SQLite is lacking. */
  constructor(file: string, header: RecordingHeader, { durable, mostBytes }: RecorderOptions) {
    const { DatabaseSync } = requireSqlite();
    this.#mostBytes = mostBytes;
    this.#durable = durable;
    createFile(file, header);
    this.#database = new DatabaseSync(file);
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durable ? 'NORMAL' : 'OFF'}; PRAGMA wal_autocheckpoint = 256`,
    );
  }

  event(event: SessionEvent): void {
    switch (event.kind) {
      case 'region':
        this.#region(event.region);
        break;
      case 'step': {
        // Where the process cannot be sampled, what came before it is not ended yet.
        this.#commitSoon();
        const { step } = event;
        this.#newestNs = Math.max(this.#newestNs, step.startedNs + step.durationNs);
        const [started, duration] = [Math.round(step.startedNs), Math.round(step.durationNs)];
        const json = JSON.stringify(step);
        const values = [step.index, started, duration, step.region ?? null, step.call, step.errno, json] as const;
        this.#run('INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?, ?, ?)', ...values);
        break;
      }
      case 'operation':
        this.#run('INSERT OR REPLACE INTO operation VALUES (?, ?)', event.step, JSON.stringify(event.operation));
        break;
      case 'sample': {
        const { tNs, vmLck, vmRss, minorFaults, majorFaults, memlockSoft } = event.sample;
        this.#newestNs = Math.max(this.#newestNs, tNs);
        const soft = memlockSoft === 'unlimited' ? -1 : (memlockSoft ?? null);
        const values = [Math.round(tNs), vmLck, vmRss, minorFaults, majorFaults, soft] as const;
        this.#run('INSERT INTO sample VALUES (NULL, ?, ?, ?, ?, ?, ?)', ...values);
        for (const region of event.looked ?? []) this.#looked(region, Math.round(tNs));
        this.#commitSoon();
        break;
      }
      case 'progress':
        break;
      default: {
        const { session: _session, ...told } = event;
        const values = [Math.round(this.#newestNs), event.kind, JSON.stringify(told)] as const;
        this.#run('INSERT INTO event VALUES (NULL, ?, ?, ?)', ...values);
        if (event.kind === 'state') this.#commit();
      }
    }
  }

  frame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    const region = this.#regions.get(frame.region) ?? this.#started(frame.region, frame.pages);
    region.see(frame);
    if (this.#isLeftOut(frame)) {
      region.changedSinceSeen = true;
      return;
    }
    this.#newestNs = Math.max(this.#newestNs, frame.takenNs);
    this.#write(frame, region);
  }

  /** Ends the file so that it is one file, which also a read-only file system opens. */
  end(): void {
    this.#commit();
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
    this.#database.close();
  }

  /** Closes the file after something failed: what the last transaction had is lost. */
  abandon(): void {
    clearTimeout(this.#later);
    try {
      this.#database.close();
    } catch {
      // It is closed, or the disk refuses also this; what was committed is in the file and its WAL.
    }
  }

  #write(frame: Frame, region: RecordedRegion): void {
    const id = ++this.#frames;
    const { region: number } = frame;
    const recorded = region.record(frame, id);
    const { runs, summary, resident = null, locked = null, swapped = null } = recorded;
    let coding: number = Coding.Runs;
    let body: Uint8Array = runs;
    if (recorded.keyIsDue || runs.length >= leastCompressed) {
      const key = compress(region.flags);
      const compressed = runs.length >= leastCompressed ? compress(runs) : runs;
      if (recorded.keyIsDue || compressed.length > key.length) {
        this.#run('INSERT INTO keyframe VALUES (?, ?, ?)', id, number, key);
        region.keyStored(key.length);
      }
      if (compressed.length > key.length) [coding, body] = [Coding.Key, new Uint8Array(0)];
      else if (compressed !== runs) [coding, body] = [Coding.CompressedRuns, compressed];
    }
    const { takenNs, step, skipped, unknown, lazilyFree = null, runsBefore, changedPages } = recorded;
    const tNs = Math.round(takenNs);
    const insert = 'INSERT INTO frame VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
    const about = [id, number, tNs, step, skipped, unknown, lazilyFree, coding, runsBefore] as const;
    this.#run(insert, ...about, resident, locked, swapped, changedPages, body);
    if (summary) {
      const span = [number, summary.firstFrame, id, Math.round(summary.fromNs), tNs] as const;
      this.#run('INSERT INTO summary VALUES (NULL, ?, ?, ?, ?, ?, ?)', ...span, summary.bytes);
    }
  }

  /** Steps are never left out; the next frame that is recorded has all that those left out have changed. */
  #isLeftOut({ step, takenNs }: Frame): boolean {
    if (step >= 0 || this.#bytes < this.#mostBytes / 2) return false;
    if (this.#bytes >= this.#mostBytes || takenNs - this.#lastLookNs < coarseNs) return true;
    this.#lastLookNs = takenNs;
    return false;
  }

  #region(info: RegionInfo): void {
    this.#run('INSERT OR REPLACE INTO region VALUES (?, ?)', info.id, JSON.stringify(info));
  }

  #started(region: number, pages: number): RecordedRegion {
    const recorded = new RecordedRegion(pages);
    this.#regions.set(region, recorded);
    return recorded;
  }

  /** The region was looked at: since the last look nothing has changed, or it begins a stretch of its own. */
  #looked(number: number, tNs: number): void {
    const region = this.#regions.get(number);
    if (!region) return;
    if (region.seenRow !== undefined && !region.changedSinceSeen) {
      this.#run('UPDATE seen SET to_ns = ? WHERE id = ?', tNs, region.seenRow);
      return;
    }
    region.changedSinceSeen = false;
    region.seenRow = this.#run('INSERT INTO seen VALUES (NULL, ?, ?, ?)', number, tNs, tNs);
  }

  #run(sql: string, ...values: (number | bigint | string | Uint8Array | null)[]): number | bigint {
    if (!this.#open) {
      this.#open = true;
      this.#prepared('BEGIN').run();
      this.#later ??= setTimeout(() => this.#commitLater(), hastyMs).unref();
    }
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      this.#bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
    }
    return this.#prepared(sql).run(...values).lastInsertRowid;
  }

  /** A step and what was seen after it are whole. */
  #commitSoon(): void {
    if (this.#durable || performance.now() - this.#committedMs >= hastyMs) this.#commit();
  }

  /** Nobody could catch what it throws; whoever writes next is told. */
  #commitLater(): void {
    try {
      this.#commit();
    } catch (error) {
      this.#failure = error;
    }
  }

  #commit(): void {
    if (this.#failure) throw this.#failure;
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#committedMs = performance.now();
    if (!this.#open) return;
    this.#open = false;
    this.#prepared('COMMIT').run();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

/**
 * Puts the file there whole, where none was: whenever its writer is killed, it opens. It is marked as having a log
 * (bytes 18 and 19 of SQLite's file format), so that no transaction is needed for that either.
 */
function createFile(file: string, header: RecordingHeader): void {
  const { DatabaseSync } = requireSqlite();
  const database = new DatabaseSync(':memory:');
  const pragmas = `page_size = 4096; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`;
  database.exec(`PRAGMA ${pragmas}; ${schemaText}`);
  const insert = database.prepare('INSERT INTO meta VALUES (?, ?)');
  for (const [key, value] of Object.entries(header)) {
    insert.run(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const bytes = database.serialize();
  database.close();
  bytes.fill(2, 18, 20);
  const beside = join(dirname(file), `.pagescope-${unguessable()}`);
  try {
    writeFileSync(beside, bytes, { flag: 'wx', mode: 0o600 });
    // Not a rename, which would replace a file.
    linkSync(beside, file);
  } finally {
    rmSync(beside, { force: true });
  }
}
