import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { compileAndRun, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf } from '../../support/harness.ts';
import { isolatingLab, pausedBefore, runAndProgram } from '../../support/locking.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

/** What malloc(3) adds to a block of 1 KiB. */
const overheadBytes = 16;

describe('free-keeps-rss', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'free-keeps-rss');
    expect(notHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(4);
    const figure = report.result?.figure;
    if (figure?.kind !== 'strips') throw new Error('it draws no strips');
    const inMemory = figure.strips.map(({ parts }) => parts[0]?.amount ?? 0);
    const [written = 0, kept = 0, trimmed = 0] = inMemory;
    expect(written).toBeGreaterThan(60 * 1024 * 1024);
    expect(kept / written).toBeGreaterThanOrEqual(0.99);
    expect(trimmed / written).toBeLessThanOrEqual(0.1);
  });

  it('looks at the heap from the first of the blocks to the last, and shows it right after they were freed', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'free-keeps-rss', { blocks: 16_384 });
    const [region] = report.regions;
    const bytes = 16_384 * (1024 + overheadBytes);
    // Some fill what was free in Node's own heap before.
    expect(region?.length).toBeGreaterThan(bytes * 0.5);
    expect(region?.length).toBeLessThan(bytes * 1.1);
    const key = report.snapshots.find(({ step }) => step === report.result?.keyStep);
    expect(report.steps[report.result?.keyStep ?? 0]?.title).toMatch(/free but for one block/);
    expect(key?.counts.resident).toBeGreaterThan(((region?.length ?? 0) / pageSize()) * 0.99);
  });

  it('refuses blocks that malloc would map, and more than the budget has', async () => {
    await using lab = isolatingLab();
    const refused = async (parameters: Record<string, number>) => {
      const { kind, text } = await problemOf(lab.start({ experiment: 'free-keeps-rss', parameters }));
      return [kind, text.en];
    };
    expect(await refused({ size: 131_072 })).toEqual(['bad-input', expect.stringMatching(/size .*65,?536/)]);
    expect(await refused({ blocks: 10 })).toEqual(['bad-input', expect.stringMatching(/blocks .*1,?024/)]);
    expect((await refused({ blocks: 1_000_000, size: 65_536 }))[0]).not.toBe('internal');
    expect(lab.reader.events).toEqual([]);
  });

  it('frees what it lent when it is stopped before the blocks are freed', async () => {
    await using lab = isolatingLab();
    const { session } = await pausedBefore(lab, 'free-keeps-rss', /^Free all blocks/, { blocks: 4096 });
    await lab.service.control({ session, action: 'stop' }, never);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    expect(lab.reader.of('released').map(({ region }) => region)).toEqual([1]);
  });

  it('is a C program whose heap stays, and is given back', async (context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    const { program } = await runAndProgram(lab, 'free-keeps-rss');
    const looks = [...compileAndRun(program).matchAll(/^A after .*: resident (\d+)\/(\d+) pages$/gm)];
    const shares = looks.map(([, resident, pages]) => Number(resident) / Number(pages));
    expect(shares.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...shares)).toBeGreaterThan(0.95);
    expect(shares.at(-1)).toBeLessThan(0.1);
  });
});
