/** /proc/PID/limits (proc_pid_limits(5)): the limits of any process, also of other users, which prlimit(2) refuses. */

import { type Limit, type Limits, RLIMIT } from '../calls/resource.ts';
import type { Failed } from '../libc/errno.ts';
import { procFolder, readText } from './proc-file.ts';

/** The file's names of the resources. */
const NAMES: { readonly [resource in keyof typeof RLIMIT]: string } = {
  CPU: 'Max cpu time',
  FSIZE: 'Max file size',
  DATA: 'Max data size',
  STACK: 'Max stack size',
  CORE: 'Max core file size',
  RSS: 'Max resident set',
  NPROC: 'Max processes',
  NOFILE: 'Max open files',
  MEMLOCK: 'Max locked memory',
  AS: 'Max address space',
  LOCKS: 'Max file locks',
  SIGPENDING: 'Max pending signals',
  MSGQUEUE: 'Max msgqueue size',
  NICE: 'Max nice priority',
  RTPRIO: 'Max realtime priority',
  RTTIME: 'Max realtime timeout',
};

export type ProcLimits = {
  readonly returned: 0;
  readonly errno: null;
  /** By resource, in its unit (bytes for MEMLOCK). One that this kernel does not print is absent. */
  readonly limits: Readonly<Partial<Record<keyof typeof RLIMIT, Limits>>>;
};

/** Reads it. Errors: ENOENT (no such process), EACCES, ESRCH (ended meanwhile). */
export function procLimits(pid: number | 'self' = 'self'): ProcLimits | Failed {
  const read = readText(`${procFolder(pid)}/limits`);
  return read.errno === null ? parseProcLimits(read.text) : read;
}

/** The same from the file's text; of these resources, or of all. */
export function parseProcLimits(text: string, wanted: readonly string[] = Object.keys(NAMES)): ProcLimits {
  const limits: Partial<Record<keyof typeof RLIMIT, Limits>> = {};
  for (const resource of wanted) {
    if (!isResource(resource)) continue;
    const name = NAMES[resource];
    const [, soft, hard] = new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(text) ?? [];
    if (soft === undefined || hard === undefined) continue;
    limits[resource] = { soft: limit(soft), hard: limit(hard) };
  }
  return { returned: 0, errno: null, limits };
}

function isResource(name: string): name is keyof typeof RLIMIT {
  return name in RLIMIT;
}

function limit(text: string): Limit {
  return text === 'unlimited' ? text : BigInt(text);
}
