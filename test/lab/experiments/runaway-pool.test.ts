import { describe, expect, it } from 'vitest';
import { SlotPool } from '../../../lab/experiments/runaway-pool/slot-pool.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { compileAndRun, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf } from '../../support/harness.ts';
import { isolatingLab, runAndProgram } from '../../support/locking.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

const small = { peak: 64, low: 4, cap: 8 };
const slotBytes = 65_536;

/** What the machine, and not the experiment, may keep from being told. */
const excused = /^(?:dontneed-slower skipped: too noisy|free-\w+ skipped: memory was short)/;

describe('runaway-pool', () => {
  it.each(users())('holds every claim for $name', byTheClock, async (user) => {
    const report = await reportOf(user, 'runaway-pool');
    expect(notHeld(report).filter((claim) => !excused.test(claim))).toEqual([]);
    expect(report.claims).toHaveLength(8);
  });

  it('draws what is live and what each pool has in memory, from the first request to the last', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'runaway-pool', small);
    const figure = report.result?.figure;
    if (figure?.kind !== 'lines') throw new Error('it draws no lines');
    const ends = figure.series.map(({ points }) => [points[0]?.[1], Math.max(...points.map(([, y]) => y ?? 0))]);
    expect(ends).toEqual(figure.series.map(() => [0, 64 * slotBytes]));
    expect(figure.series.map(({ points }) => points.at(-1)?.[0])).toEqual(figure.series.map(() => 3 * 64 + 3 * 60 - 8));
    const left = figure.series.map(({ points }) => (points.at(-1)?.[1] ?? 0) / slotBytes);
    expect(left.slice(0, 3)).toEqual([4, 64, 12]);
  });

  it('shows all three pools as they are left', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'runaway-pool', small);
    const key = report.snapshots.filter(({ step }) => step === report.result?.keyStep);
    const slotPages = slotBytes / pageSize();
    expect(key.map(({ counts }) => counts.resident).slice(0, 2)).toEqual([64 * slotPages, 12 * slotPages]);
    expect(key).toHaveLength(3);
    const { values } = report.result ?? {};
    expect([values?.misses?.value, values?.missesKept?.value]).toEqual([64 + 2 * 52, 64]);
  });

  it('refuses a cap that never gives anything back', async () => {
    await using lab = isolatingLab();
    const { kind, text } = await problemOf(
      lab.start({ experiment: 'runaway-pool', parameters: { peak: 64, low: 40, cap: 24 } }),
    );
    expect([kind, text.en]).toEqual([
      'bad-input',
      'Of 64 live blocks at the peak 40 stay and 24 are kept idle, so that none is ever given back; choose a higher peak, or a lower low or cap.',
    ]);
    expect(lab.reader.events).toEqual([]);
  });

  it('stops amid the waves, and unmaps what it mapped', async () => {
    await using lab = isolatingLab();
    const { session } = await lab.start({ experiment: 'runaway-pool', parameters: { peak: 1024, waves: 20 } });
    await lab.reader.until(() => lab.reader.of('progress').length > 0, 'requests are served');
    await lab.service.control({ session, action: 'stop' }, never);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    const mapped = lab.reader.of('region').map(({ region }) => region.id);
    expect(lab.reader.of('released').map(({ region }) => region)).toEqual(mapped);
  });

  it('is a C program with the same misses', async (context) => {
    skipWithoutCompiler(context);
    await using lab = isolatingLab();
    const { program } = await runAndProgram(lab, 'runaway-pool', small);
    const counts = [...compileAndRun(program).matchAll(/^(\d+) live, (\d+) idle, (\d+) misses, (\d+) evicted$/gm)];
    expect(counts.map(([, ...numbers]) => numbers.map(Number))).toEqual([
      ...[
        [64, 0, 64, 0],
        [4, 60, 64, 0],
      ],
      ...[
        [64, 0, 64, 0],
        [4, 8, 168, 156],
      ],
      ...[
        [64, 0, 64, 0],
        [4, 8, 168, 156],
      ],
    ]);
  });
});

describe('a pool of slots', () => {
  it('gives the idle slot that came back last, and evicts the one that is idle for longest', () => {
    const pool = new SlotPool(4, 2);
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([0, 1, 2, 3]);
    expect([pool.giveBack(), pool.giveBack(), pool.giveBack()]).toEqual([undefined, undefined, 3]);
    expect([pool.take(), pool.take(), pool.take()]).toEqual([1, 2, 3]);
    expect([pool.misses, pool.evicted, pool.live]).toEqual([5, 1, 4]);
  });
});
