import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limitsReportSchema } from '../../protocol/limits.ts';
import { skipWithoutCompiler } from '../support/compile.ts';
import { pagescope } from '../support/pagescope.ts';
import { statusBytes, Target } from '../support/target.ts';
import { nobody, withMemlock } from '../support/users.ts';

const isRoot = process.geteuid?.() === 0;
const mib = 1024 ** 2;

/** A process of an ordinary user that may lock 1 MiB. */
const limited = () => Target.start('limited', [], ['prlimit', `--memlock=${mib}:${mib}`, ...(isRoot ? nobody : [])]);

describe('pagescope doctor --pid', () => {
  it('measures that process, not this one: limit, capabilities, seccomp mode, mappings', async (context) => {
    skipWithoutCompiler(context);
    const target = await limited();
    const { stdout, stderr, status } = await pagescope(['--json', 'doctor', '--pid', `${target.pid}`]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const { limits } = JSON.parse(stdout);
    expect(limits).toMatchObject({
      pid: target.pid,
      memlock: { soft: mib, hard: mib },
      vmLckBytes: statusBytes(target.pid, 'VmLck'),
      ipcLock: { effective: false },
      callFilter: {
        seccomp: Number(/^Seccomp:\s+(\d)/m.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))?.[1]),
        refused: [],
      },
      userNamespace: { uidMap: expect.any(Array) },
      mappings: { count: expect.any(Number) },
    });
    expect(
      limitsReportSchema.shape.surroundings
        .parse(limits.surroundings)
        .evidence.every(({ source }) => !source.includes('self')),
    ).toBe(true);
  });

  it('with --lock says whether that process could lock so much more, with its numbers, and exits 1 when not', async (context) => {
    skipWithoutCompiler(context);
    const target = await limited();
    const little = await pagescope(['doctor', '--pid', `${target.pid}`, '--lock', '64KiB']);
    expect(little).toMatchObject({ status: 0, stderr: '' });
    const much = await pagescope(['doctor', '--pid', `${target.pid}`, '--lock', '1MiB']);
    expect(much.status).toBe(1);
    expect(much.stdout).toMatch(/No, ENOMEM: VmLck 64 KiB \+ 1 MiB > 1 MiB \(RLIMIT_MEMLOCK, soft\)/);
  });

  it('works for an ordinary user on root’s process, and says what it does not know', async (context) => {
    skipWithoutCompiler(context);
    if (!isRoot) context.skip('only root may start processes of two users');
    const target = await Target.start('of-root');
    const { stdout, status } = await pagescope(
      ['--json', 'doctor', '--pid', `${target.pid}`],
      {},
      { prefix: withMemlock(4096).prefix },
    );
    expect(status).toBe(0);
    const { limits } = JSON.parse(stdout);
    expect(limits).toMatchObject({ pid: target.pid, userNamespace: { initial: 'unknown' }, mappings: { count: null } });
    expect(String(limits.memlock.soft)).not.toBe('4096');
  });

  it('of a process that is not there: one sentence, status 2', async () => {
    const { stdout, stderr, status } = await pagescope(['doctor', '--pid', '4194399']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(/^There is no process 4194399 here/);
  });
});
