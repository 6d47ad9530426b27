/** The user namespace of this process. user_namespaces(7) */
import { readlinkSync } from 'node:fs';
import { procFolder, readText } from './proc-file.ts';

/** PROC_USER_INIT_INO of the kernel's include/linux/proc_ns.h: the number that only the first user namespace has. */
const INITIAL = 'user:[4026531837]';

/** One line of uid_map: `count` ids from `inside` are those from `outside` in the parent namespace. */
export type IdMapping = { readonly inside: number; readonly outside: number; readonly count: number };

/** The user namespace of a process. user_namespaces(7) */
export type UserNamespace = {
  /**
   * Null when /proc/PID/ns/user can't be read, as of another user's process. mlock heeds CAP_IPC_LOCK in the first
   * namespace alone (`capable()` in mm/mlock.c).
   */
  readonly initial: boolean | null;
  readonly uidMap: readonly IdMapping[];
};

/**
 * Which namespace this is, and how its ids map to the one around it. Never fails: what can't be read is null or empty.
 */
export function userNamespace(pid: number | 'self' = 'self'): UserNamespace {
  const map = readText(`${procFolder(pid)}/uid_map`);
  const lines = map.errno === null ? map.text.split('\n').filter(Boolean) : [];
  return {
    initial: isInitial(pid),
    uidMap: lines.map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, count };
    }),
  };
}

function isInitial(pid: number | 'self'): boolean | null {
  try {
    return readlinkSync(`${procFolder(pid)}/ns/user`) === INITIAL;
  } catch {
    return null;
  }
}
