import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { getrlimit, getrusage, prlimit, RLIMIT, RUSAGE } from '../../../native/calls/resource.ts';
import { pageSize, SC, sysconf } from '../../../native/libc/sysconf.ts';

describe('limits', () => {
  test('of another process are read and set through prlimit', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const before = prlimit(pid, RLIMIT.CORE, { soft: 4096n, hard: 8192n });
    expect(before.errno).toBeNull();
    expect(prlimit(pid, RLIMIT.CORE)).toEqual({ returned: 0, errno: null, soft: 4096n, hard: 8192n });
    child.stdin.end();
    await once(child, 'close');
    expect(prlimit(pid, RLIMIT.CORE)).toEqual({ returned: -1, errno: 'ESRCH' });
  });

  test('of an unknown resource are EINVAL', () => {
    expect(getrlimit(999)).toEqual({ returned: -1, errno: 'EINVAL' });
  });

  test('that are no limits throw', () => {
    expect(() => prlimit(0, RLIMIT.CORE, { soft: -1n, hard: 0n })).toThrow(/^newLimits.soft must be/);
    // @ts-expect-error refused by the compiler too
    expect(() => prlimit(0, RLIMIT.CORE, { soft: 1, hard: 0n })).toThrow(TypeError);
  });
});

describe('usage', () => {
  test('agrees with what Node says of this process', () => {
    const ours = getrusage(RUSAGE.SELF);
    const node = process.resourceUsage();
    if (ours.errno !== null) throw new Error(ours.errno);
    expect(node.minorPageFault - ours.minorFaults).toBeGreaterThanOrEqual(0);
    expect(node.minorPageFault - ours.minorFaults).toBeLessThan(2000);
    expect(Math.abs(node.maxRSS * 1024 - ours.maxRssBytes)).toBeLessThan(2 ** 26);
    expect(ours.userTimeNs).toBeGreaterThan(0);
  });

  test('of nobody is EINVAL', () => {
    expect(getrusage(99)).toEqual({ returned: -1, errno: 'EINVAL' });
  });
});

test('the page size is a power of two, and sysconf tells an unknown name from no limit', () => {
  expect(Math.log2(pageSize()) % 1).toBe(0);
  expect(sysconf(SC.NPROCESSORS_ONLN).returned).toBeGreaterThan(0);
  expect(sysconf(99999)).toEqual({ returned: -1, errno: 'EINVAL' });
});
