import { describe, expect, it } from 'vitest';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Report } from '../../../protocol/report.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { never } from '../../support/harness.ts';
import { expectSameInC, isolatingLab, runAndProgram, statusKibibytes } from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';
import { notHeld, reportOf, users, withMemlock } from '../../support/users.ts';

const pages = 8;

function measured({ claims }: Report): Record<string, string | number> {
  return Object.fromEntries(claims.map((claim) => [claim.id, claim.measured]));
}

describe('lock-everything', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'lock-everything');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(11);
    expect(report.placement).toBe('isolated');
  });

  const ways: [lock: string, onFault: string, old: [number, number], born: [number, number]][] = [
    ['current', 'no', [pages, pages], [0, 0]],
    ['future', 'no', [0, 0], [pages, pages]],
    ['both', 'no', [pages, pages], [pages, pages]],
    ['current', 'yes', [pages, 0], [0, 0]],
    ['future', 'yes', [0, 0], [pages, 0]],
    ['both', 'yes', [pages, 0], [pages, 0]],
  ];
  it.for(ways)('locks %s, on fault: %s', async ([lock, onFault, old, born], context) => {
    if (lock !== 'future' && !lockingFacts().ipcLock.counts)
      context.skip('MCL_CURRENT needs CAP_IPC_LOCK (or a limit above VmSize)');
    await using lab = isolatingLab();
    const { report, pid } = await runAndProgram(lab, 'lock-everything', { lock, onFault });
    expect(notHeld(report)).toEqual([]);
    const found = measured(report);
    expect([found['old-locked'], found['old-resident']]).toEqual(old);
    expect([found['new-locked'], found['new-resident']]).toEqual(born);
    // The engine's own maps are locked as well, where any came in between.
    expect(found['new-vm-lck']).toBeGreaterThanOrEqual(born[0] * pageSize());
    // What was seen while it was in force is in the report, and nothing is locked any more.
    expect(Math.max(...report.snapshots.map(({ counts }) => counts.vmLocked))).toBe(pages);
    expect(Math.max(...report.snapshots.map(({ counts }) => counts.locked))).toBe(onFault === 'yes' ? 0 : pages);
    expect(Math.max(...report.snapshots.map(({ counts }) => counts.onFault))).toBe(onFault === 'yes' ? pages : 0);
    expect(statusKibibytes('VmLck', pid)).toBe(0);
    for (const { region } of lab.reader.of('region'))
      expect(witness(region, pid).flags.some((flags) => flags.includes('lo'))).toBe(false);
  });

  it('expects the refusal that the measured limit makes, and locks what it allows, or nothing', async () => {
    const report = await reportOf(withMemlock(65_536), 'lock-everything');
    // What the limit allows is done in its place: the maps to come are locked.
    expect(measured(report)).toMatchObject({ answer: 'ENOMEM', 'old-locked': 0, 'new-locked': 8 });
    const refused = report.steps.find(({ call }) => call === 'mlockall');
    expect(refused?.diagnosis?.text).toMatch(
      /^VmSize \d+ [KMG]iB > 64 KiB: MCL_CURRENT counts the whole address space/,
    );
    const nothing = await reportOf(withMemlock(0), 'lock-everything', { lock: 'future' });
    expect(measured(nothing)).toMatchObject({ answer: 'EPERM' });
    // Without a lock the rest would hold and say nothing.
    expect(notHeld(nothing)).toHaveLength(nothing.claims.length - 1);
    expect(notHeld(nothing).every((claim) => claim.includes('mlockall answered EPERM'))).toBe(true);
  });

  it('expects EAGAIN of the new mmap where MCL_FUTURE makes it exceed the limit, and says so of what it skips', async () => {
    const report = await reportOf(withMemlock(4 * pageSize()), 'lock-everything', { lock: 'future' });
    expect(measured(report)).toMatchObject({ answer: '0', 'new-map': 'EAGAIN', after: 0 });
    expect(notHeld(report).map((claim) => claim.slice(0, claim.indexOf(':')))).toEqual([
      'new-locked skipped',
      'new-resident skipped',
      'new-vm-lck skipped',
    ]);
    expect(report.outcome).toBe('completed');
  });

  it('survives its turn again and again: V8 collects nothing in it', async () => {
    await using lab = isolatingLab();
    for (let round = 0; round < 6; round++) {
      const { session, report } = await runAndProgram(lab, 'lock-everything', { onFault: 'yes' });
      expect(report.outcome).toBe('completed');
      await lab.service.close({ session }, never);
    }
  });

  it('is a C program that finds the same pages resident', async (context) => {
    skipWithoutCompiler(context);
    if (!lockingFacts().ipcLock.counts) context.skip('a C program is small enough to lock itself without CAP_IPC_LOCK');
    await using lab = isolatingLab();
    const { program } = await expectSameInC(lab, 'lock-everything');
    expect(program).toContain('mlockall(MCL_CURRENT | MCL_FUTURE)');
  });
});
