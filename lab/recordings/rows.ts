import { statSync } from 'node:fs';
import { type OpenedFile, openFile } from './open-file.ts';

/** JSON of a stranger's that is longer or deeper is not read. */
const maxJsonLength = 16 << 20;
const maxJsonDepth = 64;

/** Of one table so many rows of JSON are read, and so many characters: no session comes near, and it takes seconds. */
const mostJson: MostJson = { rows: 1 << 17, length: 64 << 20 };

/** How much is read of a table. */
export interface MostJson {
  readonly rows: number;
  readonly length: number;
}

/** Tables whose rows are numbered, and whose times rise with the numbers. */
export type TimedTable = 'frame' | 'sample' | 'event';

/** No recording has more of a kind. */
const mostRows = 2 ** 40;

export type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of a recording that may be damaged or a stranger's: what cannot be read is left out and counted, and no
 * value is taken for what it should be.
 */
export class Rows implements Disposable {
  /** Rows that could not be read. */
  damaged = 0;
  readonly #file: string;
  readonly #opened: OpenedFile;

  /** Throws `bad-input` when it is not a recording of this version, and `cannot-run-here` where Node is too old. */
  constructor(file: string) {
    this.#file = file;
    this.#opened = openFile(file);
  }

  /** Of the whole file. */
  get fileBytes(): number {
    return statSync(this.#file).size;
  }

  [Symbol.dispose](): void {
    this.#opened[Symbol.dispose]();
  }

  /** The rows until the first that SQLite cannot read. */
  *all(sql: string, ...values: (string | number)[]): Generator<Row> {
    try {
      yield* this.#opened.database.prepare(sql).iterate(...values) as Iterable<Row>;
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      this.damaged++;
    }
  }

  /**
   * The rows of a query with a column `json`, and what that says; undefined where it is not read. Those beyond `most`
   * are left out and counted.
   */
  *withJson(
    sql: string,
    values: readonly (string | number)[] = [],
    most = mostJson,
  ): Generator<{ readonly row: Row; readonly json: unknown }> {
    let [rows, length] = [0, 0];
    for (const row of this.all(sql, ...values)) {
      rows++;
      length += typeof row.json === 'string' ? row.json.length : 0;
      if (rows > most.rows || length > most.length) {
        for (const { n } of this.all(`SELECT count(*) AS n FROM (${sql})`, ...values)) {
          this.damaged += Math.max(1, (count(n) ?? 0) - rows + 1);
        }
        return;
      }
      yield { row, json: this.json(row.json) };
    }
  }

  /** What a text of JSON says; undefined where it is none, or too long or too deep to read. */
  json(text: unknown): unknown {
    if (typeof text !== 'string' || text.length > maxJsonLength || depthOf(text) > maxJsonDepth) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** The newest row of a table; of a file that was cut, the last that can be read. 0 where there is none. */
  newestRow(table: TimedTable): number {
    const damaged = this.damaged;
    const newest = this.number(`SELECT id AS n FROM ${table} ORDER BY id DESC LIMIT 1`);
    if (newest !== undefined || this.damaged === damaged) return newest ?? 0;
    return lastWhere(mostRows, (id) => {
      return this.number(`SELECT id AS n FROM ${table} WHERE id >= ? ORDER BY id LIMIT 1`, id) !== undefined;
    });
  }

  /** The count `n` of the first row. */
  number(sql: string, ...values: number[]): number | undefined {
    for (const { n } of this.all(sql, ...values)) return count(n);
    return undefined;
  }
}

const isSqliteError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ERR_SQLITE_ERROR' || error.code === 'ERR_OUT_OF_RANGE');

/** A count or an instant; undefined where there is none. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** How deep arrays and objects are nested. */
function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) inString = !inString;
    else if (inString) at += code === backslash ? 1 : 0;
    // Brackets and braces are told apart by this bit alone.
    else if ((code | 0x20) === openBrace) deepest = Math.max(deepest, ++depth);
    else if ((code | 0x20) === closeBrace) depth--;
  }
  return deepest;
}
const [quote, backslash, openBrace, closeBrace] = [0x22, 0x5c, 0x7b, 0x7d];

/** The largest number up to `most` for which something holds that holds for all below it; 0 where for none. */
export function lastWhere(most: number, holds: (number: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
