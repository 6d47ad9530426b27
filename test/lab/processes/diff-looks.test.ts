import { describe, expect, it } from 'vitest';
import { diffLooks } from '../../../lab/processes/diff-looks.ts';
import { lookAtProcess } from '../../../lab/processes/look-at-process.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { processDiffSchema } from '../../../protocol/process-diff.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { Target } from '../../support/target.ts';

const size = pageSize();
const look = (pid: number) => lookAtProcess(pid, { keepRuns: true, smaps: true });
const hex = (address: bigint) => `0x${address.toString(16)}`;

describe('two looks at a process', () => {
  it('tell what became resident, what left, what was locked, what came and what went, the most bytes first', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const before = await look(target.pid);
    for (const order of ['t', 'd', 'm', 'u']) await target.order(order);
    const after = await look(target.pid);
    const diff = processDiffSchema.parse(diffLooks(before, after));
    const half = diff.changes.find(({ start }) => start === hex(target.region('half').start));
    expect(half).toMatchObject({
      change: 'same',
      becameResidentBytes: 16 * size,
      leftBytes: 8 * size,
      becameSwappedBytes: 0,
    });
    expect(diff.changes[0]).toMatchObject({ becameResidentBytes: 100 * size });
    expect(diff.changes.find(({ start }) => start === hex(target.region('named').start))).toMatchObject({
      change: 'went',
      sizeDeltaBytes: -8 * size,
      leftBytes: 4 * size,
    });
    expect(diff.rssDeltaBytes).toBe((after.process.rssBytes ?? 0) - (before.process.rssBytes ?? 0));
  });

  it('tell pages that were locked where they are, though the mapping was split', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    if (!target.mayLock) context.skip('this user may not lock 16 pages');
    const before = await look(target.pid);
    await target.order('l');
    const diff = diffLooks(before, await look(target.pid));
    expect(diff.vmLckDeltaBytes).toBe(8 * size);
    expect(diff.changes.reduce((sum, { becameLockedBytes }) => sum + (becameLockedBytes ?? 0), 0)).toBe(8 * size);
    expect(diff.changes.every(({ becameResidentBytes }) => becameResidentBytes === 0)).toBe(true);
  });

  it('say nothing of a process that did nothing, and do not know pages that were not kept', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    expect(diffLooks(await look(target.pid), await look(target.pid)).changes).toEqual([]);
    const before = await lookAtProcess(target.pid);
    await target.order('m');
    const { changes } = diffLooks(before, await lookAtProcess(target.pid));
    expect(changes[0]).toMatchObject({ sizeDeltaBytes: 100 * size, becameResidentBytes: null, leftBytes: null });
  });
});
