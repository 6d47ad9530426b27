/** The names of users, from /etc/passwd (passwd(5)). Those that only a directory service knows have none here. */
import { statSync } from 'node:fs';
import { fileFailure, readText } from './proc-file.ts';

let known: { readonly changedMs: number; readonly names: ReadonlyMap<number, string> } | undefined;

/** By uid; read anew when the file has changed. Empty where it can't be read. */
export function userNames(): ReadonlyMap<number, string> {
  const changedMs = changed();
  if (known && known.changedMs === changedMs) return known.names;
  const names = new Map<number, string>();
  const read = readText('/etc/passwd');
  for (const line of read.errno === null ? read.text.split('\n') : []) {
    const [name = '', , uid = ''] = line.split(':');
    // The first line of a uid is the one that getpwuid(3) answers.
    if (/^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  known = { changedMs, names };
  return names;
}

function changed(): number {
  try {
    return statSync('/etc/passwd').mtimeMs;
  } catch (error) {
    fileFailure(error);
    return 0;
  }
}
