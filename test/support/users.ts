import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { getrlimit, RLIMIT } from '../../native/calls/resource.ts';
import type { ParameterValues } from '../../protocol/experiment.ts';
import type { Report } from '../../protocol/report.ts';
import { compileCacheOf } from '../../scripts/compile-cache.mjs';
import { entryOf } from './entries.ts';

const entry = entryOf('report-of');
const run = promisify(execFile);

/** Somebody to run an experiment as. */
export interface User {
  readonly name: string;
  /** The words before the command that make it theirs. */
  readonly prefix: readonly string[];
}

const isRoot = process.geteuid?.() === 0;

/** `nobody`, in no group, with no capability. */
export const nobody = [
  ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--inh-caps=-all', '--bounding-set=-all'],
] as const;

/**
 * Those that an experiment has to work for: whoever runs the tests, and an ordinary user with the limits of newer and
 * of older systems. Limits that are higher than this process may set are left out, and so is nobody when the tests are
 * not root's.
 */
export function users(): User[] {
  const limits = [8192, 64].filter((kibibytes) => mayLimitTo(kibibytes * 1024));
  return [
    { name: isRoot ? 'root' : 'this user', prefix: [] },
    ...limits.map((kibibytes) => ({
      name: `an ordinary user who may lock ${kibibytes} KiB`,
      prefix: ['prlimit', `--memlock=${kibibytes * 1024}`, ...(isRoot ? nobody : [])],
    })),
  ];
}

function mayLimitTo(bytes: number): boolean {
  if (isRoot) return true;
  const now = getrlimit(RLIMIT.MEMLOCK);
  return now.errno === null && (now.hard === 'unlimited' || now.hard >= BigInt(bytes));
}

/** An ordinary user whose soft limit is this, in bytes. */
export function withMemlock(softBytes: number): User {
  return {
    name: `an ordinary user who may lock ${softBytes} bytes`,
    prefix: ['prlimit', `--memlock=${softBytes}:`, ...(isRoot ? nobody : [])],
  };
}

/** An ordinary user who may lock nothing, and may not change that: what many containers are. */
export const whoMayLockNothing: User = {
  name: 'an ordinary user whose hard limit is 0',
  prefix: ['prlimit', '--memlock=0:0', ...(isRoot ? nobody : [])],
};

/** The report of an experiment that this user ran. */
export async function reportOf(user: User, experiment: string, parameters: ParameterValues = {}): Promise<Report> {
  const words = [...user.prefix, process.execPath, entry, experiment, JSON.stringify(parameters)];
  const [command = '', ...rest] = words;
  const cache = user.prefix.includes('setpriv') ? { NODE_COMPILE_CACHE: compileCacheOf(65534) } : {};
  const env = { ...process.env, HOME: tmpdir(), ...cache };
  const { stdout } = await run(command, rest, { maxBuffer: 1 << 28, env });
  return JSON.parse(stdout);
}

/** The claims that did not hold: `id: measured, not expected` or `id skipped: reason`. */
export function notHeld({ claims }: Report): string[] {
  return claims
    .filter(({ status }) => status !== 'held')
    .map(({ id, status, expected, measured, reason }) =>
      status === 'skipped' ? `${id} skipped: ${reason}` : `${id}: ${measured}, not ${expected}`,
    );
}
