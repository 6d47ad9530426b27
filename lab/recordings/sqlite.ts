import { problem } from '../../protocol/problem.ts';

export type Sqlite = typeof import('node:sqlite');

let found: Sqlite | 'lacking' | undefined;

/**
 * Node's SQLite where all is there that recordings need of it: limits, an authorizer and zstd, complete from Node
 * 24.15; undefined elsewhere.
 */
export function sqlite(): Sqlite | undefined {
  found ??= look() ?? 'lacking';
  return found === 'lacking' ? undefined : found;
}

function look(): Sqlite | undefined {
  // First what only newer ones have: older ones warn of node:sqlite when it is loaded.
  if (!('zstd' in process.versions)) return undefined;
  const module = process.getBuiltinModule('node:sqlite');
  if (!module || !('setAuthorizer' in module.DatabaseSync.prototype)) return undefined;
  const database = new module.DatabaseSync(':memory:');
  const complete = 'limits' in database;
  database.close();
  return complete ? module : undefined;
}

/** The same; throws `cannot-run-here` where it lacks. */
export function requireSqlite(): Sqlite {
  const module = sqlite();
  if (module) return module;
  const { node } = process.versions;
  throw problem(
    'cannot-run-here',
    `Recordings need the SQLite of Node 24.15 or newer, and this is Node ${node}; install a newer one.`,
    `录制需要 Node 24.15 或更高版本自带的 SQLite，而当前是 Node ${node}；请安装更新的版本。`,
  );
}
