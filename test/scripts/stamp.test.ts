import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashOf } from '../../scripts/stamp.mjs';

let folder: string;
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagescope-stamp-'));
  await mkdir(join(folder, 'deep'));
  source = join(folder, 'deep', 'a.ts');
  await writeFile(source, 'const a = 1;');
});
afterEach(() => rm(folder, { recursive: true }));

test('sources are fresh when only their times changed', async () => {
  const before = hashOf([folder]);
  await utimes(source, 0, 0);
  expect(hashOf([folder])).toBe(before);
});

test('sources are stale when a file below them changed', async () => {
  const before = hashOf([folder]);
  await writeFile(source, 'const a = 2;');
  expect(hashOf([folder])).not.toBe(before);
});

test('sources are stale when a file was added or removed', async () => {
  const before = hashOf([folder]);
  await writeFile(join(folder, 'deep', 'b.ts'), '');
  const added = hashOf([folder]);
  expect(added).not.toBe(before);
  await rm(source);
  expect(hashOf([folder])).not.toBe(added);
});
