import { appendFileSync, chmodSync, mkdirSync, readdirSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../lab/service/budget.ts';
import type { Backing } from '../../../protocol/mapping.ts';
import type { MclFlag } from '../../../protocol/operation.ts';
import type { Tool } from '../../../protocol/page-call.ts';
import { contract } from '../../../protocol/service.ts';
import { Bench } from '../../support/bench.ts';
import { withFile } from '../../support/files.ts';
import { isMapped, never, problemOf } from '../../support/harness.ts';

const write: Tool = { kind: 'touch', access: 'write' };
const read: Tool = { kind: 'touch', access: 'read' };

const ofFile = (path: string, sharing: 'shared' | 'private' = 'shared'): Backing => ({ kind: 'file', path, sharing });

/** Descriptors of this process for this file. */
function descriptorsOf(path: string): number {
  const target = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return undefined;
    }
  };
  return readdirSync('/proc/self/fd').filter((fd) => target(fd) === path).length;
}

describe('bad input', () => {
  it.each([
    ['empty', []],
    ['half a run', [1]],
    ['reversed', [8, 1, 2, 1]],
    ['overlapping', [0, 4, 2, 4]],
    ['touching, so that it should be one', [0, 2, 2, 2]],
    ['no pages', [3, 0]],
    ['not numbers', ['1', '2']],
    ['fractions', [0.5, 1]],
    ['negative', [-1, 2]],
  ])('runs that are %s are refused before anything is done', (_what, pages) => {
    const request = { session: 1, region: 1, tool: write, pages };
    const parsed = contract.act.request.safeParse(request);
    expect(parsed.error?.issues[0]?.message).toContain('must be runs of pages');
  });

  it('pages outside the region are named, and nothing is done', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(8);
    const problem = await problemOf(bench.act(region, write, [0, 2, 6, 4]));
    expect(problem).toEqual({
      kind: 'bad-input',
      text: {
        en: 'Page 8 is outside region A, which has 8 pages (0 to 7).',
        zh: '第 8 页超出区域 A 的范围，它共有 8 页（0 到 7）。',
      },
    });
    expect([...bench.flags(region)]).toEqual(Array(8).fill(0));
    expect((await problemOf(bench.act(region + 1, write, [0, 1]))).text.en).toBe('This session has no region 2.');
  });

  it('a region without a file and without a size, and an experiment asked for an action, are refused with a sentence', async () => {
    await using bench = await Bench.open();
    const sizeless = bench.add({ backing: { kind: 'memfd' } });
    expect((await problemOf(sizeless)).text.en).toContain('needs a size; say how many pages or bytes');
    const { session } = await bench.lab.start({ experiment: 'first-touch', parameters: { pages: 1 }, paused: true });
    const acted = bench.lab.service.act({ session, region: 1, tool: write, pages: [0, 1] }, never);
    expect((await problemOf(acted)).text.en).toBe('This session runs an experiment, so it can’t do ‘act’.');
    const stopped = bench.lab.service.control({ session: bench.session, action: 'stop' }, never);
    expect((await problemOf(stopped)).text.en).toContain('This session is a workbench, which has no script');
  });
});

describe('files', () => {
  it('that are missing, empty, a directory or a device are refused with what to do, and take no number', async () => {
    using file = withFile(1);
    await using bench = await Bench.open();
    const empty = join(file.folder, 'empty');
    writeFileSync(empty, '');
    mkdirSync(join(file.folder, 'folder'));
    const why: string[] = [];
    for (const path of [join(file.folder, 'none'), empty, join(file.folder, 'folder'), '/dev/zero', `${file.path}\0`]) {
      why.push((await problemOf(bench.add({ backing: ofFile(path), protection: ['PROT_READ'] }))).text.en);
    }
    expect(why.map((text) => /cannot be mapped: (.*); name a file/.exec(text)?.[1])).toEqual([
      'it does not exist',
      'it is empty',
      'it is a directory',
      'it is not a regular file',
      'a path has no zero byte in it',
    ]);
    chmodSync(file.path, 0o600);
    expect(await bench.add({ backing: ofFile(file.path), protection: ['PROT_READ'] })).toBe(1);
    expect(bench.lab.reader.of('step')).toHaveLength(1);
  });

  it('are mapped read-only when shared: what would change them is refused by the kernel and explained', async () => {
    using file = withFile(3 * 4096 + 5);
    await using bench = await Bench.open();
    expect(await bench.add({ backing: ofFile(file.path), protection: ['PROT_READ', 'PROT_WRITE'] })).toBeUndefined();
    const refused = bench.lab.reader.of('step').at(-1)?.step;
    expect(refused).toMatchObject({ call: 'mmap', errno: 'EACCES' });
    expect(descriptorsOf(file.path)).toBe(0);
    const tooLarge = bench.add({ backing: ofFile(file.path), size: { bytes: 2 ** 40 }, protection: ['PROT_READ'] });
    expect((await problemOf(tooLarge)).text.en).toContain('too large to be shown');
    expect(descriptorsOf(file.path)).toBe(0);
    const region = (await bench.add({ backing: ofFile(file.path), protection: ['PROT_READ'] })) ?? 0;
    expect(region).toBe(2);
    expect(bench.region(region)).toMatchObject({ pages: 4, label: 'B' });
    const step = await bench.act(region, write, [0, 4]);
    expect(step).toMatchObject({ errno: 'EFAULT', returned: -1 });
    expect(step.outcome?.en).toContain('page 0 is PROT_READ; a plain access would be SIGSEGV');
    expect((await bench.act(region, read, [0, 4])).returned).toBe(4);
    expect(descriptorsOf(file.path)).toBe(1);
    await bench.remove(region);
    expect(descriptorsOf(file.path)).toBe(0);
    expect(file.read().every((byte) => byte === 7)).toBe(true);
  });

  it('that are shorter than asked have pages past the end, which cannot be touched and say so', async () => {
    using file = withFile(2 * 4096);
    await using bench = await Bench.open();
    const request = { backing: ofFile(file.path), size: { pages: 6 }, protection: ['PROT_READ' as const] };
    const region = (await bench.add(request)) ?? 0;
    const step = await bench.act(region, read, [0, 6]);
    expect(step).toMatchObject({ errno: 'EFAULT', calls: { made: 1, refused: 1 } });
    expect(step.outcome?.en).toContain('2 of 6 pages touched');
    expect(step.outcome?.en).toContain('page 2 lies past the end of the file, which has 8192 bytes now');
    expect(step.outcome?.zh).toContain('第 2 页超出文件末尾，文件现有 8192 字节');
    const locked = await bench.act(region, { kind: 'mlock' }, [0, 6]);
    expect([locked.errno, locked.outcome?.en]).toEqual(['ENOMEM', expect.stringContaining('page 2 lies past the end')]);
  });

  it('that shrink and grow under us end no process: touched, wiped, locked and populated past their end', async () => {
    using file = withFile(8 * 4096);
    await using bench = await Bench.open();
    const region = (await bench.add({ backing: ofFile(file.path, 'private') })) ?? 0;
    await bench.act(region, read, [0, 8]);
    truncateSync(file.path, 4096);
    for (const tool of [
      write,
      { kind: 'explicit_bzero' },
      { kind: 'madvise', advice: 'MADV_POPULATE_WRITE' },
      { kind: 'mlock' },
    ] satisfies Tool[]) {
      const step = await bench.act(region, tool, [0, 8]);
      expect(['EFAULT', 'ENOMEM'], tool.kind).toContain(step.errno);
      expect(step.outcome?.en, tool.kind).toContain('page 1 lies past the end of the file, which has 4096 bytes now');
    }
    appendFileSync(file.path, Buffer.alloc(8 * 4096, 7));
    await bench.act(region, { kind: 'munlock' }, [0, 8]);
    expect((await bench.act(region, write, [0, 8])).errno).toBeNull();
    expect(file.read().at(-1)).toBe(7);
  });
});

describe('memory', () => {
  it('of an inline workbench ends at 64 MiB, and the sentence says where there is more', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16_000);
    const problem = await problemOf(bench.anonymous(400));
    expect(problem.text.en).toContain('may have 64 MiB');
    expect(problem.text.en).toContain('open the workbench in its own process');
    await bench.remove(region);
    await bench.anonymous(400);
  });

  it.each(['inline', 'isolated'] as const)('is taken of the host’s budget and given back, %s', async (placement) => {
    const budget = new Budget(4 * 1024 * 1024);
    await using bench = await Bench.open(placement, {}, budget);
    const region = await bench.anonymous(1000);
    const problem = await problemOf(bench.anonymous(100));
    expect([problem.kind, problem.text.en]).toEqual([
      'over-budget',
      'The region would commit 400 KiB, and the memory budget is 4 MiB, of which 3.9 MiB is in use; choose less, or raise it with PAGESCOPE_BUDGET_MIB (in MiB).',
    ]);
    await bench.remove(region);
    await bench.anonymous(100);
    await bench.lab.service.close({ session: bench.session }, never);
    budget.take(4 * 1024 * 1024, { en: '', zh: '' })[Symbol.dispose]();
  });

  it.each(['inline', 'isolated'] as const)(
    'of a region that is removed before its number was told is given back, %s',
    async (placement) => {
      const budget = new Budget(4 * 1024 * 1024);
      await using bench = await Bench.open(placement, {}, budget);
      for (let region = 1; region <= 20; region++) await Promise.all([bench.anonymous(500), bench.remove(region)]);
      budget.take(4 * 1024 * 1024, { en: '', zh: '' })[Symbol.dispose]();
    },
  );

  it('is wanted for all of the process where mlockall brings all of it in, and not where it is on fault or for later', async () => {
    await using bench = await Bench.open('isolated', {}, new Budget(256 * 1024 ** 2));
    const lock = (...flags: MclFlag[]) => bench.onProcess({ kind: 'mlockall', flags });
    const problem = await problemOf(lock('MCL_CURRENT'));
    expect([problem.kind, problem.text.en]).toEqual([
      'over-budget',
      expect.stringMatching(/^mlockall would commit 768 MiB/),
    ]);
    expect((await problemOf(lock('MCL_CURRENT', 'MCL_FUTURE'))).kind).toBe('over-budget');
    for (const flags of [['MCL_CURRENT', 'MCL_ONFAULT'], ['MCL_FUTURE'], ['MCL_FUTURE', 'MCL_ONFAULT']] as const) {
      const step = await lock(...flags);
      expect([step.call, step.arguments]).toEqual(['mlockall', { flags: flags.join('|') }]);
    }
    // Nothing of it is kept taken.
    await bench.anonymous(60_000);
  });

  it('is not taken by more than 128 regions, each of which has to be looked at', async () => {
    await using bench = await Bench.open();
    for (let region = 1; region <= 128; region++) await bench.anonymous(1);
    expect((await problemOf(bench.anonymous(1))).text.en).toContain('has 128 regions, which is the most');
    await bench.remove(7);
    expect(await bench.anonymous(1)).toBe(129);
  });

  it('is all released when the workbench is closed, and what was still to be done is not done', async () => {
    const bench = await Bench.open();
    await bench.add({ backing: { kind: 'shared' }, size: { pages: 1013 } });
    await bench.anonymous(1013);
    const regions = bench.lab.reader.of('region').map(({ region }) => region);
    const late = Array.from({ length: 50 }, () =>
      bench.act(1, write, [0, 1013]).catch((error: Error) => error.message),
    );
    await bench.lab.service.close({ session: bench.session }, never);
    expect(await Promise.all(late)).toContain('This workbench was closed.');
    expect(regions.some((region) => isMapped(region))).toBe(false);
    expect(bench.lab.reader.of('released')).toHaveLength(2);
    await bench[Symbol.asyncDispose]();
  });
});
