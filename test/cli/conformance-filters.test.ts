import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasCompiler, skipWithoutCompiler } from '../support/compile.ts';
import { Running } from '../support/pagescope.ts';
import { ioctls, type Refused, RefusedCalls } from '../support/refused-calls.ts';

let refusing: RefusedCalls | undefined;
beforeAll(() => {
  if (hasCompiler()) refusing = new RefusedCalls();
});
afterAll(() => refusing?.[Symbol.dispose]());

interface Row {
  readonly call: string;
  readonly status: string;
  readonly reason?: string;
}

describe('conformance under a filter blames the filter, not the kernel', () => {
  it.for<[Refused[], string[]]>([
    [['mlock=EPERM', 'munlock=EPERM', 'mlock2=EPERM', 'mlockall=EPERM', 'munlockall=EPERM'], ['mlock']],
    [['mincore=EPERM', 'msync=EPERM'], ['mincore']],
    [['process_vm_readv=EPERM', 'process_vm_writev=EPERM', 'prlimit64=EPERM'], ['process_vm']],
    [
      ['munlockall=EPERM', `${ioctls.PAGEMAP_SCAN}=EPERM`, 'memfd_secret=EPERM', 'madvise:21=EPERM'],
      ['munlockall', 'PAGEMAP_SCAN'],
    ],
  ])('%o', { timeout: 60_000 }, async ([refused, named], context) => {
    skipWithoutCompiler(context);
    const running = new Running(['conformance', '--json'], { prefix: refusing?.prefix(...refused) ?? [] });
    const { stdout, status } = await running.ended;
    const { rows }: { rows: Row[] } = JSON.parse(stdout);
    expect(rows.filter((row) => row.status === 'failed')).toEqual([]);
    expect(status).toBe(0);
    const reasons = rows.flatMap(({ reason }) => reason ?? []);
    for (const name of named)
      expect(reasons.filter((reason) => reason.includes(name) && reason.includes('EPERM')).length).toBeGreaterThan(0);
  });
});
