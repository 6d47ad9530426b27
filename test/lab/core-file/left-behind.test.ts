import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { collectCore, expectCore, noteCore } from '../../../lab/core-file/collect.ts';
import type { ExpectedCore } from '../../../lab/core-file/collected-core.ts';
import { CoreFolder, sweep } from '../../../lab/core-file/core-folder.ts';
import type { CoreSource } from '../../../lab/core-file/core-source.ts';
import { deleteCore } from '../../../lab/core-file/own-core.ts';
import { sweepLeftovers } from '../../../lab/isolation/sweep-leftovers.ts';
import { hasEnded, procStat } from '../../../native/proc/proc-stat.ts';
import { writeCoreOf } from '../../support/build-core.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { isRunning, never } from '../../support/harness.ts';
import { asSomebody, skipUnlessRoot, somebody } from '../../support/someone-else.ts';
import { until } from '../../support/until.ts';

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

/** Everything of a test is in here, temporary folders too; what core_pattern or a program would use is `elsewhere`. */
let root = '';
let elsewhere = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pagescope-left-'));
  chmodSync(root, 0o755);
  elsewhere = join(root, 'elsewhere');
  mkdirSync(elsewhere);
  vi.stubEnv('TMPDIR', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  const open = readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`));
  const left = [...open.filter((path) => path.startsWith(root)), ...readdirSync(root).filter(isPrivate)];
  rmSync(root, { recursive: true });
  // Neither an open descriptor nor a private folder, whatever came of the core file.
  expect(left).toEqual([]);
});

const isPrivate = (name: string) => name.startsWith('pagescope-core-');

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The pid of a process that has ended. */
const endedPid = () => spawnSync('true').pid;

/** What is to come of a process, written since a second ago. */
async function expecting(source: Exclude<CoreSource, { kind: 'none' }>): Promise<ExpectedCore> {
  const expected = await expectCore(source, await CoreFolder.make());
  if ('refused' in expected) throw new Error(expected.refused.en);
  return { ...expected, sinceMs: Date.now() - 1000 };
}

async function collectedBy(pid: number, expected: ExpectedCore) {
  const core = await collectCore(pid, expected, never, 10_000);
  if ('refused' in core) throw new Error(core.refused.en);
  return core;
}

describe('a core file where an absolute core_pattern has it written', () => {
  const source = () => ({ kind: 'file' as const, pattern: `${elsewhere}/core.%p.%t` });

  it('is found by the pattern, and deleted with its private folder, and nothing beside it', async () => {
    const [pid, other] = [endedPid(), endedPid()];
    const expected = await expecting(source());
    writeCoreOf(pid, join(elsewhere, `core.${pid}.100`));
    writeCoreOf(other, join(elsewhere, `core.${other}.100`));
    writeFileSync(join(elsewhere, 'notes'), '');
    const core = await collectedBy(pid, expected);
    expect([core.path, core.route]).toEqual([join(elsewhere, `core.${pid}.100`), 'file']);
    await core[Symbol.asyncDispose]();
    expect(readdirSync(elsewhere).sort()).toEqual([`core.${other}.100`, 'notes']);
  });

  it('is deleted also when the run is stopped before it was found', async () => {
    const pid = endedPid();
    const expected = await expecting(source());
    writeCoreOf(pid, join(elsewhere, `core.${pid}.100`));
    await expect(collectCore(pid, expected, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it.for<[string, (path: string, pid: number, context: TestContext) => void]>([
    [
      'older than the run',
      (path, pid) => {
        writeCoreOf(pid, path);
        utimesSync(path, 1000, Date.now() / 1000 - 60);
      },
    ],
    ['of another process', (path, pid) => writeCoreOf(pid + 1, path)],
    [
      'of another user',
      (path, pid, context) => {
        skipUnlessRoot(context);
        writeCoreOf(pid, path);
        chownSync(path, somebody, somebody);
      },
    ],
    [
      'a link to the right one',
      (path, pid) => {
        writeCoreOf(pid, join(elsewhere, 'target'));
        symlinkSync(join(elsewhere, 'target'), path);
      },
    ],
    ['a FIFO', (path) => void spawnSync('mkfifo', [path])],
    ['a folder', (path) => mkdirSync(path)],
    ['no core file', (path) => writeFileSync(path, 'a text that is there')],
  ])('is not what is %s: that is neither taken nor deleted, also after a stop', async ([_what, make], context) => {
    const pid = endedPid();
    const path = join(elsewhere, `core.${pid}.100`);
    make(path, pid, context);
    expect(await collectCore(pid, await expecting(source()), never)).toMatchObject({ why: 'not-ours' });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(collectCore(pid, await expecting(source()), stopped)).rejects.toThrow('stopped');
    expect(existsSync(path)).toBe(true);
  });
});

describe('a folder that only root may change', () => {
  it('keeps the core file’s name, but none of its bytes; also of a file that apport made read-only', async (context) => {
    skipUnlessRoot(context);
    const path = join(elsewhere, 'core');
    writeCoreOf(1, path);
    chmodSync(path, 0o400);
    chownSync(path, somebody, somebody);
    await asSomebody(() => deleteCore(path));
    expect(statSync(path).size).toBe(0);
  });
});

describe('what a process that was killed left', () => {
  /** The name of a private folder, as this process would have given it. */
  async function ownName(): Promise<{ namespace: string; name: string }> {
    await using folder = await CoreFolder.make();
    const name = basename(folder.path);
    return { namespace: /-core-(\d+)-/.exec(name)?.[1] ?? '', name };
  }

  it('is swept: the private folders of the dead, also where their pid is another’s by now', async (context) => {
    const { namespace, name } = await ownName();
    const gone = [`pagescope-core-${namespace}-4194303-1-a`, `pagescope-core-${namespace}-${process.pid}-1-b`];
    const others = [name, `pagescope-core-${Number(namespace) + 1}-4194303-1-c`, 'pagescope-core-x'];
    for (const folder of [...gone, ...others]) mkdirSync(join(root, folder));
    const [file, link] = [`pagescope-core-${namespace}-4194303-1-d`, `pagescope-core-${namespace}-4194303-1-e`];
    writeFileSync(join(root, file), '');
    symlinkSync(elsewhere, join(root, link));
    await sweep();
    const stay = [...others, file, link];
    expect(readdirSync(root).filter(isPrivate).sort()).toEqual(stay.toSorted());
    for (const each of stay) rmSync(join(root, each), { recursive: true });
    if (process.geteuid?.() !== 0) context.skip('that another user’s folder stays: only root may give one away');
    const [mine = ''] = gone;
    mkdirSync(join(root, mine));
    chownSync(join(root, mine), somebody, somebody);
    await sweep();
    expect(existsSync(join(root, mine))).toBe(true);
    rmSync(join(root, mine), { recursive: true });
  });

  it('is swept also of one that nobody has waited for', async () => {
    const { namespace } = await ownName();
    // The shell becomes a program that waits for no child, before the one that it had has ended.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    await vi.waitUntil(() => hasEnded(pid), { timeout: 40_000, interval: 5 });
    const stat = procStat(pid);
    const gone = join(root, `pagescope-core-${namespace}-${pid}-${stat.errno === null ? stat.startTicks : 0}-z`);
    mkdirSync(gone);
    await sweep();
    expect([stat.errno, existsSync(gone)]).toEqual([null, false]);
  });

  it('is swept when an engine starts, in every folder that it may have gone to', async () => {
    const { namespace } = await ownName();
    vi.stubEnv('HOME', elsewhere);
    const gone = join(elsewhere, `pagescope-core-${namespace}-4194303-1-a`);
    mkdirSync(gone);
    await sweepLeftovers();
    expect(existsSync(gone)).toBe(false);
  });

  /** A private folder of an owner that is gone, which had noted where the core file of `pid` is going to be. */
  async function dead(pid: number, file = `core.${pid}.7`): Promise<{ core: string }> {
    const source = { kind: 'file' as const, pattern: `${elsewhere}/core.%p.%t` };
    const expected = await expecting(source);
    noteCore(pid, expected);
    const { namespace } = await ownName();
    renameSync(expected.folder.path, join(root, `pagescope-core-${namespace}-4194303-9-a`));
    return { core: join(elsewhere, file) };
  }

  it('is swept elsewhere too: its process’s core file, and none of another process, or older', async () => {
    const pid = endedPid();
    const { core } = await dead(pid);
    writeCoreOf(pid, core);
    writeCoreOf(pid + 1, join(elsewhere, `core.${pid}.8`));
    writeCoreOf(pid, join(elsewhere, `core.${pid}.9`));
    utimesSync(join(elsewhere, `core.${pid}.9`), 1000, Date.now() / 1000 - 60);
    await sweep();
    expect(readdirSync(elsewhere).sort()).toEqual([`core.${pid}.8`, `core.${pid}.9`]);
  });

  it('is swept elsewhere also when the pid of its copy is another process by now', async () => {
    const another = spawn('sleep', ['60']);
    try {
      const pid = another.pid ?? 0;
      const { core } = await dead(pid);
      writeCoreOf(pid, core);
      using _ = fastClock(500);
      await sweep();
      expect([readdirSync(elsewhere), isRunning(pid)]).toEqual([[], true]);
    } finally {
      another.kill('SIGKILL');
    }
  });

  it('is swept when the kernel has written it: a copy that is being dumped is waited for', async () => {
    const copy = spawn('sleep', ['60']);
    try {
      const { core } = await dead(copy.pid ?? 0);
      const sweeping = sweep();
      // Long enough for a sweep that does not wait.
      await setTimeout(100);
      writeCoreOf(copy.pid ?? 0, core);
      copy.kill('SIGKILL');
      await sweeping;
      expect(readdirSync(elsewhere)).toEqual([]);
    } finally {
      copy.kill('SIGKILL');
    }
  });
});

describe('the core file that apport writes', () => {
  const nameOf = (pid: number, start: number, boot = bootId) =>
    join(elsewhere, `core._usr_bin_a.0.${boot}.${pid}.${start}`);
  const source = () => ({ kind: 'apport' as const, folder: elsewhere });

  it('is taken when it is whole, also beside one that the pid had before; only it is deleted', async () => {
    const pid = endedPid();
    const expected = await expecting(source());
    for (const start of [1, 3]) {
      writeCoreOf(pid, nameOf(pid, start));
      appendFileSync(nameOf(pid, start), 'x'.repeat(start));
      utimesSync(nameOf(pid, start), 1000, Date.now() / 1000 - 60);
    }
    writeCoreOf(pid, nameOf(pid, 2));
    let written = false;
    const collecting = collectedBy(pid, expected).then((core) => ({ core, whole: written }));
    // Once in each turn of the main loop, so that it has grown between any two looks.
    for (let turn = 0; turn < 200; turn++) {
      appendFileSync(nameOf(pid, 2), 'more');
      await setImmediate();
    }
    written = true;
    const { core, whole } = await collecting;
    expect([core.path, core.route, whole]).toEqual([nameOf(pid, 2), 'apport', true]);
    await core[Symbol.asyncDispose]();
    expect(readdirSync(elsewhere).sort()).toEqual([nameOf(pid, 1), nameOf(pid, 3)].map((path) => basename(path)));
  });

  it('is not one of another start of the machine, or of another process', async () => {
    const pid = endedPid();
    const expected = await expecting(source());
    writeCoreOf(
      pid,
      nameOf(
        pid,
        1,
        bootId.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      ),
    );
    writeCoreOf(pid + 1, nameOf(pid, 1));
    writeCoreOf(pid, nameOf(pid + 1, 1));
    expect(await collectCore(pid, expected, never, 100)).toMatchObject({ why: 'not-found' });
    expect(readdirSync(elsewhere)).toHaveLength(3);
  });

  it('is deleted when the run is stopped', async () => {
    const pid = endedPid();
    const expected = await expecting(source());
    writeCoreOf(pid, nameOf(pid, 1));
    await expect(collectCore(pid, expected, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});

describe('the core file that systemd-coredump stores', () => {
  const store = (name: string) => join(elsewhere, name);
  const words = (name: string) => readFileSync(store(name), 'utf8').trim();
  const stored = () => store('core.zst');

  /** As coredumpctl of this machine, of which `pid` is the process that it has. */
  function standIn(pid: number): void {
    copyFileSync(new URL('../../support/coredumpctl', import.meta.url), join(root, 'coredumpctl'));
    vi.stubEnv('PATH', `${root}:${process.env.PATH}`);
    vi.stubEnv('STORE', elsewhere);
    writeCoreOf(pid, store('core'));
    writeFileSync(stored(), 'compressed');
    writeFileSync(store('listed'), `${stored()}\n`);
  }

  it('comes after a while, is asked for by pid and time, and systemd’s own copy is deleted', async () => {
    const pid = endedPid();
    standIn(pid);
    writeFileSync(store('waits'), 'one\ntwo\n');
    const expected = await expecting({ kind: 'systemd-coredump' });
    const core = await collectedBy(pid, expected);
    expect([core.route, core.leftBehind, existsSync(core.path), existsSync(stored())]).toEqual([
      'systemd-coredump',
      undefined,
      true,
      false,
    ]);
    const calls = words('calls').split('\n');
    const since = `--since=@${Math.floor(expected.sinceMs / 1000)}`;
    expect(calls.map((call) => call.split(' ').filter((word) => /^(dump|list|\d+|--since=.*)$/.test(word)))).toEqual([
      ...Array(3).fill([since, 'dump', String(pid)]),
      [since, 'list', String(pid)],
    ]);
    await core[Symbol.asyncDispose]();
    expect(existsSync(core.path)).toBe(false);
  });

  it('is not searched when it is another process’s, whose copy stays', async () => {
    const pid = endedPid();
    standIn(pid + 1);
    expect(await collectCore(pid, await expecting({ kind: 'systemd-coredump' }), never)).toMatchObject({
      why: 'not-ours',
    });
    expect(existsSync(stored())).toBe(true);
  });

  it('is told to be left behind, with the command that deletes it, where only root may', async () => {
    const pid = endedPid();
    standIn(pid);
    // Nobody may unlink a folder: stands for what belongs to root.
    rmSync(stored());
    mkdirSync(stored());
    await using core = await collectedBy(pid, await expecting({ kind: 'systemd-coredump' }));
    expect(core.leftBehind?.en).toContain(`sudo rm ${stored()}`);
    expect(core.leftBehind?.zh).toContain(`sudo rm ${stored()}`);
  });

  it('is refused in a sentence when coredumpctl fails, or is not there', async () => {
    const pid = endedPid();
    standIn(pid);
    writeFileSync(store('fail'), 'Cannot read the journal\n');
    const failed = await collectCore(pid, await expecting({ kind: 'systemd-coredump' }), never);
    expect(failed).toMatchObject({
      why: 'failed',
      refused: { en: expect.stringContaining('Cannot read the journal') },
    });
    vi.stubEnv('PATH', join(root, 'none'));
    expect(await collectCore(pid, await expecting({ kind: 'systemd-coredump' }), never)).toMatchObject({
      why: 'no-program',
    });
  });

  it('is asked for no longer after a stop: coredumpctl ends with all that it started', async () => {
    const pid = endedPid();
    standIn(pid);
    writeFileSync(store('hang'), '');
    const stop = new AbortController();
    const collecting = collectCore(pid, await expecting({ kind: 'systemd-coredump' }), stop.signal);
    await until(() => expect(words('child')).not.toBe(''));
    const child = Number(words('child'));
    expect(isRunning(child)).toBe(true);
    stop.abort(new Error('stopped'));
    await expect(collecting).rejects.toThrow('stopped');
    await until(() => expect(isRunning(child)).toBe(false));
  });
});
