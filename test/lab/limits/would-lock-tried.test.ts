import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import type { LockVerdict } from '../../../protocol/limits.ts';
import { entryOf } from '../../support/entries.ts';
import { RefusedCalls } from '../../support/refused-calls.ts';
import { nobody } from '../../support/users.ts';

const child = entryOf('limits-child');
const mib = 1024 ** 2;

/** What limits-child.ts printed, or the signal that ended it, behind the words that change its surroundings. */
async function ask(prefix: readonly string[], ...args: readonly (string | number)[]) {
  const [command = '', ...rest] = [...prefix, process.execPath, child, ...args.map(String)];
  const process_ = spawn(command, rest, {
    env: { ...process.env, HOME: tmpdir() },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    process_.once('close', (_code, signal) => resolve(signal));
  });
  const [stdout, signal] = await Promise.all([text(process_.stdout), ended]);
  return { signal, told: signal === null ? JSON.parse(stdout) : undefined };
}

/** The doctor's verdict, and what became of a process that really did it: works, an errno, or a signal. */
async function compared(
  prefix: readonly string[],
  bytes: number,
): Promise<{ said: string | null; done: string | null }> {
  const verdict: LockVerdict = (await ask(prefix, 'verdicts', bytes)).told[0];
  const { signal, told } = await ask(prefix, 'try', 0, bytes);
  return { said: verdict.outOf ? 'SIGKILL' : verdict.errno, done: signal ?? told[0].errno };
}

describe('what would lock, and what then does: under a filter', () => {
  let filter: RefusedCalls;
  beforeAll(() => {
    filter = new RefusedCalls();
  });
  afterAll(() => filter[Symbol.dispose]());
  const users = process.geteuid?.() === 0 ? [[], nobody] : [[]];

  it.each([64 * 1024, 8 * mib])('at a limit of %i bytes, a page and 1 MiB', async (limit) => {
    for (const user of users) {
      const prefix = ['prlimit', `--memlock=${limit}`, ...user, ...filter.prefix('mlock=EPERM')];
      for (const bytes of [4096, mib]) {
        expect(await compared(prefix, bytes)).toEqual({ said: 'EPERM', done: 'EPERM' });
      }
    }
  });
});

/** A control group of `bytes` without swap below our own, version 1 or 2; undefined where it cannot be made. */
function makeGroup(bytes: number): { readonly procs: string; readonly remove: () => void } | string {
  const one = '/sys/fs/cgroup/memory';
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  const version = isFolder(one) ? 1 : 2;
  const path = (version === 1 ? /^\d+:memory:(.*)$/m : /^0::(.*)$/m).exec(groups)?.[1] ?? '/';
  const folder = `${version === 1 ? one : '/sys/fs/cgroup'}${path === '/' ? '' : path}/pagescope-test-${process.pid}`;
  try {
    mkdirSync(folder);
    writeFileSync(`${folder}/${version === 1 ? 'memory.limit_in_bytes' : 'memory.max'}`, String(bytes));
  } catch (error) {
    return `no control group with a memory limit can be made here: ${error instanceof Error ? error.message : error}`;
  }
  return { procs: `${folder}/cgroup.procs`, remove: () => rmdirSync(folder) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

describe('what would lock, and what then does: in a control group of 300 MiB', () => {
  it.for([4096, 64 * mib, 1024 * mib])('%i bytes', async (bytes, context) => {
    if (!lockingFacts().ipcLock.counts) context.skip('these tests run without CAP_IPC_LOCK');
    const group = makeGroup(300 * mib);
    if (typeof group === 'string') return context.skip(group);
    try {
      // The shell joins the group, and becomes the process.
      const inside = ['sh', '-c', `echo $$ > ${group.procs} && exec "$@"`, 'sh'];
      const { said, done } = await compared(inside, bytes);
      expect({ said, done }).toEqual({ said: done, done: bytes > 300 * mib ? 'SIGKILL' : null });
    } finally {
      group.remove();
    }
  });
});
