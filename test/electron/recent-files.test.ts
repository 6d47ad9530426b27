import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RecentFiles } from '../../electron/recent-files.ts';
import { addressOfFile, fileOfAddress } from '../../protocol/recording-address.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-recent-'));
afterAll(() => rmSync(folder, { recursive: true }));

const made = (name: string): string => {
  const file = join(folder, name);
  writeFileSync(file, '');
  return file;
};

it('remembers ten files, the newest first and each once, without those that are gone', () => {
  const kept = join(folder, 'of', 'recent.json');
  const files = Array.from({ length: 12 }, (_, index) => made(`${index}.pagescope`));
  const recent = new RecentFiles(kept);
  expect(files.map((file) => recent.add(file))).toEqual(files.map(() => true));
  const newest = files.toReversed().slice(0, 10);
  expect(recent.shown).toEqual(newest);
  expect(recent.add(newest[0] ?? '')).toBe(false);
  expect(recent.add('run.pagescope')).toBe(false);
  recent.add(newest[4] ?? '');
  rmSync(newest[0] ?? '');
  expect(new RecentFiles(kept).shown).toEqual([newest[4], ...newest.filter((_, index) => index !== 4).slice(1)]);
  recent.clear();
  expect(new RecentFiles(kept).shown).toEqual([]);
});

it('begins anew where its file is damaged, and goes on where it cannot be written', () => {
  const damaged = made('damaged.json');
  writeFileSync(damaged, '{"nonsense');
  const recent = new RecentFiles(damaged);
  expect(recent.shown).toEqual([]);
  const unwritable = new RecentFiles(join(damaged, 'below-a-file'));
  const file = made('one.pagescope');
  expect(unwritable.add(file)).toBe(true);
  expect(unwritable.shown).toEqual([file]);
});

it('knows the file of an address, at any step of it, and none of two that are compared or of another place', () => {
  const file = '/tmp/a b/運行?.pagescope';
  expect(fileOfAddress(addressOfFile(file, 3))).toBe(file);
  expect(fileOfAddress(addressOfFile(file))).toBe(file);
  for (const hash of ['#/recordings', '#/recordings/a/b', '#/first-touch', '', '#/recordings/%zz'])
    expect(fileOfAddress(hash), hash).toBeUndefined();
});
