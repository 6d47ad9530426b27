import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fixIds } from '../../protocol/fixes/fix-ids.ts';
import { reportSchema } from '../../protocol/report.ts';
import { bin, pagescope, Running } from '../support/pagescope.ts';
import { nobody } from '../support/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('pagescope run', () => {
  it('prints a valid report and exits 0 when every claim held', async () => {
    const { stdout, stderr, status } = await pagescope(['run', 'first-touch', '--set', 'pages=4', '--json']);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(report.claims.map((claim) => claim.status)).toEqual(['held', 'held', 'held', 'held', 'held']);
    expect(report.steps.map(({ call }) => call)).toEqual([
      'mmap',
      'madvise',
      'mincore',
      ...Array(4).fill('process_vm_writev'),
      'mincore',
    ]);
  });

  it('says what an empty call took, and of no duration below that that it is more than an upper bound', async () => {
    const { stdout } = await pagescope(['run', 'first-touch', '--set', 'pages=4']);
    const ns = (number = '', unit = '') => Number(number) * ({ ns: 1, µs: 1e3, ms: 1e6 }[unit] ?? Number.NaN);
    const [, number, unit] = /^Measuring an empty call took ([\d.]+) (\S+) in this run/m.exec(stdout) ?? [];
    const durations = [...stdout.matchAll(/^ {5}.* = \S+ {2}(≤ )?([\d.]+) ([nµm]s)/gm)];
    expect(durations).toHaveLength(8);
    for (const [line, atMost, time, of] of durations) {
      // What is printed is rounded to a tenth.
      if (Math.abs(ns(time, of) - ns(number, unit)) < 200) continue;
      expect(atMost !== undefined, line).toBe(ns(time, of) < ns(number, unit));
    }
  });

  it('draws the page map before and after, the claims, and of a long streak of like steps the first and the last', async () => {
    const { stdout } = await pagescope([
      'run',
      'first-touch',
      '--set',
      'pages=8',
      '--set',
      'access=read',
      '--set',
      'access=write',
    ]);
    expect(stdout).toMatch(/^First touch {2}pages=8 access=write .*\nA {2}0x[0-9a-f]+ {2}8 pages {2}32 KiB\n\n/);
    expect(stdout.match(/^ {2}[·■]+$/gm)).toEqual(['  ········', '  ■■■■■■■■']);
    expect(stdout.match(/^ +\d+ {2}Write page \d$|^ +… .*/gm)).toEqual([
      '  3  Write page 0',
      '  4  Write page 1',
      '  5  Write page 2',
      '  6  Write page 3',
      '     … 3 more like these',
      ' 10  Write page 7',
    ]);
    expect(stdout.match(/^✓ .*: expected 8, measured 8$/gm)).toHaveLength(2);
    expect(stdout.match(/^✓ /gm)).toHaveLength(5);
  });

  it('draws pages whose state the kernel keeps secret as unknown', (context) => {
    const [command = '', ...args] = [...(process.geteuid?.() === 0 ? nobody : []), process.execPath, bin, 'run'];
    const words = [...args, 'file-cache', '--set', `path=${process.execPath}`, '--set', 'pages=16'];
    const { stdout } = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, HOME: tmpdir() } });
    if (!stdout.includes('as of every file that you may not write'))
      context.skip('this user may write the file of Node');
    const maps = stdout.match(/^ {2}\S{16}$/gm);
    expect(new Set(maps)).toEqual(new Set(['  ????????????????']));
  });

  it('runs in a process of its own when asked to', async () => {
    const { stdout } = await pagescope(['run', 'first-touch', '--set', 'pages=4', '--placement', 'isolated', '--json']);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.placement).toBe('isolated');
    expect(report.claims.every((claim) => claim.status === 'held')).toBe(true);
  });

  it('explains a refused call with its numbers, and names the fix', async () => {
    const { stdout, status } = await pagescope(['run', 'lock-limit']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /ENOMEM: VmLck \d+ KiB \+ \d+ KiB > 64 KiB: .*\n {5}→ pagescope doctor --fix [a-z-]+ --lock 80KiB\n/,
    );
  });

  it('speaks Chinese when the locale does', async () => {
    const { stdout } = await pagescope(['run', 'first-touch', '--set', 'pages=1'], { LC_ALL: 'zh_CN.UTF-8' });
    expect(stdout).toContain('首次访问');
  });
});

describe('bad input gets one sentence and status 2', () => {
  it.each([
    [['run', 'nope'], /no experiment "nope"/],
    [['run', 'first-touch', '--set', 'depth=1'], /no parameter "depth"/],
    [['run', 'first-touch', '--set', 'pages=four'], /pages is "four"/],
    [['run', 'first-touch', '--set', 'pages=0'], /out of bounds/],
    [['run', 'first-touch', '--set', 'pages=1.5'], /not a whole number/],
    [['run', 'first-touch', '--set', 'order=backwards'], /sequential, random, stride/],
    [['run', 'first-touch', '--set', 'pages'], /name=value/],
    [['run', 'first-touch', '--format', 'xml'], /json, c/],
    [['run', 'first-touch', '--output', 'FOLDER/missing/report.json'], /cannot be written: ENOENT/],
    [['run', 'first-touch', '--output', `FOLDER/${'a'.repeat(300)}`], /cannot be written: ENAMETOOLONG/],
    [['run', 'first-touch', '--format', 'c'], /--output FILE/],
    [['run', 'first-touch', 'pages=8'], /too many arguments for 'run'/],
    [['serve', '8080'], /^8080 cannot be opened/],
    [['open', 'run.pagescope', '--at', '-1'], /whole number from 0/],
    [['doctor', '64MiB'], /too many arguments for 'doctor'/],
    [['run'], /missing required argument/],
    [['run', 'pool', '--requests', '1'], /unknown option '--requests'\n.*--set name=value.*pagescope run --help/],
    [['levitate'], /no command "levitate"/],
    [['serve', '--port', 'http'], /whole number from 0 to 65535/],
    [['doctor', '--lock', 'much'], /"much" is not a size to lock; write it as 64MiB, 100M, 4096K/],
    [['doctor', '--lock', '0'], /"0" is not a size to lock/],
    [['doctor', '--fix', 'reboot'], /Allowed choices are ulimit/],
    [['serve', '--port', '65536'], /whole number from 0 to 65535/],
    [['run', 'nope', '--lang', 'zh'], /^没有名为 “nope” 的实验/],
    [['levitate', '--lang', 'zh'], /^没有名为 “levitate” 的命令/],
    [['conformance', 'fsync', '--lang', 'zh'], /^没有 “fsync” 的规则/],
  ])('%s', async (args, sentence) => {
    const { stdout, stderr, status } = await pagescope(args.map((word) => word.replace('FOLDER', folder)));
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('and where the error was made, when asked to debug', async () => {
    const { stderr, status } = await pagescope(['--debug', 'run', 'nope']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There is no experiment "nope".*\n(?:.*\n)*\s+at /);
  });

  it('more pages than the memory budget: names the number and the setting', async () => {
    const args = ['run', 'first-touch', '--set', 'pages=1024'];
    const { stderr, status } = await pagescope(args, { PAGESCOPE_BUDGET_MIB: '1' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/4 MiB.*budget is 1 MiB.*PAGESCOPE_BUDGET_MIB/);
  });
});

describe('output', () => {
  it('that has no room left is told in one sentence, with status 4', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [bin, 'experiments'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (text) => {
      stderr += text;
    });
    expect((await once(child, 'close'))[0]).toBe(4);
    expect(stderr).toMatch(/^Standard output cannot be written: ENOSPC.*\n$/);
  });

  it('that has room for a part alone is told as well, and the part is there', () => {
    const file = join(folder, 'part');
    const words = ['-c', 'ulimit -f 1 && exec "$@" > "$0"', file, process.execPath, bin, 'experiments', '--json'];
    const { status, stderr } = spawnSync('sh', words, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([4, expect.stringMatching(/^Standard output cannot be written: EFBIG.*\n$/)]);
    expect(readFileSync(file, 'utf8')).toMatch(/^{"experiments":/);
  });
});

describe('what one asks of any command', () => {
  it('tells its version, and the help of a command', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await pagescope(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
    expect((await pagescope(['help', 'run'])).stdout).toMatch(/^Usage: pagescope run /);
  });
});

describe('an early Node 20, without what later releases brought', () => {
  const lacking = `import util from 'node:util';
    import module from 'node:module';
    delete util.styleText;
    module.syncBuiltinESMExports();
    delete URL.parse;`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(lacking)}`;

  it('runs an experiment, in colour', async () => {
    const { status, stderr } = await pagescope(['run', 'first-touch'], { NODE_OPTIONS, FORCE_COLOR: '1' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('serves the app', async () => {
    const serve = new Running(['serve'], { env: { NODE_OPTIONS } });
    expect((await fetch(await serve.firstLine(), { redirect: 'manual' })).status).toBe(303);
    serve.child.kill();
    expect(await serve.ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('pagescope experiments and doctor', () => {
  it('lists the catalogue as JSON', async () => {
    const { experiments } = JSON.parse((await pagescope(['experiments', '--json'])).stdout);
    expect(experiments[0]).toMatchObject({
      id: 'first-touch',
      group: 'residency',
      placement: 'inline',
      available: true,
    });
    expect(experiments[0].parameters[0]).toMatchObject({ name: 'pages', title: 'Pages', unit: 'pages' });
    expect(experiments[0].claims[0]).toEqual({
      id: 'none-before',
      text: 'Before the first touch no page is resident',
    });
  });

  it('tells the limit that getrlimit tells', async () => {
    const { environment, findings } = JSON.parse((await pagescope(['doctor', '--json'])).stdout);
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /Max locked memory\s+(\S+)/.exec(limits)?.[1];
    expect(String(environment.memlock.soft)).toBe(soft);
    expect(findings.map(({ id }: { id: string }) => id)).toContain('feature-pagemap-scan');
  });

  it('carries the limits and every fix as JSON, in one language', async () => {
    const { limits } = JSON.parse((await pagescope(['doctor', '--json', '--lang', 'zh'])).stdout);
    const titles = z.array(z.object({ id: z.enum(fixIds), title: z.string().regex(/[\u4e00-\u9fff]/) }));
    expect(titles.parse(limits.fixes)).toHaveLength(fixIds.length);
    expect(limits.surroundings.kind).toEqual(expect.any(String));
  });

  it('prints the fixes for the setup found, and one alone when asked', async () => {
    const { stdout } = await pagescope(['doctor']);
    expect(stdout).toMatch(/RLIMIT_MEMLOCK, soft: (unlimited|\d+ bytes = \d+ KiB \(ulimit -l\) = \d+ pages)/);
    expect(stdout).toContain('To lock more');
    const service = await pagescope(['doctor', '--fix', 'systemd-service']);
    expect(service.stdout).toContain('[Service]');
    expect(service.stdout).not.toContain('docker');
    const alone = JSON.parse((await pagescope(['doctor', '--fix', 'systemd-service', '--json'])).stdout);
    expect(alone.limits.fixes.map(({ id }: { id: string }) => id)).toEqual(['systemd-service']);
    expect(service.stdout).toContain('limits.conf and the ulimit of the shell that calls systemctl have no effect');
  });
});
