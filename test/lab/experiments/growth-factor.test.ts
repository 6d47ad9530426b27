import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Report } from '../../../protocol/report.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { compileAndRun, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf } from '../../support/harness.ts';
import { isolatingLab, pausedBefore, runAndProgram } from '../../support/locking.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

/** Too few for times to be told, and enough for malloc to map the buffer alone. */
const small = { items: 99_000, size: 32 };
const capacity = 131_072;

const pushes = ({ steps }: Report) => steps.filter(({ call }) => call === 'realloc' || call === 'malloc');

describe('growth-factor', () => {
  it.each(users())('holds every claim for $name', byTheClock, async (user) => {
    const report = await reportOf(user, 'growth-factor');
    // On a busy machine the times may tell nothing, and then say so.
    expect(notHeld(report).filter((claim) => !claim.startsWith('exact-slower skipped: too noisy'))).toEqual([]);
    expect(report.claims).toHaveLength(8);
    const { measurements } = report;
    const calls = ['exact', 'factor125', 'factor15', 'factor2'].map((rule) => measurements[`${rule}ReallocCalls`]);
    expect(calls).toEqual([1_000_000, 62, 35, 21]);
    const copied = ['factor125', 'factor15', 'factor2'].map(
      (rule) => (measurements[`${rule}CopyCopiedBytes`] ?? 0) / 16e6,
    );
    expect(copied.map((each) => each.toFixed(2))).toEqual(['4.49', '2.10', '1.05']);
    expect(measurements.exactCopyCappedItems).toBeLessThan(10_000);
    expect(measurements.emptyCallNs).toBeGreaterThan(0);
    expect(measurements.clockReadNs).toBeGreaterThan(0);
  });

  it('draws capacity over size for each rule, and shows the pages right after the last growth', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'growth-factor', small);
    const figure = report.result?.figure;
    if (figure?.kind !== 'lines') throw new Error('it draws no lines');
    expect([figure.slack, figure.series.map(({ label }) => label)]).toEqual([
      true,
      ['exact growth', 'factor 1.25', 'factor 1.5', 'factor 2'],
    ]);
    for (const { points, stepped } of figure.series) {
      expect(stepped).toBe(true);
      expect(points.length).toBeLessThan(300);
      expect(points.at(-1)?.[0]).toBe(small.items);
      expect(points.every(([size, capacity]) => capacity !== null && capacity >= size)).toBe(true);
    }
    const key = report.snapshots.find(({ step }) => step === report.result?.keyStep);
    const [region] = report.regions;
    expect(region?.length).toBe(capacity * small.size + pageSize());
    expect(key?.counts.resident).toBe(Math.ceil(((capacity / 2 + 1) * small.size + 16) / pageSize()));
    const pushed = report.steps.filter(({ title }) => title.startsWith('Push up to item'));
    const written = pushed.map(({ title }) =>
      Math.ceil((Number(/\d+/.exec(title)?.[0]) * small.size + 16) / pageSize()),
    );
    const seen = report.snapshots.filter(({ step }) => pushed.some(({ index }) => index === step));
    expect(seen.map(({ counts }) => counts.resident)).toEqual(written);
  });

  it('compares one container, or the formula, with factor 2, in the container’s own way', async () => {
    await using lab = isolatingLab();
    // Enough for malloc to map it alone, whatever room its heap has.
    const { report: go } = await runAndProgram(lab, 'growth-factor', { ...small, rule: 'go' });
    expect(pushes(go).map(({ call, title }) => [call, title])).toEqual([
      ['malloc', 'Push 99000 items, Go slice, malloc, memcpy, free'],
      ['malloc', expect.stringMatching(/factor 2/)],
      ...Array.from({ length: 8 }, () => ['malloc', expect.stringMatching(/^Push up to item .* of 99000$/)]),
    ]);
    const own = { rule: 'formula', formula: ' c  + c/4 + 8', items: 20_000 };
    const { report } = await runAndProgram(lab, 'growth-factor', own);
    expect(new Set(pushes(report).map(({ call }) => call))).toEqual(new Set(['realloc', 'malloc']));
    expect(report.steps.map(({ title }) => title)).toContain('Push 20000 items, “c + c/4 + 8”, realloc');
  });

  it(
    'looks at the buffer of factor 2 and not at one that grows on, whose pages would be somebody else’s',
    byTheClock,
    async () => {
      await using lab = isolatingLab();
      const slow = { ...small, rule: 'formula', formula: 'c + 1', mode: 'realloc' };
      const { report } = await runAndProgram(lab, 'growth-factor', slow);
      expect(notHeld(report).filter((claim) => !claim.includes(' skipped: '))).toEqual([]);
      expect(report.measurements.formulaReallocCalls).toBe(small.items);
      // The one that is looked at is the other's.
      expect(report.regions.map(({ length }) => length)).toEqual([capacity * small.size + pageSize()]);
    },
  );

  it.each([
    ['c', /^formula “c” does not grow: with c = 0 it is 0, and 1 are needed; give a new capacity/],
    ['c * 1.5', /^formula “c \* 1\.5” has 1\.5, which is not a whole number/],
    ['c * c * c * c * c * c * c + 2', /^formula “.*” overflows: with c = 130 it is/],
    ['max(n, c', /^formula “max\(n, c” ends where a “\)” should be/],
  ])('refuses the formula %s in one sentence, before anything runs', async (formula, sentence) => {
    await using lab = isolatingLab();
    const start = lab.start({ experiment: 'growth-factor', parameters: { rule: 'formula', formula } });
    const { kind, text } = await problemOf(start);
    expect([kind, text.en]).toEqual(['bad-input', expect.stringMatching(sentence)]);
    expect(text.zh).toMatch(/^formula “.*[\u4e00-\u9fff]/);
    expect(lab.reader.events).toEqual([]);
  });

  it('tells a formula that goes wrong late when it does', async () => {
    await using lab = isolatingLab();
    // It stops growing where c is 20 000, after more growths than are tried beforehand.
    const parameters = { rule: 'formula', formula: 'c + max(0, min(1, 20000 - c))', items: 100_000 };
    await lab.start({ experiment: 'growth-factor', parameters });
    await expect(lab.reader.state('completed')).rejects.toThrow(/does not grow: with c = 20000 it is 20000/);
  });

  it('refuses what the budget does not hold', async () => {
    await using lab = isolatingLab();
    const parameters = { items: 10_000_000, size: 4096 };
    const { kind } = await problemOf(lab.start({ experiment: 'growth-factor', parameters }));
    expect(kind).toBe('over-budget');
  });

  it('stops amid the pushes, and frees the buffer', { timeout: 60_000 }, async () => {
    await using lab = isolatingLab();
    const parameters = { items: 10_000_000 };
    const { session, pid } = await lab.start({ experiment: 'growth-factor', parameters });
    const most = 32 * 1024 * 1024;
    await lab.reader.until(() => lab.reader.of('progress').some(({ done }) => done > most), 'it has pushed 32 MiB');
    await lab.service.control({ session, action: 'stop' }, never);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    expect(pushes(await lab.service.report({ session, language: 'en' }, never))).toEqual([]);
    expect(largestMapping(pid)).toBeLessThan(most);
  });

  it('frees the buffer that is looked at when it is stopped there', async () => {
    await using lab = isolatingLab();
    const { session, pid, region } = await pausedBefore(lab, 'growth-factor', /^Look at the slack/, small);
    expect(isThere(pid, region('A').address)).toBe(true);
    await lab.service.control({ session, action: 'stop' }, never);
    expect(isThere(pid, region('A').address)).toBe(false);
    expect(lab.reader.of('released').map(({ region: id }) => id)).toEqual([1]);
  });

  it('is a C program that grows as often, and copies as much', async (context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    for (const parameters of [{ items: 30_000 }, { items: 5000, rule: 'containers', size: 24 }]) {
      const { report, program } = await runAndProgram(lab, 'growth-factor', parameters);
      const printed = [...compileAndRun(program).matchAll(/^capacity (\d+) after (\d+) growths, (\d+) bytes/gm)];
      const grew = Object.entries(report.measurements).filter(([name]) => /(?:Realloc|Copy)Calls$/.test(name));
      expect(grew.length).toBeGreaterThan(5);
      for (const [name, calls] of grew) {
        const bytes = name.endsWith('CopyCalls') ? report.measurements[name.replace(/Calls$/, 'CopiedBytes')] : 0;
        expect(printed.map(([, , growths, copied]) => [Number(growths), Number(copied)])).toContainEqual([
          calls,
          bytes,
        ]);
      }
    }
  });
});

/** Bytes in memory of the anonymous mapping of the process that has most of them. */
function largestMapping(pid: number): number {
  const resident = readFileSync(`/proc/${pid}/smaps`, 'latin1').matchAll(
    /^[0-9a-f]+-[0-9a-f]+ rw-p \d+ 00:00 0 *\n(?:.*\n)*?Rss: +(\d+) kB/gm,
  );
  return Math.max(...Array.from(resident, ([, kibibytes]) => Number(kibibytes) * 1024));
}

function isThere(pid: number, address: string): boolean {
  const at = BigInt(address);
  return readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .some((row) => {
      const [, start = '1', end = '0'] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(row) ?? [];
      return BigInt(`0x${start}`) <= at && at < BigInt(`0x${end}`);
    });
}
