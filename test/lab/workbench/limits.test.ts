import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { getrlimit, RLIMIT } from '../../../native/calls/resource.ts';
import type { Step } from '../../../protocol/events.ts';
import { type User, whoMayLockNothing, withMemlock } from '../users.ts';

const entry = fileURLToPath(new URL('./as-user.ts', import.meta.url));
const run = promisify(execFile);

const result = { errno: null };
const region = (kind: string, pages: number) => ({
  deed: { kind: 'add', region: { backing: { kind }, size: { pages }, protection: ['PROT_READ', 'PROT_WRITE'] } },
  result,
});
const act = (kind: string, ...pages: number[]) => ({ deed: { kind: 'act', region: 1, tool: { kind }, pages }, result });

/** The steps of these deeds, done by this user, and how many pages of each region are locked then. */
async function doneBy(user: User, ...deeds: readonly object[]): Promise<{ steps: Step[]; locked: number[] }> {
  const [command = '', ...words] = [...user.prefix, process.execPath, entry, JSON.stringify(deeds)];
  const env = { ...process.env, HOME: tmpdir() };
  return JSON.parse((await run(command, words, { maxBuffer: 1 << 26, env })).stdout);
}

describe('a user who may lock little', () => {
  const user = withMemlock(64 * 1024);

  it('locks up to the limit; what goes beyond is refused as a whole, with the sum and the fix', async () => {
    const { steps, locked } = await doneBy(
      user,
      region('anonymous', 40),
      act('mlock', 0, 10),
      act('mlock', 10, 10, 30, 4),
    );
    const [within, beyond] = steps.slice(-2);
    expect(within?.errno).toBeNull();
    expect(beyond).toMatchObject({ errno: 'ENOMEM', calls: { made: 2, refused: 1 } });
    expect(beyond?.outcome?.en).toContain('1 of 2 calls done; first refused: pages 10–19');
    expect(beyond?.diagnosis?.text.en).toContain('VmLck 40 KiB + 40 KiB > 64 KiB');
    // The soft limit alone is in the way, where the hard one has room for what is locked and what was asked for.
    const limit = getrlimit(RLIMIT.MEMLOCK);
    if (limit.errno !== null) throw new Error(limit.errno);
    if (limit.hard === 'unlimited' || limit.hard >= 80n * 1024n) expect(beyond?.diagnosis?.fix).toBe('ulimit');
    else expect(beyond?.diagnosis?.fix).not.toBe('ulimit');
    expect(locked).toEqual([14]);
  });

  it('cannot lock a long run in part because it would have been cut', async () => {
    const { steps, locked } = await doneBy(user, region('anonymous', 16_000), act('mlock', 0, 16_000));
    expect(steps.at(-1)).toMatchObject({ errno: 'ENOMEM', calls: { made: 1, refused: 1 } });
    expect(locked).toEqual([0]);
  });

  it('is told at limit 0 that nothing may be locked, and may still unlock', async () => {
    const deeds = [region('anonymous', 4), act('mlock', 0, 1), act('mlock2', 0, 1), act('munlock', 0, 4)];
    const { steps } = await doneBy(whoMayLockNothing, ...deeds);
    expect(steps.slice(-3).map(({ errno }) => errno)).toEqual(['EPERM', 'EPERM', null]);
    expect(steps.at(-2)?.diagnosis?.text.en).toContain('0');
  });

  it('is refused a memfd_secret beyond the limit by mmap, which says why', async () => {
    const { steps } = await doneBy(user, region('secret', 40));
    expect(steps).toHaveLength(1);
    const { errno, meaning } = steps[0] ?? {};
    expect(['EAGAIN', 'ENOSYS']).toContain(errno);
    expect(meaning?.en).toMatch(
      errno === 'EAGAIN' ? /^Too much would be locked: .*exceed RLIMIT_MEMLOCK\.$/ : /kernel/,
    );
    expect(meaning?.zh).toMatch(errno === 'EAGAIN' ? /^锁定的内存会过多：.*超过了 RLIMIT_MEMLOCK。$/ : /内核/);
  });
});
