import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../protocol/report.ts';
import { Running } from '../../support/pagescope.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-overlay-'));
const there = join(folder, 'merged');

/** Runs a command in a mount namespace of its own, where `there` is an overlayfs, as the root of a container is. */
const onOverlay = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount -t overlay overlay -o lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work ${there} && exec "$@"`,
  'sh',
];
let whyNot = '';

beforeAll(() => {
  chmodSync(folder, 0o755);
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name));
  const [command = '', ...words] = onOverlay;
  const { status, stderr } = spawnSync(command, [...words, 'true'], { encoding: 'utf8' });
  if (status !== 0) whyNot = `no overlayfs can be mounted here: ${stderr.trim() || 'it needs root'}`;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('on overlayfs, where cachestat answers 0 of a file that is all cached', () => {
  it.for(['file-cache', 'reclaim'])('%s holds what mincore witnessed', { timeout: 60_000 }, async (id, context) => {
    if (whyNot) context.skip(whyNot);
    const running = new Running(['run', id, '--json'], { prefix: onOverlay, env: { TMPDIR: there } });
    const { stdout, stderr } = await running.ended;
    const { claims, steps }: Report = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(claims.filter(({ status }) => status === 'failed')).toEqual([]);
    // A file of this experiment that is in memory right after it was made, and gone when it was evicted.
    const looks = steps.filter(({ call }) => call === 'mincore').map(({ outcome = '' }) => outcome);
    expect(looks.some((look) => !look.startsWith('0 of'))).toBe(true);
    const skipped = claims
      .filter(({ status }) => status === 'skipped')
      .map(({ id: claim, reason }) => `${claim}: ${reason}`);
    expect(skipped).toEqual([]);
  });
});
