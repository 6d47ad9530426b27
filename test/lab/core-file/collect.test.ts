import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { collectCore, expectCore, noteCore } from '../../../lab/core-file/collect.ts';
import type { CollectedCore } from '../../../lab/core-file/collected-core.ts';
import { CoreFolder } from '../../../lab/core-file/core-folder.ts';
import { type CoreSource, coreSource } from '../../../lab/core-file/core-source.ts';
import { noRoom } from '../../../lab/core-file/disk-space.ts';
import { gcore } from '../../../lab/core-file/gcore.ts';
import { searchCore } from '../../../lab/core-file/search-core.ts';
import { grepCount } from '../../support/build-core.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { searchFor, type TwoPages, TwoPagesProgram } from '../../support/two-pages.ts';

const never = new AbortController().signal;
const signalOf = (milliseconds: number) => AbortSignal.timeout(milliseconds);

let program: TwoPagesProgram | undefined;
const started: TwoPages[] = [];
beforeAll(() => {
  try {
    program = new TwoPagesProgram();
  } catch {
    // skipWithoutCompiler says so in each test.
  }
});
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => program?.[Symbol.dispose]());

/** The two pages, started as each test needs it; skips where there is no compiler. */
async function start(context: TestContext, ...words: Parameters<TwoPagesProgram['start']>): Promise<TwoPages> {
  skipWithoutCompiler(context);
  if (!program) throw new Error('two-pages.c was not compiled.');
  const pages = await program.start(...words);
  started.push(pages);
  return pages;
}

/** The kernel's own file, by a pattern that starts in the working directory; skips elsewhere. */
function relativeSource(context: TestContext): Extract<CoreSource, { kind: 'file' }> {
  const source = coreSource();
  if (source.kind === 'none') context.skip(`no core files here: ${source.reason.en} ${source.enable}`);
  if (source.kind !== 'file' || source.pattern.startsWith('/')) context.skip('core files go elsewhere on this machine');
  else return source;
  throw new Error('skipped');
}

async function expected(source: Extract<CoreSource, { kind: 'file' }>, folder: CoreFolder) {
  const found = await expectCore(source, folder);
  if ('refused' in found) throw new Error(found.refused.en);
  return found;
}

function there(core: Awaited<ReturnType<typeof collectCore>>): CollectedCore {
  if ('refused' in core) throw new Error(core.refused.en);
  return core;
}

describe('collectCore', () => {
  it('finds the kernel’s core file, with the don’t-dump page there and empty, and deletes it', async (context) => {
    const source = relativeSource(context);
    const folder = await CoreFolder.make();
    const expectation = await expected(source, folder);
    const pages = await start(context, 'abort', folder.path);
    const core = there(await collectCore(pages.pid, expectation, never));
    const result = await searchCore(core.path, searchFor(pages));
    expect(core.route).toBe('file');
    expect(result.truncated).toBe(false);
    for (const { marker, count } of result.found) {
      const bytes = pages.markers.find(({ region }) => region === marker)?.bytes ?? new Uint8Array();
      expect(grepCount(core.path, bytes)).toBe(count);
    }
    expect(result.mappings.filter(({ region }) => region !== undefined)).toMatchObject([
      { region: 1, memoryBytes: 4096, fileBytes: 4096, hits: [{ marker: 1, count: 1 }] },
      { region: 2, memoryBytes: 4096, fileBytes: 0, hits: [] },
    ]);
    expect(result.found).toEqual([
      { marker: 1, count: 1 },
      { marker: 2, count: 0 },
    ]);
    await core[Symbol.asyncDispose]();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('says that a core file was cut short by its limit, and searches what is there', async (context) => {
    const source = relativeSource(context);
    const folder = await CoreFolder.make();
    const expectation = await expected(source, folder);
    const pages = await start(context, 'abort', folder.path, '16');
    await using core = there(await collectCore(pages.pid, expectation, never));
    expect((await searchCore(core.path, searchFor(pages))).truncated).toBe(true);
  });

  it('says so when no core file was written, and leaves no folder', async (context) => {
    const source = relativeSource(context);
    const folder = await CoreFolder.make();
    const expectation = await expected(source, folder);
    const pages = await start(context, 'abort', folder.path, '0');
    expect(await collectCore(pages.pid, expectation, never)).toMatchObject({ why: 'not-written' });
    expect(existsSync(folder.path)).toBe(false);
  });

  it('neither takes nor deletes an older file of the same name, and refuses to have it overwritten', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'pagescope-shared-'));
    const older = join(shared, 'core');
    writeFileSync(older, 'of somebody else');
    try {
      const source = { kind: 'file' as const, pattern: older };
      await using folder = await CoreFolder.make();
      expect(await expectCore(source, folder)).toMatchObject({ why: 'would-overwrite' });
      const pid = 2 ** 22 - 1;
      const since = { source, folder, sinceMs: Date.now() - 1000 };
      expect(await collectCore(pid, since, never)).toMatchObject({ why: 'not-ours' });
      expect(existsSync(older)).toBe(true);
    } finally {
      rmSync(shared, { recursive: true });
    }
  });

  it('follows no link, also to a core file that would be the right one', async (context) => {
    const source = relativeSource(context);
    const elsewhere = mkdtempSync(join(tmpdir(), 'pagescope-elsewhere-'));
    try {
      const folder = await CoreFolder.make();
      const expectation = await expected(source, folder);
      const pages = await start(context, 'abort', elsewhere);
      if (pages.child.signalCode === null) await once(pages.child, 'exit');
      const [name = ''] = readdirSync(elsewhere);
      symlinkSync(join(elsewhere, name), join(folder.path, name));
      expect(await collectCore(pages.pid, expectation, never)).toMatchObject({ why: 'not-ours' });
      expect([existsSync(folder.path), readdirSync(elsewhere)]).toEqual([false, [name]]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it('deletes everything when it is told to stop', async (context) => {
    const source = relativeSource(context);
    const folder = await CoreFolder.make();
    const pages = await start(context, 'wait', folder.path);
    const collecting = collectCore(pages.pid, await expected(source, folder), signalOf(50));
    await expect(collecting).rejects.toThrow(/timeout/);
    expect(existsSync(folder.path)).toBe(false);
  });

  it('gives up after its patience, in a sentence', async (context) => {
    const source = relativeSource(context);
    const folder = await CoreFolder.make();
    const pages = await start(context, 'wait', folder.path);
    const result = await collectCore(pages.pid, await expected(source, folder), never, 50);
    expect(result).toMatchObject({ why: 'not-found' });
  });
});

describe('noRoom', () => {
  it('names what the core file may take and what is left, and nothing where it fits', async () => {
    expect(await noRoom(tmpdir(), 1)).toBeUndefined();
    expect((await noRoom(tmpdir(), 2 ** 60))?.en).toMatch(/may take 1048576 TiB, and \S+ has [\d.]+ [KMGT]iB left/);
  });
});

describe('CoreFolder', () => {
  it('sweeps what a killed process left, also its core file elsewhere, and nothing of the living', async (context) => {
    const source = relativeSource(context);
    await using own = await CoreFolder.make();
    const [, namespace] = /pagescope-core-(\d+)-/.exec(basename(own.path)) ?? [];
    const dead = join(dirname(own.path), `pagescope-core-${namespace}-4194303-1-abcdef`);
    const link = join(dirname(own.path), `pagescope-core-${namespace}-4194303-2-abcdef`);
    const elsewhere = mkdtempSync(join(tmpdir(), 'pagescope-elsewhere-'));
    try {
      const folder = await CoreFolder.make();
      symlinkSync(elsewhere, link);
      const absolute = { kind: 'file' as const, pattern: join(elsewhere, source.pattern) };
      const sinceMs = Date.now();
      const pages = await start(context, 'abort', elsewhere);
      noteCore(pages.pid, { source: absolute, folder, sinceMs });
      renameSync(folder.path, dead);
      if (pages.child.signalCode === null) await once(pages.child, 'exit');
      expect(readdirSync(elsewhere)).toHaveLength(1);
      writeFileSync(join(elsewhere, 'other'), 'stays');
      await using _next = await CoreFolder.make();
      expect(existsSync(dead)).toBe(false);
      expect(readdirSync(elsewhere)).toEqual(['other']);
      expect(existsSync(own.path)).toBe(true);
    } finally {
      rmSync(link, { force: true });
      rmSync(dead, { recursive: true, force: true });
      rmSync(elsewhere, { recursive: true });
    }
  });
});

describe('gcore', () => {
  it('leaves the don’t-dump page out, with no header for it; with -a it is in', async (context) => {
    const pages = await start(context, 'wait', tmpdir());
    for (const all of [false, true]) {
      const folder = await CoreFolder.make();
      const core = await gcore(pages.pid, { all, folder, signal: never });
      if ('refused' in core) context.skip(core.refused.en);
      else {
        const { found, mappings } = await searchCore(core.path, searchFor(pages));
        expect(found.map(({ count }) => count)).toEqual([1, all ? 1 : 0]);
        expect(mappings.some(({ region }) => region === 2)).toBe(all);
        expect(grepCount(core.path, pages.markers[1]?.bytes ?? new Uint8Array())).toBe(all ? 1 : 0);
        await core[Symbol.asyncDispose]();
        expect(existsSync(folder.path)).toBe(false);
      }
    }
  });

  it('refuses in a sentence a process that is not there', async () => {
    const folder = await CoreFolder.make();
    const result = await gcore(4_194_303, { all: false, folder, signal: never });
    expect('refused' in result && result.why).toMatch(/failed|no-program/);
    expect(existsSync(folder.path)).toBe(false);
  });
});
