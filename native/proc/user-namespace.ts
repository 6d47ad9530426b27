/** The user namespace of this process. user_namespaces(7) */
import { readlinkSync } from 'node:fs';
import { readText } from './proc-file.ts';

/** PROC_USER_INIT_INO of the kernel's include/linux/proc_ns.h: the number that only the first user namespace has. */
const INITIAL = 'user:[4026531837]';

/** One line of uid_map: `count` ids from `inside` are those from `outside` in the parent namespace. */
export type IdMapping = { readonly inside: number; readonly outside: number; readonly count: number };

/** The user namespace of this process. user_namespaces(7) */
export type UserNamespace = {
  /**
   * Null when /proc/self/ns/user can't be read. mlock heeds CAP_IPC_LOCK in the first namespace alone (`capable()` in
   * mm/mlock.c).
   */
  readonly initial: boolean | null;
  readonly uidMap: readonly IdMapping[];
};

/**
 * Which namespace this is, and how its ids map to the one around it. Never fails: what can't be read is null or empty.
 */
export function userNamespace(): UserNamespace {
  const map = readText('/proc/self/uid_map');
  const lines = map.errno === null ? map.text.split('\n').filter(Boolean) : [];
  return {
    initial: isInitial(),
    uidMap: lines.map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
      return { inside, outside, count };
    }),
  };
}

function isInitial(): boolean | null {
  try {
    return readlinkSync('/proc/self/ns/user') === INITIAL;
  } catch {
    return null;
  }
}
