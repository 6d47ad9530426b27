import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { readText } from '../../native/proc/proc-file.ts';
import type { CoreNameFacts } from './core-pattern.ts';

/** The first PID namespace of a machine always has this number (PROC_PID_INIT_INO). */
const firstPidNamespace = 'pid:[4026531836]';

/**
 * What the core file of a process like this one is named after: a fork of it, or with `pid` itself. What may differ by
 * then is left open.
 */
export function ownNameFacts(pid?: number): CoreNameFacts {
  const first = linkOf('/proc/self/ns/pid') === firstPidNamespace;
  const mapped = /^\s*0\s+0\s+4294967295$/m.test(lineOf('/proc/self/uid_map'));
  return {
    pid,
    globalPid: first ? pid : undefined,
    uid: mapped ? process.getuid?.() : undefined,
    gid: mapped ? process.getgid?.() : undefined,
    hostname: hostname(),
    threadName: lineOf('/proc/self/comm'),
    executable: linkOf('/proc/self/exe'),
  };
}

/** A small file's text without the line end; empty where it cannot be read. */
export function lineOf(path: string): string {
  const read = readText(path);
  return read.errno === null ? read.text.replace(/\n$/, '') : '';
}

/** Where a link leads; empty where it cannot be read, as those of a process that is not dumpable. */
export function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
