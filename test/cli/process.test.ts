import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { skipWithoutCompiler } from '../support/compile.ts';
import { pagescope, Running } from '../support/pagescope.ts';
import { recordingPath } from '../support/recorded.ts';
import { statusBytes, Target } from '../support/target.ts';
import { nobody } from '../support/users.ts';

const hex = (address: bigint) => `0x${address.toString(16)}`;

async function json(...args: readonly string[]) {
  const { stdout, stderr, status } = await pagescope(['--json', ...args]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

describe('pagescope process', () => {
  it('lists processes, sorted, without those of the kernel, escaped, and as CSV and JSON', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start('a\u001b[31mb');
    const { stdout, status } = await pagescope(['process', '--sort', 'vmlck']);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^ *${target.pid}  a\\\\x1b\\[31mb `, 'm'));
    const { processes } = await json('process', '--sort', 'rss');
    const rss = processes.map(({ rssBytes }: { rssBytes: number | null }) => rssBytes ?? -1);
    expect(rss).toEqual([...rss].sort((a, b) => b - a));
    expect(processes.find(({ pid }: { pid: number }) => pid === target.pid)).toMatchObject({
      name: 'a\u001b[31mb',
      vmLckBytes: statusBytes(target.pid, 'VmLck'),
      lockLimitBytes: expect.anything(),
    });
    expect(processes.some(({ kind }: { kind: string }) => kind === 'kernel')).toBe(false);
    const csv = await pagescope(['process', '--csv']);
    expect(csv.stdout.split('\r\n')[0]).toMatch(/^pid,startTicks,startTime,name,kind,uid/);
  });

  it('of one tells its groups; --maps each mapping; --pages the states of one', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const look = await json('process', `${target.pid}`);
    expect(look.groups.find(({ kind }: { kind: string }) => kind === 'memfd')).toMatchObject({ residentPages: 8 });
    expect(look.cost.cpuNs).toBeGreaterThan(0);
    const half = hex(target.region('half').start);
    expect((await pagescope(['process', `${target.pid}`, '--maps'])).stdout).toMatch(
      new RegExp(`^${half}  rw-p +64 +32 +0 `, 'm'),
    );
    const pages = await json('process', `${target.pid}`, '--pages', half);
    expect(pages.mappings).toMatchObject([{ start: half, pages: 64, residentPages: 32 }]);
    expect(pages.mappings[0].runs.at(-1)).toEqual({ first: 0, pages: 32, flags: ['Resident', 'Present'] });
    expect((await pagescope(['process', `${target.pid}`, '--pages', half])).stdout).toContain(
      `${'■'.repeat(32)}${'·'.repeat(32)}`,
    );
  });

  it('--diff tells what came while it waited', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const half = hex(target.region('half').start);
    // When its first look is over isn't told: what it says is compared with what it can have seen.
    const looked = json('process', `${target.pid}`, '--diff', '3s');
    const before = await json('process', `${target.pid}`);
    await target.order('t');
    const after = await json('process', `${target.pid}`);
    expect(after.process.anonBytes - before.process.anonBytes).toBe(16 * 4096);
    const { changes } = await looked;
    const touched = changes.find(({ start }: { start: string }) => start === half);
    if (touched) expect(touched).toMatchObject({ change: 'same', becameResidentBytes: 16 * 4096 });
    else expect(changes).toEqual([]);
  });

  it('--record keeps it in a file, which sudo leaves to its caller, and which exports as any recording', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const half = hex(target.region('half').start);
    const file = recordingPath();
    const words = ['process', `${target.pid}`, '--record', file, '--pages', half, '--for', '1s'];
    const root = process.geteuid?.() === 0;
    const recorded = await pagescope(words, root ? { SUDO_UID: '65534', SUDO_GID: '65534' } : {});
    expect(recorded).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringContaining('1 of them page by page'),
    });
    expect(statSync(file).uid).toBe(root ? 65534 : process.geteuid?.());
    const { stdout } = await pagescope(['export', file]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      pid: target.pid,
      experiment: { id: 'attach' },
      regions: [{ address: half, pages: 64 }],
    });
    expect(report.snapshots[0].counts).toMatchObject({ resident: 32 });
    expect(await pagescope(['export', file, '--format', 'c'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no C program'),
    });
    expect(await pagescope(words)).toMatchObject({ status: 2 });
    const wrong = ['process', `${target.pid}`, '--record', recordingPath(), '--pages', 'nosuch'];
    expect(await pagescope(wrong)).toMatchObject({ status: 2, stderr: expect.stringContaining('no mapping "nosuch"') });
  });

  it('--record ends with the process, and says so', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const running = new Running(['process', `${target.pid}`, '--record', recordingPath()]);
    await running.before(once(running.child.stderr, 'data'));
    await target.end();
    expect(await running.ended).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('ended while it was looked at'),
    });
  });

  it('--format pmap has the lines of pmap -x', async (context) => {
    skipWithoutCompiler(context);
    if (findOnPath(['pmap']) === undefined) context.skip('pmap is not installed (on Debian: apt install procps)');
    const target = await Target.start();
    const { stdout, status } = await pagescope(['process', `${target.pid}`, '--format', 'pmap']);
    expect(status).toBe(0);
    const printed = execFileSync('pmap', ['-x', `${target.pid}`], { encoding: 'utf8' });
    // The page of vsyscall is the kernel's and in no process's memory; the first line has the command line there.
    const lines = (text: string) =>
      text
        .split('\n')
        .slice(1)
        .filter((line) => !/^(?:ffffffffff600000|total)/.test(line));
    expect(lines(stdout)).toEqual(lines(printed));
    const totals = (text: string) => /^total kB +\d+ +(\d+) +(\d+)$/m.exec(text)?.slice(1);
    expect(totals(stdout)).toEqual(totals(printed));
  });

  it.each([
    [['process', '4194399'], 2, /^There is no process 4194399 here/],
    [['process', 'init'], 2, /A process is named by its number/],
    [['process', '--diff', 'soon', '1'], 2, /Write it as 10s/],
    [['process', '--format', 'ps', '1'], 2, /Allowed choices are pmap/],
  ] as const)('%j is refused with one sentence', async (args, expected, sentence) => {
    const { stdout, stderr, status } = await pagescope([...args]);
    expect({ stdout, status }).toEqual({ stdout: '', status: expected });
    expect(stderr).toMatch(sentence);
  });

  it('of a mapping that is not there says how to name one', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const { status, stderr } = await pagescope(['process', `${target.pid}`, '--pages', 'nothing']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('It has no mapping "nothing"') });
  });

  it('as another user tells what the world may read, what is unknown and why, and exits 3 when that was all that was asked', async (context) => {
    skipWithoutCompiler(context);
    if (process.geteuid?.() !== 0) context.skip('only root may be another user');
    const target = await Target.start('of-root');
    const some = await pagescope(['process', `${target.pid}`], {}, { prefix: nobody });
    expect(some).toMatchObject({ status: 0, stderr: '' });
    expect(some.stdout).toMatch(/VmLck/);
    expect(some.stdout).toMatch(/unknown: it belongs to uid 0.*sudo pagescope process/);
    const none = await pagescope(['process', `${target.pid}`, '--maps'], {}, { prefix: nobody });
    expect(none).toMatchObject({ status: 3, stdout: '' });
    expect(none.stderr).toMatch(/can't be read: unknown: it belongs to uid 0/);
    const own = await Target.start('own', [], nobody);
    const whole = await pagescope(['--json', 'process', `${own.pid}`], {}, { prefix: nobody });
    expect(JSON.parse(whole.stdout).mappings.length).toBeGreaterThan(10);
  });

  it('--locks adds up by user', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    if (!target.mayLock) context.skip('this user may not lock 16 pages');
    const { locks } = await json('process', '--locks');
    const mine = locks.users.find(({ uid }: { uid: number }) => uid === process.geteuid?.());
    expect(mine.vmLckBytes).toBeGreaterThanOrEqual(16 * 4096);
  });
});
