import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../lab/service/budget.ts';
import { cgroupMemory, mountsOf } from '../../../native/proc/cgroup.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';

const mebibyte = 1024 ** 2;
const what = { en: 'First touch', zh: '首次访问' };

/** A control group in one that may have so much memory; undefined where this user cannot make one. */
function limitedGroup(bytes: number): (Disposable & { readonly inner: string }) | undefined {
  const mounts = mountsOf(readFileSync('/proc/self/mountinfo', 'utf8'));
  const mount = mounts.find(({ version }) => version === 1) ?? mounts[0];
  if (!mount) return undefined;
  const outer = `${mount.point}/pagescope-test-${process.pid}`;
  const inner = `${outer}/inner`;
  const limit = `${outer}/${mount.version === 1 ? 'memory.limit_in_bytes' : 'memory.max'}`;
  try {
    mkdirSync(outer);
  } catch {
    return undefined;
  }
  const group = {
    inner,
    [Symbol.dispose]: () => {
      if (existsSync(inner)) rmdirSync(inner);
      rmdirSync(outer);
    },
  };
  try {
    writeFileSync(limit, `${bytes}`);
    mkdirSync(inner);
    return group;
  } catch {
    group[Symbol.dispose]();
    return undefined;
  }
}

describe('the memory budget', () => {
  it('refuses what is over it in a sentence with the numbers and the setting', async () => {
    await using lab = new TestLab(undefined, new Budget(3 * mebibyte));
    expect(await problemOf(lab.start({ experiment: 'first-touch', parameters: { pages: 1024 } }))).toEqual({
      kind: 'over-budget',
      text: {
        en: 'First touch would commit 4 MiB, and the memory budget is 3 MiB; choose less, or raise it with PAGESCOPE_BUDGET_MIB (in MiB).',
        zh: '首次访问 需要提交 4 MiB 内存，而内存预算为 3 MiB；请减小规模，或用 PAGESCOPE_BUDGET_MIB（单位 MiB）提高预算。',
      },
    });
    expect(lab.reader.events).toEqual([]);
  });

  it('is shared by all sessions, and given back when one is closed', async () => {
    await using lab = new TestLab(undefined, new Budget(3 * mebibyte));
    const request = { experiment: 'first-touch', parameters: { pages: 512 }, paused: true };
    const { session } = await lab.start(request);
    const problem = await problemOf(lab.start(request));
    expect(problem.text.en).toContain('would commit 2 MiB, and the memory budget is 3 MiB, of which 2 MiB is in use;');
    expect(problem.text.zh).toContain('而内存预算为 3 MiB（已用 2 MiB）');
    await lab.service.close({ session }, never);
    await lab.start(request);
  });

  it('is not spent by a session that could not be opened', async () => {
    const budget = new Budget(3 * mebibyte);
    await using lab = new TestLab(() => Promise.reject(new Error('no process')), budget);
    const request = { experiment: 'first-touch', parameters: { pages: 512 }, placement: 'isolated' as const };
    const problem = await problemOf(lab.start(request));
    expect(problem.kind).toBe('cannot-run-here');
    expect(problem.text.en).toMatch(
      /^The process that first-touch runs in could not be started: .+\. Free some memory/,
    );
    expect(() => budget.take(3 * mebibyte, what)).not.toThrow();
  });

  it('is given back once, however often that is asked for', () => {
    const budget = new Budget(2 * mebibyte);
    const first = budget.take(mebibyte, what);
    budget.take(mebibyte, what);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    budget.take(mebibyte, what);
    expect(() => budget.take(1, what)).toThrow('the memory budget is 2 MiB, of which 2 MiB is in use');
  });

  it('is a quarter of the memory that the kernel calls available', () => {
    const group = cgroupMemory();
    const left = (group.errno === null ? group.memory?.availableBytes : null) ?? Number.POSITIVE_INFINITY;
    const ofMachine = () => Number(/MemAvailable: +(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
    const available = () => Math.min(ofMachine(), left);
    const before = available();
    const total = new Budget().totalBytes;
    const after = available();
    // Others use the machine meanwhile; a tenth is far more than they take between two reads.
    expect(total).toBeGreaterThan(Math.min(before, after) * 0.225);
    expect(total).toBeLessThan(Math.max(before, after) * 0.275);
  });

  it('is a quarter of what a control group above this process’s own leaves, where that is less', (context) => {
    const limit = 256 * mebibyte;
    using group = limitedGroup(limit);
    if (!group) return context.skip('A control group with a memory limit cannot be made here.');
    const budget = fileURLToPath(new URL('../../../lab/service/budget.ts', import.meta.url));
    const script = `import(process.argv[1]).then(({ Budget }) => console.log(new Budget().totalBytes))`;
    const inGroup = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const node = [process.execPath, '--no-warnings', '-e', script, budget];
    const printed = Number(execFileSync('sh', ['-c', inGroup, group.inner, ...node], { encoding: 'utf8' }));
    expect(printed).toBeGreaterThan(0);
    // Node itself takes some of it.
    expect(printed).toBeLessThan(limit / 4);
    expect(printed).toBeGreaterThan(limit / 16);
  });

  it('is what PAGESCOPE_BUDGET_MIB says, when it is set', () => {
    expect(Budget.fromEnvironment({ PAGESCOPE_BUDGET_MIB: '512' }).totalBytes).toBe(512 * mebibyte);
  });

  it.each(['0', '-5', '1.5', 'lots', '9'.repeat(20)])('refuses %s as a setting', async (setting) => {
    const asked = (async () => Budget.fromEnvironment({ PAGESCOPE_BUDGET_MIB: setting }))();
    expect(await problemOf(asked)).toEqual({
      kind: 'bad-input',
      text: {
        en: `PAGESCOPE_BUDGET_MIB is "${setting}", which is not a whole number of MiB; set it to 1 or more, or unset it.`,
        zh: `PAGESCOPE_BUDGET_MIB 的值是 “${setting}”，不是以 MiB 为单位的正整数；请改为 1 或更大的整数，或取消该设置。`,
      },
    });
  });
});
