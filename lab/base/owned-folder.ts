import { readlinkSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasEnded, procStat } from '../../native/proc/proc-stat.ts';

/** What temporary folders of this program are for. */
export type OwnedKind = 'core' | 'recording' | 'upload';

/** With what the name of every such folder begins, whoever made it. */
export const ownedPrefix = (kind: OwnedKind): string => `pagescope-${kind}-`;

/**
 * How the name of a folder begins that this process makes with mkdtemp(3): the PID namespace, pid and start of its
 * owner, so that one found later tells whether that one lives.
 */
export const ownPrefix = (kind: OwnedKind): string =>
  `${ownedPrefix(kind)}${pidNamespace()}-${process.pid}-${ownStart()}-`;

/**
 * Folders of processes that have ended, of this user and this PID namespace alone.
 *
 * @param parents where they are looked for
 */
export async function foldersLeftBehind(kind: OwnedKind, parents: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const parent of parents) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (!name.startsWith(ownedPrefix(kind))) continue;
      const [, namespace, pid, start] = /^(\d+)-(\d+)-(\d+)-/.exec(name.slice(ownedPrefix(kind).length)) ?? [];
      if (namespace !== pidNamespace() || livesOn(Number(pid), Number(start))) continue;
      const path = join(parent, name);
      const found = await lstat(path).catch(() => undefined);
      if (found?.isDirectory() && found.uid === process.geteuid?.()) left.push(path);
    }
  }
  return left;
}

/** One that has ended and that nobody waits for, as in a container whose first process does not, holds nothing. */
function livesOn(pid: number, startTicks: number): boolean {
  const stat = procStat(pid);
  return stat.errno === null && stat.startTicks === startTicks && !hasEnded(pid);
}

function ownStart(): number {
  const stat = procStat();
  return stat.errno === null ? stat.startTicks : 0;
}

/** The number of the PID namespace, as `pid:[4026531836]` has it. namespaces(7) */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
