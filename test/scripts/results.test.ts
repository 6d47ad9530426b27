import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readResults, summary } from '../../scripts/results.mjs';

describe('the end of npm test', () => {
  test('is the total in one plain line, after what was skipped, tried again, and failed', () => {
    const lines = summary([
      { name: 'a', status: 'passed' },
      { name: 'b', status: 'skipped', reason: 'no swap on this machine' },
      { name: 'c', status: 'failed' },
      { name: 'd', status: 'passed' },
      { name: 'e', status: 'passed', again: 'expected 1 to be 2\nand more' },
    ]).split('\n');
    expect(lines).toEqual([
      'Skipped:',
      '  b: no swap on this machine',
      'Passed when they were tried again:',
      '  e: expected 1 to be 2',
      'Failed:',
      '  c',
      '3 passed, 1 failed, 1 skipped',
    ]);
  });

  test('names the packages that skipped tests ask for, once and in one line', () => {
    const skipped = (reason: string) => ({ name: 'a', status: 'skipped', reason }) as const;
    const lines = (...reasons: string[]) => summary(reasons.map(skipped)).split('\n');
    expect(
      lines('there is no musl-gcc here (apt install musl-tools)', 'no swap', 'no cc (apt install gcc libc6-dev)'),
    ).toContain('On Debian 2 of these tests run after: apt install gcc libc6-dev musl-tools');
    expect(lines('zsh is not installed (apt install zsh)')).toContain(
      'On Debian one of these tests runs after: apt install zsh',
    );
    expect(lines('no swap').join()).not.toContain('Debian');
  });

  test('says so when a skipped test gives no reason', () => {
    expect(summary([{ name: 'a', status: 'skipped', reason: undefined }])).toContain('a: no reason given');
  });
});

describe("a runner's results", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pagescope-results-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('count one failure when the runner ended before it wrote any', () => {
    const results = readResults(join(folder, 'none.json'), 'unit', 139);
    expect(results).toEqual([{ name: 'unit: the runner ended with status 139', status: 'failed' }]);
  });

  test('count one failure when the runner failed although every test passed', async () => {
    const file = join(folder, 'some.json');
    await writeFile(file, JSON.stringify([{ name: 'a', status: 'passed' }]));
    expect(readResults(file, 'unit', 1).map(({ status }) => status)).toEqual(['passed', 'failed']);
  });

  test('are as written when a test failed', async () => {
    const file = join(folder, 'some.json');
    await writeFile(file, JSON.stringify([{ name: 'a', status: 'failed' }]));
    expect(readResults(file, 'unit', 1)).toHaveLength(1);
  });
});
