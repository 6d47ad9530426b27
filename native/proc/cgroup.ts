/**
 * The memory controller of this process's control group, version 1 or 2 (admin-guide/cgroup-v2.rst,
 * cgroup-v1/memory.rst). A limit here is no refused mlock: reaching it means reclaim, which can't take locked pages,
 * and then the OOM killer.
 */
import type { Failed } from '../libc/errno.ts';
import { procFolder, readText } from './proc-file.ts';

/** Bytes that may be used; 'unlimited' where nothing is set. */
export type CgroupLimit = number | 'unlimited';

/** What one group allows and uses. Null: the file is not there or can't be read. */
export type CgroupMemory = {
  readonly version: 1 | 2;
  /** As /proc/PID/cgroup has it. */
  readonly path: string;
  /** `memory.max`, `memory.limit_in_bytes`: the smallest of the group and those above it. */
  readonly maxBytes: CgroupLimit | null;
  /** `memory.high`: above it the group is slowed down. Version 2. */
  readonly highBytes: CgroupLimit | null;
  /** `memory.swap.max`; in version 1 `memory.memsw.limit_in_bytes` counts both, and this is what it leaves for swap. */
  readonly swapMaxBytes: CgroupLimit | null;
  readonly currentBytes: number | null;
  /**
   * What may be used beyond that: the least of limit minus use over the group and those above it, each of which other
   * groups may use too. Page cache that can be dropped counts as used in `currentBytes` and as available here. Null
   * where no group has a limit.
   */
  readonly availableBytes: number | null;
  /** `unevictable` of `memory.stat`: locked, or otherwise not to be reclaimed. */
  readonly unevictableBytes: number | null;
};

/** The tightest memory limits of the group and its ancestors, or the errno of looking it up. */
export type CgroupResult =
  | {
      readonly returned: 0;
      readonly errno: null /** Null: no memory controller is to be seen. */;
      readonly memory: CgroupMemory | null;
    }
  | Failed;

type Mount = { readonly version: 1 | 2; readonly root: string; readonly point: string };

/** Looks the group up. Errors: ENOENT (no such process), ESRCH, EACCES. */
export function cgroupMemory(pid: number | 'self' = 'self'): CgroupResult {
  const groups = readText(`${procFolder(pid)}/cgroup`);
  if (groups.errno !== null) return groups;
  // As this process sees the groups: those of another may be mounted elsewhere.
  const mounts = readText('/proc/self/mountinfo');
  if (mounts.errno !== null) return mounts;
  return { returned: 0, errno: null, memory: cgroupMemoryIn(groups.text, mounts.text) };
}

/**
 * The same from the texts of /proc/PID/cgroup and mountinfo. Version 1's memory controller when it has one (it is then
 * not in version 2's tree), else version 2.
 */
export function cgroupMemoryIn(groups: string, mountinfo: string): CgroupMemory | null {
  const mounts = mountsOf(mountinfo);
  const one = mounts.find(({ version }) => version === 1);
  const onePath = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
  if (one && onePath !== undefined) return memoryOf(one, onePath);
  const two = mounts.find(({ version }) => version === 2);
  const twoPath = /^0::(.*)$/m.exec(groups)?.[1];
  return two && twoPath !== undefined ? memoryOf(two, twoPath) : null;
}

/** The mounted hierarchies that may hold the memory controller. proc_pid_mountinfo(5) */
export function mountsOf(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = left.split(' ').map(unescaped);
    const [type, , options = ''] = right.split(' ');
    if (type === 'cgroup2') return [{ version: 2, root, point }];
    return type === 'cgroup' && options.split(',').includes('memory') ? [{ version: 1, root, point }] : [];
  });
}

/**
 * A path as it is: the kernel writes spaces and backslashes in mountinfo as `\040`, `\134`; systemd's names have
 * backslashes.
 */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Below the mount, the path without what the mount's root already covers (a container sees its own group as the root).
 */
function folders({ root, point }: Mount, path: string): readonly string[] {
  const below = root !== '/' && path.startsWith(root) ? path.slice(root.length) : path;
  const names = below.split('/').filter((name) => name !== '' && name !== '..');
  return names.map((_, index) => `${point}/${names.slice(0, names.length - index).join('/')}`).concat(point);
}

function memoryOf(mount: Mount, path: string): CgroupMemory {
  const all = folders(mount, path);
  const [own = mount.point] = all;
  const file = mount.version === 2 ? (name: string) => `memory.${name}` : inOne;
  const smallest = (name: string) => tightest(all.map((folder) => limitOf(`${folder}/${file(name)}`)));
  const max = smallest('max');
  const swap = smallest('swap.max');
  return {
    version: mount.version,
    path,
    maxBytes: max,
    highBytes: mount.version === 2 ? smallest('high') : null,
    swapMaxBytes:
      mount.version === 2 || swap === null || swap === 'unlimited'
        ? swap
        : swap - (max === 'unlimited' ? 0 : (max ?? 0)),
    currentBytes: number(`${own}/${file('current')}`),
    availableBytes: leastOf(all.map((folder) => availableIn(folder, file))),
    unevictableBytes: statOf(own, 'unevictable'),
  };
}

/** Version 1's name of a file. */
function inOne(name: string): string {
  if (name === 'max') return 'memory.limit_in_bytes';
  return name === 'current' ? 'memory.usage_in_bytes' : 'memory.memsw.limit_in_bytes';
}

/** Version 1 writes "no limit" as the largest number of whole pages; anything over 2^60 means no limit. */
function limitOf(path: string): CgroupLimit | null {
  const read = readText(path);
  if (read.errno !== null) return null;
  const text = read.text.trim();
  const value = Number(text);
  if (text === 'max' || value > 2 ** 60) return 'unlimited';
  return Number.isFinite(value) && text !== '' ? value : null;
}

function tightest(limits: readonly (CgroupLimit | null)[]): CgroupLimit | null {
  const known = limits.filter((limit) => limit !== null);
  const numbers = known.filter((limit) => limit !== 'unlimited');
  if (numbers.length > 0) return Math.min(...numbers);
  return known.length > 0 ? 'unlimited' : null;
}

/** Limit minus use of one group, without the clean file pages that reclaim takes first (`inactive_file`). */
function availableIn(folder: string, file: (name: string) => string): number | null {
  const max = limitOf(`${folder}/${file('max')}`);
  const current = number(`${folder}/${file('current')}`);
  if (max === null || max === 'unlimited' || current === null) return null;
  // Version 1 has the group's own pages under this name, and those of the groups in it, which its use counts too, under
  // the other.
  const cache = statOf(folder, 'total_inactive_file') ?? statOf(folder, 'inactive_file') ?? 0;
  return Math.max(0, max - current + cache);
}

function leastOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
}

function number(path: string): number | null {
  const limit = limitOf(path);
  return limit === 'unlimited' ? null : limit;
}

/** A line of `memory.stat`, in bytes. */
function statOf(folder: string, name: string): number | null {
  const read = readText(`${folder}/memory.stat`);
  const found = read.errno === null ? new RegExp(`^${name} (\\d+)$`, 'm').exec(read.text)?.[1] : undefined;
  return found === undefined ? null : Number(found);
}
