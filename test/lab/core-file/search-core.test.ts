import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forget, searchCore } from '../../../lab/core-file/search-core.ts';
import { coreFileSchema } from '../../../protocol/events.ts';
import { ProblemError } from '../../../protocol/problem.ts';
import { buildCore, grepCount, type MadeSegment, marker, writeCoreOf } from '../../support/build-core.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { placesInMemory } from '../../support/process-memory.ts';
import { searchFor } from '../../support/two-pages.ts';

const searchChild = fileURLToPath(new URL('../../support/search-child.ts', import.meta.url));
const mebibyte = 1 << 20;
const bytes = marker();
const search = searchFor({ markers: [{ region: 1, bytes }], regions: [] });

let folder = '';
let path = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-search-'));
  path = join(folder, 'core');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const one = (fileBytes: number): MadeSegment => ({ address: 0x10000n, memoryBytes: fileBytes, fileBytes });
const countOf = (found: readonly { marker: number; count: number }[]) => found[0]?.count;

describe('searchCore', () => {
  it('finds a marker wherever it lies: across blocks and slices, at both ends, and beside holes', async () => {
    const slice = 128 * 1024;
    const places = [
      0,
      4096 - 7,
      slice - 5,
      7 * slice - 31,
      mebibyte - 4096 - 1,
      3 * mebibyte - 4096 - 16,
      5 * mebibyte - 32,
    ];
    const filler = new Uint8Array(5 * mebibyte).fill(120);
    buildCore(path, [one(5 * mebibyte)], [{ at: 0, bytes: filler }, ...places.map((at) => ({ at, bytes }))]);
    const result = await searchCore(path, search);
    expect(countOf(result.found)).toBe(places.length);
    expect(grepCount(path, bytes)).toBe(places.length);
    expect(result.mappings[0]?.hits).toEqual([{ marker: 1, count: places.length }]);
    expect(coreFileSchema.safeParse({ id: 1, ...result }).success).toBe(true);
  });

  it('skips holes, and finds what ends and begins in one', async () => {
    const zeros = new Uint8Array(128).fill(9, 0, 20);
    zeros.fill(0, 5, 8);
    const ending = zeros.slice(0, 32);
    const beginning = new Uint8Array(128).fill(0).fill(3, 20, 32).subarray(0, 32);
    const size = 1 << 30;
    const at = 512 * mebibyte;
    buildCore(
      path,
      [one(size)],
      [
        { at: at + 4096 - 20, bytes: ending.subarray(0, 20) },
        { at: at + 64 * mebibyte, bytes: beginning.subarray(20) },
        { at: size - 32, bytes },
      ],
    );
    const markers = [
      { region: 1, bytes },
      { region: 2, bytes: ending },
      { region: 3, bytes: beginning },
    ];
    const result = await searchCore(path, { ...search, markers });
    expect(result.found.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(result.apparentBytes).toBeGreaterThan(size);
    expect(result.searchedBytes).toBeLessThan(mebibyte);
    expect(result.diskBytes).toBeLessThan(mebibyte);
  });

  it('says which mapping a hit lies in, and shows one that has no bytes in the file', async () => {
    const segments = [
      { address: 0x10000n, memoryBytes: 8192, fileBytes: 8192 },
      { address: 0x20000n, memoryBytes: 4096, fileBytes: 0 },
      { address: 0x30000n, memoryBytes: 8192, fileBytes: 4096 },
    ];
    buildCore(path, segments, [
      { at: 4096 + 5, bytes },
      { at: 8192 + 4096 - 32, bytes },
    ]);
    const regions = [
      { id: 1, address: 0x11000n, lengthBytes: 4096 },
      { id: 2, address: 0x20000n, lengthBytes: 4096 },
    ];
    const { mappings } = await searchCore(path, { ...search, regions });
    expect(mappings).toEqual([
      { address: '0x10000', memoryBytes: 4096, fileBytes: 4096, hits: [] },
      { address: '0x11000', memoryBytes: 4096, fileBytes: 4096, region: 1, hits: [{ marker: 1, count: 1 }] },
      { address: '0x20000', memoryBytes: 4096, fileBytes: 0, region: 2, hits: [] },
      { address: '0x30000', memoryBytes: 8192, fileBytes: 4096, hits: [{ marker: 1, count: 1 }] },
    ]);
  });

  it('joins what nobody looks at of 70 000 mappings, and keeps regions and hits', async () => {
    const count = 70_000;
    const segments = Array.from({ length: count }, (_, index) => ({
      address: BigInt(0x10000 + index * 8192),
      memoryBytes: 4096,
      fileBytes: index % 2 === 0 ? 512 : 0,
    }));
    buildCore(path, segments, [{ at: 512 * 20_000, bytes }]);
    const regions = [{ id: 7, address: BigInt(0x10000 + 301 * 8192), lengthBytes: 4096 }];
    const { mappings, found } = await searchCore(path, { ...search, regions });
    expect(countOf(found)).toBe(1);
    expect(mappings.length).toBeLessThanOrEqual(512);
    expect(mappings.length).toBeGreaterThan(300);
    expect(mappings.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)).toBe(count * 4096);
    expect(mappings.filter(({ hits }) => hits.length > 0)).toMatchObject([
      { address: `0x${(0x10000 + 40_000 * 8192).toString(16)}` },
    ]);
    expect(mappings.filter(({ region }) => region === 7)).toMatchObject([{ memoryBytes: 4096, fileBytes: 0 }]);
  });

  it('searches what is there of a file that was cut short, and says that it was', async () => {
    buildCore(
      path,
      [one(3 * mebibyte)],
      [
        { at: 5, bytes },
        { at: 2 * mebibyte, bytes },
      ],
    );
    expect((await searchCore(path, search)).truncated).toBe(false);
    truncateSync(path, mebibyte);
    expect(await searchCore(path, search)).toMatchObject({ truncated: true, found: [{ marker: 1, count: 1 }] });
    truncateSync(path, 100);
    expect(await searchCore(path, search)).toMatchObject({ truncated: true, mappings: [] });
  });

  it.each([
    ['is empty', '', /it is empty/],
    [
      'is a text',
      'hello, this is no core file at all, and it is long enough to have a header',
      /does not begin as an ELF file/,
    ],
    ['ends within its header', '\x7fELF\x02\x01\x01', /ends within its header/],
    ['is of a 32-bit process', `\x7fELF\x01\x01\x01${'\0'.repeat(64)}`, /not of a 64-bit process/],
    ['is big-endian', `\x7fELF\x02\x02\x01${'\0'.repeat(64)}`, /not of a little-endian machine/],
    ['is a program', `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02${'\0'.repeat(64)}`, /an ELF file of another kind/],
  ])('refuses in one sentence a file that %s', async (_, content, sentence) => {
    writeFileSync(path, content, 'latin1');
    await expect(searchCore(path, search)).rejects.toThrow(sentence);
  });

  it('refuses a file that is not there, and a marker that is everywhere', async () => {
    await expect(searchCore(join(folder, 'none'), search)).rejects.toThrow(/cannot be read \(ENOENT\)/);
    const markers = [{ region: 1, bytes: new Uint8Array(32) }];
    await expect(searchCore(path, { ...search, markers })).rejects.toThrow(RangeError);
  });

  it('neither crashes nor hangs on headers that are garbage', async () => {
    const good = join(folder, 'good');
    buildCore(good, [one(8192), { ...one(4096), address: 0x90000n }], [{ at: 100, bytes }]);
    const size = statSync(good).size;
    const damage = fc.array(fc.tuple(fc.integer({ min: 16, max: 175 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 0, max: size }), async (writes, length) => {
        const content = readFileSync(good);
        for (const [at, value] of writes) content[at] = value;
        writeFileSync(path, content.subarray(0, length));
        try {
          const result = await searchCore(path, search);
          expect(countOf(result.found)).toBe(length >= 4096 + 132 ? 1 : 0);
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells how far it is, and stops when it is told to', async () => {
    buildCore(path, [one(64 * mebibyte)], [{ at: 0, bytes: new Uint8Array(64 * mebibyte).fill(1) }]);
    const told: number[][] = [];
    await searchCore(path, { ...search, onProgress: (done, total) => told.push([done, total]) });
    const size = statSync(path).size;
    expect(told.at(-1)).toEqual([size, size]);
    const stop = new AbortController();
    const stopped = searchCore(path, { ...search, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
  });

  it('says that it was cut of a file that becomes shorter while it is searched', async () => {
    const filler = { at: 0, bytes: new Uint8Array(8 * mebibyte).fill(1) };
    buildCore(path, [one(8 * mebibyte)], [filler, { at: 5, bytes }]);
    // So that progress is told after the first block.
    using _ = fastClock(100);
    let told = 0;
    const onProgress = () => {
      if (told++ === 0) truncateSync(path, 3 * mebibyte);
    };
    const result = await searchCore(path, { ...search, onProgress });
    expect(result).toMatchObject({ truncated: true, found: [{ marker: 1, count: 1 }] });
    expect(result.searchedBytes).toBeLessThanOrEqual(3 * mebibyte);
  });

  it('leaves no descriptor open, whatever comes of the search', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    buildCore(path, [one(3 * mebibyte)], [{ at: 0, bytes: new Uint8Array(3 * mebibyte).fill(1) }]);
    const before = open();
    await searchCore(path, search);
    await expect(searchCore(path, { ...search, signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
    await expect(searchCore(folder, search)).rejects.toThrow(/EISDIR/);
    writeFileSync(path, 'a text');
    await expect(searchCore(path, search)).rejects.toThrow(/does not begin as an ELF file/);
    expect(open()).toBe(before);
  });

  it('keeps nothing of what it read: the marker stands nowhere in the memory of the process that searched', async () => {
    const markerFile = join(folder, 'marker');
    writeFileSync(markerFile, bytes);
    // In both blocks: at the end of one and the beginning of the next.
    buildCore(
      path,
      [one(2 * mebibyte)],
      [
        { at: 0, bytes: new Uint8Array(2 * mebibyte).fill(1) },
        { at: mebibyte - 64 * 1024, bytes },
        { at: 2 * mebibyte - 64 * 1024, bytes },
      ],
    );
    const registers = join(folder, 'registers');
    writeCoreOf(1, registers, bytes);
    const child = spawn(process.execPath, [searchChild, markerFile, path, registers], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [counts] = await once(child.stdout, 'data');
      expect(JSON.parse(String(counts))).toEqual([2, 1]);
      expect(placesInMemory(child.pid ?? 0, [bytes])).toEqual([[]]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('forgets a marker', () => {
    const secret = marker();
    forget(secret);
    expect(secret.every((byte) => byte === 0)).toBe(true);
  });
});
