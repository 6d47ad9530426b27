import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreName, type CoreNameFacts, withPid } from '../../../lab/core-file/core-pattern.ts';
import { sourceOf } from '../../../lab/core-file/core-source.ts';

const every = 'c%%.p%p.P%P.i%i.I%I.u%u.g%g.d%d.s%s.t%t.h%h.e%e.f%f.E%E.c%c.F%F.z%z.end%';
const facts: CoreNameFacts = {
  pid: 26341,
  globalPid: 26341,
  threadId: 26341,
  globalThreadId: 26341,
  uid: 0,
  gid: 0,
  dumpable: 1,
  signal: 6,
  hostname: 'vm',
  threadName: 'a',
  executable: '/tmp/ct/a',
  coreLimit: 1024000000n,
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-pattern-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (pattern: string, known: Partial<CoreNameFacts> = {}) =>
  CoreName.of(pattern, { ...facts, ...known })
    .toJSON()
    .map((piece) => piece ?? '#')
    .join('');

describe('core_pattern', () => {
  it('is expanded as Linux 6.18 did, every specifier of core(5)', () => {
    const written = 'c%.p26341.P26341.i26341.I26341.u0.g0.d1.s6.t#.hvm.ea.fa.E!tmp!ct!a.c1024000000.F.z.end';
    expect(pathOf(every)).toBe(written);
  });

  it('lets no text lead to another folder', () => {
    expect(pathOf('/x/%e', { threadName: 'a/b' })).toBe('/x/a!b');
    expect(pathOf('/x/%e/y', { threadName: '..' })).toBe('/x/!./y');
    expect(pathOf('/x/%h', { hostname: '' })).toBe('/x/!');
  });

  it('gets the pid from core_uses_pid where it has no %p', () => {
    expect(withPid('core', true)).toBe('core.%p');
    expect(withPid('core.%p', true)).toBe('core.%p');
    expect(withPid('core%%p', true)).toBe('core%%p.%p');
    expect(withPid('core', false)).toBe('core');
  });

  it('finds files by what is known, with any number for what is not', () => {
    mkdirSync(join(folder, 'cores.7'));
    for (const name of ['core.7.100.a+b', 'core.7.x.a+b', 'core.8.100.a+b', 'core.7.100.aab']) {
      writeFileSync(join(folder, 'cores.7', name), '');
    }
    const name = CoreName.of('cores.%p/core.%p.%t.%e', { ...facts, pid: 7, threadName: 'a+b' });
    expect(name.matches(folder)).toEqual([join(folder, 'cores.7', 'core.7.100.a+b')]);
    expect(CoreName.from(JSON.parse(JSON.stringify(name)))?.matches(folder)).toEqual(name.matches(folder));
    expect(CoreName.of('core', facts).matches(folder)).toEqual([]);
    // Every character that means something in a regular expression, or would if it stood elsewhere.
    const odd = String.raw`node-24 ^$.*+?()[]{}|\@é`;
    writeFileSync(join(folder, `${odd}.100`), '');
    expect(CoreName.of('%e.%t', { ...facts, threadName: odd }).matches(folder)).toEqual([join(folder, `${odd}.100`)]);
  });

  it('names the folder, and tells whether two processes may have the same name', () => {
    expect(CoreName.of('/var/crash/core.%t', facts).folder).toBe('/var/crash');
    expect(CoreName.of('core', facts)).toMatchObject({ folder: '.', isOne: true, isAbsolute: false });
    expect(CoreName.of('/core.%p', { ...facts, pid: undefined })).toMatchObject({
      folder: '/',
      isOne: false,
      isAbsolute: true,
    });
  });

  it('that cannot lead to a file says why, and the command that would', () => {
    const enable = 'sudo sysctl -w kernel.core_pattern=core';
    expect(sourceOf('core', false)).toEqual({ kind: 'file', pattern: 'core' });
    expect(sourceOf('|/usr/bin/my-handler %p', false)).toMatchObject({
      kind: 'none',
      enable,
      reason: { en: expect.stringContaining('my-handler') },
    });
    expect(sourceOf('@/run/cores', false)).toMatchObject({ kind: 'none', enable });
    expect(sourceOf('', false)).toMatchObject({ kind: 'none', enable });
    expect(sourceOf(`${folder}/none/core`, false)).toMatchObject({
      kind: 'none',
      enable: `sudo mkdir -p -m 1777 ${folder}/none`,
    });
  });

  it('is expanded as the kernel of this machine does it', (context) => {
    if (!process.env.PAGESCOPE_SET_CORE_PATTERN) {
      context.skip(
        'it sets kernel.core_pattern for a moment, for all of the machine; PAGESCOPE_SET_CORE_PATTERN=1 allows that, to root',
      );
    }
    const setting = '/proc/sys/kernel/core_pattern';
    const before = readFileSync(setting, 'utf8');
    const cwd = mkdtempSync(join(folder, 'kernel-'));
    const limit = 1000;
    writeFileSync(setting, every);
    let pid: number;
    try {
      const script = `ulimit -c ${limit}; sh -c 'echo $$; kill -ABRT $$'; true`;
      pid = Number(execFileSync('sh', ['-c', script], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    } finally {
      writeFileSync(setting, before);
    }
    const executable = execFileSync('realpath', ['/bin/sh'], { encoding: 'utf8' }).trim();
    const pids = { pid, globalPid: pid, threadId: pid, globalThreadId: pid };
    const name = CoreName.of(every, {
      ...facts,
      ...pids,
      hostname: hostname(),
      threadName: 'sh',
      executable,
      coreLimit: BigInt(limit * 512),
    });
    expect(name.matches(cwd)).toEqual(readdirSync(cwd).map((each) => join(cwd, each)));
    expect(readdirSync(cwd)).toHaveLength(1);
  });
});
