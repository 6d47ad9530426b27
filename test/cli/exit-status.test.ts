import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { childrenOf } from '../../lab/isolation/child-processes.ts';
import { lockingFacts } from '../../lab/limits/locking-facts.ts';
import { skipWithoutCompiler } from '../support/compile.ts';
import { isRunning } from '../support/harness.ts';
import { bin, pagescope, Running } from '../support/pagescope.ts';
import { RefusedCalls } from '../support/refused-calls.ts';
import { lyingLibc } from '../support/shared-library.ts';
import { whoMayLockNothing, withMemlock } from '../support/users.ts';

const kib = 1024;
/** The marks that a person sees, in their colours. */
const [held, failed, skipped] = ['\u001b[32m✓\u001b[39m', '\u001b[31m✗\u001b[39m', '\u001b[33m–\u001b[39m'];

/** The marks at the heads of lines, in order, without those that follow one like them. */
const marksIn = (printed: string) =>
  printed
    .split('\n')
    .flatMap((line) => [held, failed, skipped].filter((mark) => line.startsWith(mark)))
    .filter((mark, at, all) => mark !== all[at - 1]);

describe('a machine where claims and rules fail', () => {
  let libc: ReturnType<typeof lyingLibc> | undefined;
  const env = (more: NodeJS.ProcessEnv = {}) => ({ LD_PRELOAD: libc?.path, FORCE_COLOR: '1', ...more });
  beforeEach((context) => {
    skipWithoutCompiler(context);
    libc ??= lyingLibc({
      // No page is ever in memory, as mincore and PAGEMAP_SCAN have it, and to say so takes milliseconds.
      ioctl: `int lie(int file, unsigned long request, void *argument) {
          return request == 0xC0606610 ? 0 : TRUE(ioctl)(file, request, argument);
      }`,
      mincore: `int lie(void *start, size_t length, unsigned char *pages) {
          int answered = TRUE(mincore)(start, length, pages);
          usleep(2000);
          if (answered == 0) memset(pages, 0, (length + getpagesize() - 1) / getpagesize());
          return answered;
      }`,
      munmap: 'int lie(void *start, size_t length) { return length == 0 ? 0 : TRUE(munmap)(start, length); }',
    });
  });
  afterAll(() => libc?.[Symbol.dispose]());

  it('run exits 1 when one claim failed, others held or were skipped, each in its colour', async () => {
    const user = withMemlock(32 * kib);
    const { status, stdout, stderr } = await pagescope(['run', 'lock-on-fault', '--set', 'pages=8'], env(), user);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain(`${failed} Right after mlock every page of A is resident: expected 8, measured 0\n`);
    expect(stdout).toContain(`${held} VmLck grows by all of A: expected 32 KiB, measured 32 KiB\n`);
    expect(stdout).toMatch(/–\S+ Right after mlock2 no page of B is resident: mlock2 answered ENOMEM/);
    expect(marksIn(stdout)).toEqual([failed, held, skipped]);
    expect(Number(/mincore\(.*\) = 0 {2}([\d.]+) ms/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(2);
  });

  it('conformance exits 1 when a rule does not hold, and says which', async () => {
    const { status, stdout, stderr } = await pagescope(['conformance', 'munmap'], env());
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/✗\S+ \w+ {2}length 0 is EINVAL .*\n.*munmap: expected "EINVAL", got null\./);
    expect(marksIn(stdout).slice(0, 2)).toEqual([held, failed]);
    expect((await pagescope(['conformance', 'munmap', '--json'], env())).status).toBe(1);
  });
});

describe('a user who may lock nothing', () => {
  it('sees every claim about locks skipped, and run exits 5: nothing was measured', async () => {
    const run = await pagescope(['run', 'lock-on-fault'], { FORCE_COLOR: '1' }, whoMayLockNothing);
    expect(run.status).toBe(5);
    expect(run.stderr).toBe('Nothing was measured: every claim was skipped, each with its reason.\n');
    expect(marksIn(run.stdout)).toEqual([skipped]);
    expect(run.stdout).toContain('mlock answered EPERM');
  });
});

describe('pagescope doctor --lock', () => {
  it.each([
    [64 * kib, '4K', { status: 0, errno: null, memlock: 'limited' }],
    [64 * kib, '1MiB', { status: 1, errno: 'ENOMEM', memlock: 'limited' }],
    [68 * kib, '68K', { status: 0, errno: null, memlock: 'fine' }],
    [68 * kib, '69K', { status: 1, errno: 'ENOMEM', memlock: 'fine' }],
  ])('with a limit of %i bytes and a wish for %s: %o', async (limit, wish, { status, errno, memlock }) => {
    const asked = await pagescope(['doctor', '--lock', wish, '--json'], {}, withMemlock(limit));
    const { lock, findings } = JSON.parse(asked.stdout);
    expect(findings.find(({ id }: { id: string }) => id === 'memlock').status).toBe(memlock);
    expect([asked.status, lock.works, lock.errno]).toEqual([status, status === 0, errno]);
  });

  it('says yes in words and exits 0 to root, whom no limit stops', async (context) => {
    if (!lockingFacts().ipcLock.counts) context.skip('these tests run without CAP_IPC_LOCK');
    const { status, stdout } = await pagescope(['doctor', '--lock', '64MiB']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^✓ Yes: CAP_IPC_LOCK is effective/m);
  });

  it('says no and exits 1 to root too, where there is not so much memory', async (context) => {
    if (!lockingFacts().ipcLock.counts) context.skip('these tests run without CAP_IPC_LOCK');
    const { status, stdout } = await pagescope(['doctor', '--lock', '1000TiB']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^! No, killed: 1000 TiB > .*the OOM killer/m);
  });

  it('says no where a filter forbids mlock, and names all that it forbids', async () => {
    using filter = new RefusedCalls();
    const prefix = filter.prefix('mlock=EPERM', 'mincore=EPERM', 'process_vm_readv=EPERM', 'memfd_secret=EPERM');
    const { status, stdout } = await pagescope(['doctor', '--lock', '4K'], {}, { prefix });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^! Refused calls: mlock EPERM, mincore EPERM, process_vm_readv EPERM, memfd_secret EPERM \(Seccomp: 2\)/m,
    );
    expect(stdout).toMatch(/^! No, EPERM: mlock of one page was tried.*\n {2}Let mlock through the filter/m);
    expect(stdout).toContain('Capability=CAP_IPC_LOCK');
    expect(stdout).not.toMatch(/RLIMIT_MEMLOCK is 0/);
  });

  it('says no in words, with what would help, and exits 1', async () => {
    const { status, stdout, stderr } = await pagescope(['doctor', '--lock', '4K'], {}, whoMayLockNothing);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^! No, EPERM: RLIMIT_MEMLOCK is 0.*\n {2}Raise the hard limit to 4 KiB or more/m);
  });
});

/** A kernel that takes its time over each touch: a run can be met in its middle, where it says so on standard error. */
describe('a run that is ended in its middle', () => {
  const touch = 'touch';
  const words = ['run', 'first-touch', '--set', 'pages=64', '--placement'];
  let libc: ReturnType<typeof lyingLibc> | undefined;
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pagescope-ended-'));
  });
  beforeEach((context) => {
    skipWithoutCompiler(context);
    libc ??= lyingLibc({
      // The experiment asks for small pages before its first touch; what the engine tries out before that is as quick
      // as ever.
      madvise: `static int begun;
        int lie(void *start, size_t length, int advice) {
          if (advice == MADV_NOHUGEPAGE) begun = 1;
          return TRUE(madvise)(start, length, advice);
      }`,
      process_vm_writev: `ssize_t lie(int pid, const struct iovec *from, size_t froms, const struct iovec *to, size_t tos, size_t flags) {
          if (begun && write(2, "${touch}\\n", 6) == 6) usleep(100 * 1000);
          return TRUE(process_vm_writev)(pid, from, froms, to, tos, flags);
      }`,
    });
  });
  afterAll(() => {
    libc?.[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  /** In its middle, with the processes that it made. */
  async function middleOf(args: readonly string[], detached = false): Promise<{ run: Running; children: number[] }> {
    const run = new Running(args, { env: { LD_PRELOAD: libc?.path }, detached });
    await run.before(once(run.child.stderr, 'data'));
    return { run, children: childrenOf(run.pid) };
  }

  it.each([
    ['SIGINT', 130, 'inline', 'to it alone'],
    ['SIGTERM', 143, 'inline', 'to it alone'],
    ['SIGHUP', 129, 'inline', 'to it alone'],
    ['SIGTERM', 143, 'isolated', 'to it alone'],
    ['SIGINT', 130, 'isolated', 'to its whole group, as Ctrl-C in a terminal does'],
    ['SIGHUP', 129, 'isolated', 'to its whole group, as a terminal that is closed does'],
  ] as const)('by %s exits %i quietly and leaves nothing: %s, %s', async (signal, status, placement, to) => {
    const group = to !== 'to it alone';
    const { run, children } = await middleOf([...words, placement, '--output', join(folder, 'report.json')], group);
    process.kill(group ? -run.pid : run.pid, signal);
    const ended = await run.ended;
    expect({ ...ended, stderr: ended.stderr.replaceAll(`${touch}\n`, '') }).toEqual({ stdout: '', stderr: '', status });
    expect(children).toHaveLength(placement === 'isolated' ? 1 : 0);
    expect(children.filter(isRunning)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('by Ctrl-C while its isolated process is being started exits 130 as quietly', async () => {
    const run = new Running([...words, 'isolated'], { env: { LD_PRELOAD: libc?.path }, detached: true });
    await vi.waitUntil(() => childrenOf(run.pid).length > 0, { timeout: 40_000, interval: 1 });
    process.kill(-run.pid, 'SIGINT');
    const { stdout, stderr, status } = await run.ended;
    expect({ stdout, stderr: stderr.replaceAll(`${touch}\n`, ''), status }).toEqual({
      stdout: '',
      stderr: '',
      status: 130,
    });
  });

  it('because its isolated process was killed exits 4, tells that in the language asked for, and prints what was seen', async () => {
    const { run, children } = await middleOf([...words, 'isolated', '--lang', 'zh', '--json']);
    for (const pid of children) process.kill(pid, 'SIGKILL');
    const { stdout, stderr, status } = await run.ended;
    expect(status).toBe(4);
    expect(stderr.replaceAll(`${touch}\n`, '')).toMatch(/^独立进程 \d+ 已结束（收到信号 SIGKILL）.*\n$/);
    const report = JSON.parse(stdout);
    expect([report.outcome, report.steps[0].call]).toEqual(['failed', 'mmap']);
  });
});

describe('pagescope serve', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)('prints its address as JSON, and exits 0 at %s', async (signal) => {
    const serve = new Running(['serve', '--json']);
    const { url } = JSON.parse(await serve.firstLine());
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
    serve.child.kill(signal);
    expect(await serve.ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a port for which this user has no privilege', () => {
  it('is refused with that reason and status 2', async (context) => {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'latin1'));
    if (first <= 1) context.skip('every user may listen on every port here');
    const { status, stderr } = await pagescope(['serve', '--port', '1'], {}, whoMayLockNothing);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Port 1 may not be used without privileges: .*\n$/);
  });
});

describe('output that nobody reads any more', () => {
  it.each([['doctor'], ['run first-touch']])('ends %s quietly with 141, as SIGPIPE does', async (words) => {
    const shell = spawn('sh', ['-c', `{ "${process.execPath}" "${bin}" ${words}; echo $? >&2; } | true`]);
    onTestFinished(() => void shell.kill('SIGKILL'));
    expect(await text(shell.stderr)).toBe('141\n');
  });
});
