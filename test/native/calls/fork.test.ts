import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { childEnd, forkAndAbort, forkAndHold, type HeldFork } from '../../../native/calls/fork.ts';
import { mlock, munlock } from '../../../native/calls/mlock.ts';
import { munmap } from '../../../native/calls/mman.ts';
import { getrlimit, RLIMIT, setrlimit } from '../../../native/calls/resource.ts';
import { touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { status } from '../../../native/proc/proc-status.ts';
import { readSmaps, type SmapsEntry } from '../../../native/proc/smaps.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

function fork(): HeldFork {
  const child = forkAndHold();
  if (child.errno !== null) throw new Error(`clone: ${child.errno}`);
  return child;
}

function smapsOf(pid: number | 'self', address: bigint, length: number): SmapsEntry {
  const found: SmapsEntry[] = [];
  readSmaps(pid, (entry) => found.push(entry), address, address + BigInt(length));
  const [entry] = found;
  if (!entry) throw new Error(`nothing is mapped at 0x${address.toString(16)}`);
  return entry;
}

test('a fork has the pages of its parent and none of its locks', () => {
  const length = 4 * pageSize();
  const address = map(4);
  mlock(address, length);
  const child = fork();
  try {
    expect(status(child.pid)).toMatchObject({ errno: null, vmLckBytes: 0, threads: 1 });
    expect(smapsOf(child.pid, address, length)).toMatchObject({ rssBytes: length, locked: false });
    expect(smapsOf('self', address, length)).toMatchObject({ rssBytes: length, locked: true });
  } finally {
    child.release();
    munlock(address, length);
    munmap(address, length);
  }
});

test('a release ends and collects the child, and releasing twice does nothing', () => {
  const child = fork();
  child.release();
  expect(existsSync(`/proc/${child.pid}`)).toBe(false);
  child.release();
});

test('200 forks in a row, with V8 at work between them, all wait and all end', () => {
  const address = map(64);
  const made: object[] = [];
  for (let round = 0; round < 200; round++) {
    const child = fork();
    try {
      // Work for the collector and its threads, and pages to copy, while the child is there.
      for (let i = 0; i < 5000; i++) made[i] = { round, i };
      touchWrite(address, pageNumbers(0, 64));
      expect(status(child.pid)).toMatchObject({ errno: null, threads: 1 });
    } finally {
      child.release();
    }
    expect(existsSync(`/proc/${child.pid}`)).toBe(false);
  }
  munmap(address, 64 * pageSize());
});

test('a time that is none throws', () => {
  expect(() => forkAndHold(0)).toThrow(/^seconds must be/);
});

test('20 copies in a row abort, and the kernel says whether it dumped them', async () => {
  const limits = getrlimit(RLIMIT.CORE);
  if (limits.errno !== null) throw new Error(limits.errno);
  // So that none leaves a core file here.
  setrlimit(RLIMIT.CORE, { soft: 0n, hard: limits.hard });
  try {
    for (let round = 0; round < 20; round++) {
      const copy = forkAndAbort();
      if (copy.errno !== null) throw new Error(`clone: ${copy.errno}`);
      let ended = childEnd(copy.returned);
      while (ended === null) {
        await new Promise(setImmediate);
        ended = childEnd(copy.returned);
      }
      expect(ended).toEqual({ returned: copy.returned, errno: null, signal: 6, code: 0, dumped: false });
      expect(childEnd(copy.returned)).toEqual({ returned: -1, errno: 'ECHILD' });
    }
  } finally {
    setrlimit(RLIMIT.CORE, limits);
  }
});

test('whether a child has ended is asked of one child', () => {
  expect(() => childEnd(0)).toThrow(/^pid must be that of a child/);
});

test('a fork ends with its parent, also when that is killed', async () => {
  const code = `import { forkAndHold } from '${new URL('../../../native/calls/fork.ts', import.meta.url)}';
    console.log(forkAndHold().pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
  const pid = Number(line);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  // The fork holds the write end of the pipe too: it closes when both have ended, else after the fork's 60 seconds.
  const closed = once(parent.stdout, 'close');
  parent.kill('SIGKILL');
  await closed;
  expect(parent.stdout.destroyed).toBe(true);
});
