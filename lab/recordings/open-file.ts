import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProblemError, problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { ownPrefix } from '../base/owned-folder.ts';
import { applicationId, schemaText, schemaVersion } from './schema.ts';
import { requireSqlite } from './sqlite.ts';

/** What a statement on a stranger's file may take. */
const limits = {
  length: 64 << 20,
  sqlLength: 4096,
  column: 32,
  exprDepth: 16,
  compoundSelect: 3,
  vdbeOp: 25_000,
  functionArg: 8,
  attach: 0,
  likePatternLength: 50,
  variableNumber: 16,
  triggerDepth: 0,
};

const headerBytes = 100;
/** How often a file that is being written is copied until its parts belong together. */
const mostCopies = 3;

/** A recording's database, opened to be read alone; dispose of it to close it. */
export interface OpenedFile extends Disposable {
  readonly database: DatabaseSync;
}

/**
 * Opens a recording that anybody may have made. What is not exactly a recording of this version is refused before a
 * statement of it could run. Throws `bad-input` that says what it is.
 */
export function openFile(file: string): OpenedFile {
  const { logged, wholeBytes } = checkHeader(file);
  const isCut = statSync(file).size < wholeBytes && !logged;
  if (!logged && !isCut && !existsSync(`${file}-journal`)) return openDatabase(file, () => {});
  // Its writer is at work, or was killed. A copy can be finished; the file may lie where nothing can be written. A
  // journal is left behind: it only marks the file as having a log, or as having none any more.
  const folder = mkdtempSync(join(tmpdir(), ownPrefix('recording')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = copyInto(folder, file);
    // SQLite refuses a file that is too short as a whole; with empty pages it reads what is there.
    if (isCut) truncateSync(copy, wholeBytes);
    return openDatabase(copy, remove);
  } catch (error) {
    remove();
    throw error;
  }
}

function openDatabase(file: string, closed: () => void): OpenedFile {
  const { DatabaseSync, constants: sqlite } = requireSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, {
      readOnly: true,
      allowExtension: false,
      defensive: true,
      enableDoubleQuotedStringLiterals: false,
      timeout: 1000,
      limits,
    });
    database.exec(
      `PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON; PRAGMA mmap_size = 0;
      PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192`,
    );
    if (tablesOf(database) !== expectedTables()) throw refused(file, otherTables);
    const may: readonly number[] = [sqlite.SQLITE_READ, sqlite.SQLITE_SELECT, sqlite.SQLITE_FUNCTION];
    database.setAuthorizer((action) => (may.includes(action) ? sqlite.SQLITE_OK : sqlite.SQLITE_DENY));
    const opened = database;
    return {
      database: opened,
      [Symbol.dispose]: () => {
        opened.close();
        closed();
      },
    };
  } catch (cause) {
    database?.close();
    if (cause instanceof ProblemError) throw cause;
    throw refused(file, because(cause), { cause });
  }
}

const tablesOf = (database: DatabaseSync): string =>
  JSON.stringify(database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name LIMIT 64').all());

let expected: string | undefined;
function expectedTables(): string {
  if (expected === undefined) {
    const { DatabaseSync } = requireSqlite();
    const database = new DatabaseSync(':memory:');
    database.exec(schemaText);
    expected = tablesOf(database);
    database.close();
  }
  return expected;
}

/**
 * Whether the file is marked as having a write-ahead log beside it, and how long it says that it is. SQLite's file
 * format, 1.3
 */
function checkHeader(file: string): { readonly logged: boolean; readonly wholeBytes: number } {
  let header: Buffer;
  let length: number;
  try {
    // Without O_NONBLOCK a pipe would wait for its writer.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) throw refused(file, { en: 'it is not a regular file', zh: '它不是普通文件' });
      header = Buffer.alloc(headerBytes);
      length = readSync(fd, header, 0, headerBytes, 0);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw refused(file, because(cause), { cause });
  }
  if (length < headerBytes || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw refused(file, noDatabase);
  const [version, application] = [header.readUInt32BE(60), header.readUInt32BE(68)];
  if (application !== applicationId) throw refused(file, otherProgram);
  if (version > schemaVersion) throw refused(file, newer);
  const wholeBytes = header.readUInt16BE(16) * header.readUInt32BE(28);
  return { logged: header[18] === 2 || header[19] === 2, wholeBytes };
}

/** Copies a database and its write-ahead log, at one moment between two checkpoints where its writer is at work. */
function copyInto(folder: string, file: string): string {
  const copy = join(folder, 'recording');
  const log = `${file}-wal`;
  for (let times = 1; ; times++) {
    const before = statSync(file).mtimeMs;
    copyFileSync(file, copy);
    if (existsSync(log)) copyFileSync(log, `${copy}-wal`);
    if (statSync(file).mtimeMs === before || times === mostCopies) return copy;
  }
}

const because = (cause: unknown): Text => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return { en: 'there is no such file', zh: '没有此文件' };
  if (code === 'EACCES') return { en: 'you may not read it (EACCES)', zh: '您无权读取（EACCES）' };
  const message = cause instanceof Error ? cause.message : String(cause);
  return { en: message, zh: message };
};
const noDatabase: Text = { en: 'it is not a recording of Pagescope', zh: '它不是 Pagescope 的录制文件' };
const otherProgram: Text = { en: 'it is a database of another program', zh: '它是其他程序的数据库' };
const newer: Text = {
  en: 'a newer version of Pagescope made it; update Pagescope',
  zh: '它由更新版本的 Pagescope 创建；请更新 Pagescope',
};
const otherTables: Text = {
  en: 'its tables are not those of a recording, or the file is damaged',
  zh: '其中的表不是录制文件的表，或文件已损坏',
};

function refused(file: string, why: Text, options?: { cause: unknown }): ProblemError {
  const en = `${file} cannot be opened: ${why.en}.`;
  return problem('bad-input', en, `无法打开 ${file}：${why.zh}。`, options);
}
