import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import { type User, whoMayLockNothing, withMemlock } from '../../support/users.ts';

const entry = fileURLToPath(new URL('../../support/as-user.ts', import.meta.url));
const run = promisify(execFile);

const result = { errno: null };
const region = (kind: string, pages: number) => ({
  action: { kind: 'add', region: { backing: { kind }, size: { pages }, protection: ['PROT_READ', 'PROT_WRITE'] } },
  result,
});
const act = (tool: string | object, ...pages: number[]) => ({
  action: { kind: 'act', region: 1, tool: typeof tool === 'string' ? { kind: tool } : tool, pages },
  result,
});

/** The steps of these actions, done by this user, and how many pages of each region are locked then. */
async function doneBy(user: User, ...actions: readonly object[]): Promise<{ steps: Step[]; locked: number[] }> {
  const [command = '', ...words] = [...user.prefix, process.execPath, entry, JSON.stringify(actions)];
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
    expect(beyond?.diagnosis?.text.zh).toContain('VmLck 40 KiB + 40 KiB > 64 KiB：锁定量会超过软上限 RLIMIT_MEMLOCK');
    expect(['mapped-range', 'max-map-count', 'unlock-first', undefined]).not.toContain(beyond?.diagnosis?.fix);
    expect(locked).toEqual([14]);
  });

  it('cannot lock a long run in part because it would have been cut', async () => {
    const { steps, locked } = await doneBy(user, region('anonymous', 16_000), act('mlock', 0, 16_000));
    expect(steps.at(-1)).toMatchObject({ errno: 'ENOMEM', calls: { made: 1, refused: 1 } });
    expect(locked).toEqual([0]);
  });

  it('is told at limit 0 that nothing may be locked, and may still unlock', async () => {
    const actions = [
      region('anonymous', 4),
      act('mlock', 0, 1),
      act({ kind: 'mlock2', onFault: true }, 0, 1),
      act('munlock', 0, 4),
    ];
    const { steps } = await doneBy(whoMayLockNothing, ...actions);
    expect(steps.slice(-3).map(({ errno }) => errno)).toEqual(['EPERM', 'EPERM', null]);
    for (const step of steps.slice(-3, -1)) {
      expect(step.diagnosis?.text.en).toMatch(/RLIMIT_MEMLOCK is 0.*CAP_IPC_LOCK is missing, so nothing may be locked/);
      expect(step.diagnosis?.text.zh).toMatch(/RLIMIT_MEMLOCK 为 0.*没有 CAP_IPC_LOCK，因此完全不允许锁定/);
    }
  });

  it('is refused a memfd_secret beyond the limit by mmap, which says why', async () => {
    const { steps } = await doneBy(user, region('secret', 40));
    expect(steps).toHaveLength(1);
    expect(['EAGAIN', 'ENOSYS']).toContain(steps[0]?.errno);
    expect(steps[0]?.meaning?.zh).toMatch(/锁定的内存会过多|没有 memfd_secret/);
  });
});
