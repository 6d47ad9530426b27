import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { ParameterValues } from '../../../protocol/experiment.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { compileAndRun, looksIn, skipWithoutCompiler } from '../../support/compile.ts';
import { isMapped, never, TestLab } from '../../support/harness.ts';
import { stepUntil } from '../../support/step-until.ts';
import { nobody, notHeld, reportOf, users } from '../../support/users.ts';

const isRoot = process.geteuid?.() === 0;
const locked = 8;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-files-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file of so many pages, written out so that it can be evicted. */
function file(pages: number): string {
  const path = join(folder, 'file');
  writeFileSync(path, new Uint8Array(pages * pageSize()).fill(7), { flush: true });
  return path;
}

/** The pages of a file that util-linux finds in the page cache. */
function fincore(path: string): number {
  return Number(execFileSync('fincore', ['--noheadings', '--output', 'PAGES', path], { encoding: 'utf8' }));
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // The descriptor of this very listing is closed by now.
      return [];
    }
  });
}

async function completed(parameters: ParameterValues) {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment: 'file-cache', parameters });
  await lab.reader.state('completed');
  return lab.service.report({ session, language: 'en' }, never);
}

/** The sentence that a run ends with when it cannot go on. */
async function failure(parameters: ParameterValues) {
  await using lab = new TestLab();
  await lab.start({ experiment: 'file-cache', parameters });
  await lab.reader.until(() => lab.reader.of('state').some(({ state }) => state === 'failed' || state === 'completed'));
  expect(lab.reader.of('region')).toEqual([]);
  return lab.reader.of('state').at(-1)?.problem;
}

describe('file-cache', () => {
  it.each(users())('holds every claim on a temporary file for $name', async (user) => {
    const report = await reportOf(user, 'file-cache');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(9);
    expect(report.measurements).toMatchObject({ randomWindowPages: 1 });
  });

  it('holds every claim on a file of one’s own, of which it maps no more than asked for', async () => {
    const path = file(600);
    const report = await completed({ path, pages: 512 });
    expect(notHeld(report)).toEqual([]);
    expect(report.regions).toMatchObject([{ pages: 512, kind: 'file', protection: 'r--s' }]);
    expect(report.steps[0]?.title).toBe(`Map the first 512 of 600 pages of ${path}`);
  });

  it('agrees with fincore, which another process runs while the session is paused', async () => {
    const path = file(512);
    for (const advice of ['MADV_NORMAL', 'MADV_SEQUENTIAL', 'MADV_RANDOM']) {
      let [seen, witnessed] = [-1, -2];
      // The kernel may reclaim idle pages between the two at any time.
      for (let round = 0; round < 5 && seen !== witnessed; round++) {
        await using lab = new TestLab();
        const { session } = await lab.start({
          experiment: 'file-cache',
          parameters: { path, pages: 512 },
          paused: true,
        });
        await stepUntil(lab, session, new RegExp(`Look under ${advice}`));
        const taken = lab.reader.of('step').length;
        await lab.service.control({ session, action: 'step' }, never);
        await lab.reader.pausedAfter(taken + 1);
        witnessed = fincore(path);
        const report = await lab.service.report({ session, language: 'en' }, never);
        seen = report.snapshots.at(-1)?.counts.resident ?? -1;
      }
      expect([advice, seen]).toEqual([advice, witnessed]);
    }
  });

  it('keeps the locked part, and that alone, as fincore sees it after the run', async () => {
    const path = file(512);
    await using lab = new TestLab();
    await lab.start({ experiment: 'file-cache', parameters: { path, pages: 512, lockedPages: locked } });
    await lab.reader.state('completed');
    expect(fincore(path)).toBe(locked);
    expect([...(lab.reader.states.get(1)?.flags ?? [])].filter((flags) => flags & 4)).toHaveLength(locked);
  });

  it.each([1, 3, 15])('shows no window of a file of %i pages, and says so', async (pages) => {
    const claims = notHeld(await completed({ path: file(pages) }));
    expect(claims.filter((claim) => claim.includes('show no window'))).toHaveLength(4);
    expect(claims.filter((claim) => !claim.includes('skipped'))).toEqual([]);
  });

  it('refuses in a sentence, and leaves nothing open, what cannot be mapped', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const below = join(file(1), 'below');
    const cases: [path: string, why: string][] = [
      [join(folder, 'missing'), 'it does not exist'],
      [folder, 'it is a directory'],
      [empty, 'it is empty'],
      [pipe, 'it is not a regular file'],
      ['/dev/null', 'it is not a regular file'],
      ['/proc/self/status', 'it is empty'],
      [below, 'a part of its path is not a directory'],
      [`/${'x'.repeat(300)}`, 'ENAMETOOLONG: name too long'],
    ];
    const before = openFiles();
    for (const [path, why] of cases) {
      const problem = await failure({ path });
      expect(problem?.kind).toBe('bad-input');
      expect(problem?.text.en).toBe(`${path} cannot be mapped: ${why}; name a file that you can read.`);
      expect(problem?.text.zh).toMatch(/^无法映射 /);
    }
    expect((await failure({ path: 'a\0b' }))?.text.en).toMatch(
      /^a\\0b cannot be mapped: a path has no zero byte in it;/,
    );
    expect(openFiles().toSorted()).toEqual(before.toSorted());
  });

  it('refuses a file that may not be read', async (context) => {
    const path = file(4);
    chmodSync(path, 0);
    if (isRoot) {
      const user = { name: 'nobody', prefix: nobody };
      await expect(reportOf(user, 'file-cache', { path })).rejects.toThrow(
        `${path} cannot be mapped: you may not read it`,
      );
      return;
    }
    const problem = await failure({ path });
    if (!problem) context.skip('this user may read every file');
    expect(problem?.text.en).toContain('you may not read it');
  });

  it('skips what mincore and cachestat keep secret of another’s file, and shows it as unknown', async (context) => {
    const path = isRoot ? file(512) : process.execPath;
    const user = { name: 'an ordinary user', prefix: isRoot ? nobody : [] };
    const report = await reportOf(user, 'file-cache', { path, pages: 512 });
    const claims = notHeld(report);
    if (claims.length === 0) context.skip(`${path} is this user’s own, or this kernel has cachestat for all`);
    for (const claim of claims)
      expect(claim).toMatch(/skipped: .* is neither yours nor writable by you: .*\(Linux 5\.2\)/);
    const held = report.claims.filter(({ status }) => status === 'held').map(({ id }) => id);
    expect(held).toEqual(['locked-refused', 'locked-survives']);
    const looks = report.steps.filter(({ call }) => call === 'mincore').map(({ outcome }) => outcome);
    expect(looks.every((outcome) => outcome?.includes('as of every file that you may not write'))).toBe(true);
    const secret = report.snapshots.filter(({ unknown = 0 }) => unknown & PageFlag.Resident);
    expect(secret).toHaveLength(report.snapshots.length);
    expect(secret.every(({ counts }) => counts.resident === counts.present)).toBe(true);
  });

  it('ends in a sentence, without a signal or a leak, when the file is cut while it is mapped', async () => {
    const path = file(512);
    const before = openFiles();
    {
      await using lab = new TestLab();
      const { session } = await lab.start({ experiment: 'file-cache', parameters: { path, pages: 512 }, paused: true });
      await stepUntil(lab, session, /^Read page 256/);
      truncateSync(path, pageSize());
      await lab.service.control({ session, action: 'resume' }, never);
      await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed');
      expect(lab.reader.of('step').at(-1)?.step).toMatchObject({ call: 'process_vm_readv', errno: 'EFAULT' });
      const problem = lab.reader.of('state').at(-1)?.problem;
      expect(problem?.kind).toBe('bad-input');
      expect(problem?.text.en).toMatch(/was cut from 2 MiB to .* while it was mapped, so byte .* is no longer there;/);
      const [region] = lab.reader.of('region');
      expect(region && isMapped(region.region)).toBe(true);
    }
    expect(openFiles().toSorted()).toEqual(before.toSorted());
  });

  it('ends in a sentence when the file is cut before a part of it is locked', async () => {
    const path = file(512);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'file-cache', parameters: { path, pages: 512 }, paused: true });
    await stepUntil(lab, session, /^Lock the first/);
    truncateSync(path, 0);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed');
    expect(lab.reader.of('state').at(-1)?.problem?.text.en).toContain('was cut from 2 MiB to 0 B');
  });

  it('says that a file system in memory has nothing to evict to', async (context) => {
    const memory = '/dev/shm';
    const tmpfs = 0x01021994;
    let type = 0;
    try {
      type = statfsSync(memory).type;
    } catch {
      // No such folder.
    }
    if (type !== tmpfs) context.skip(`${memory} is no tmpfs here`);
    const own = join(memory, `pagescope-${process.pid}`);
    mkdirSync(own);
    try {
      const path = join(own, 'file');
      writeFileSync(path, new Uint8Array(64 * pageSize()).fill(7));
      const claims = notHeld(await completed({ path }));
      expect(claims[0]).toMatch(
        /^evicted skipped: 64 pages stayed in the page cache: .*the file system lives in memory/,
      );
      expect(claims.every((claim) => claim.includes('skipped'))).toBe(true);
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  it('leaves no temporary file behind, neither named nor open', async () => {
    const before = openFiles();
    const named = () => readdirSync(tmpdir()).filter((name) => /^pagescope-.{6}$/.test(name));
    const namedBefore = named();
    await completed({ pages: 64 });
    expect(openFiles().toSorted()).toEqual(before.toSorted());
    expect(named().filter((name) => !namedBefore.includes(name))).toEqual([]);
  });

  it('is a C program that evicts, touches and locks the same', async (context) => {
    skipWithoutCompiler(context);
    const path = file(512);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'file-cache', parameters: { path, pages: 512 } });
    await lab.reader.state('completed');
    const program = await lab.service.program({ session }, never);
    expect(program).toContain('POSIX_FADV_DONTNEED');
    await lab.service.close({ session }, never);
    const printed = looksIn(compileAndRun(program));
    expect(printed.at(-1)).toBe(`A: resident ${locked}/512 pages`);
    expect(printed).toContain('A: resident 1/512 pages');
  });

  it('is a C program also of a temporary file', async (context) => {
    skipWithoutCompiler(context);
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'file-cache', parameters: { pages: 512 } });
    await lab.reader.state('completed');
    const printed = looksIn(compileAndRun(await lab.service.program({ session }, never)));
    expect(printed.at(-1)).toBe(`A: resident ${locked}/512 pages`);
  });
});
