import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Haystack } from '../../../native/calls/memmem.ts';
import { seekData, seekHole } from '../../../native/calls/seek-data.ts';
import { procStat } from '../../../native/proc/proc-stat.ts';

const mebibyte = 1 << 20;
let folder = '';
let fd = -1;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-holes-'));
  fd = openSync(join(folder, 'file'), 'w+');
  ftruncateSync(fd, 8 * mebibyte);
  writeSync(fd, new Uint8Array(mebibyte).fill(1), 0, mebibyte, 2 * mebibyte);
});
afterAll(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

describe('lseek', () => {
  it('finds data and holes, and answers ENXIO after the last data', (context) => {
    const first = seekData(fd, 0);
    if (first.returned === 0) context.skip(`the file system of ${folder} keeps no holes`);
    expect(first.returned).toBe(2 * mebibyte);
    expect(seekHole(fd, 2 * mebibyte).returned).toBe(3 * mebibyte);
    expect(seekData(fd, 3 * mebibyte).errno).toBe('ENXIO');
    expect(seekData(-1, 0).errno).toBe('EBADF');
  });
});

describe('Haystack', () => {
  const bytes = new Uint8Array(4096);
  bytes.set([1, 2, 3], 100);
  bytes.set([1, 2, 3], 4093);
  const haystack = new Haystack(bytes);
  const needle = Uint8Array.of(1, 2, 3);

  it('finds the first occurrence that is wholly within the slice', () => {
    expect(haystack.indexOf(needle, 0, 4096)).toBe(100);
    expect(haystack.indexOf(needle, 101, 4096)).toBe(4093);
    expect(haystack.indexOf(needle, 101, 4095)).toBe(-1);
    expect(haystack.indexOf(needle, 4096, 4096)).toBe(-1);
  });

  it('refuses a slice that is not within it, and bytes that the collector may move', () => {
    expect(() => haystack.indexOf(needle, 0, 4097)).toThrow(RangeError);
    expect(() => haystack.indexOf(needle, 10, 9)).toThrow(RangeError);
    expect(() => new Haystack(new Uint8Array(64))).toThrow(RangeError);
  });
});

describe('procStat', () => {
  it('tells when a process began and that it runs, and ENOENT of none', () => {
    const own = procStat();
    expect(own.errno === null && own.state).toMatch(/[RS]/);
    expect(own.errno === null && own.startTicks > 0).toBe(true);
    expect(procStat(4_194_303).errno).toBe('ENOENT');
  });
});
