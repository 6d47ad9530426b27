import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../../lab/reports/compare.ts';
import { type Report, reportSchema } from '../../../protocol/report.ts';
import { never, TestLab } from '../../support/harness.ts';

/** A run of 16 first writes, and what is made of it: each sentence is about numbers that stand here. */
let run: Report;
beforeAll(async () => {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 16 } });
  await lab.reader.state('completed');
  const told = reportSchema.parse(await lab.service.report({ session, language: 'en' }, never));
  const steps = told.steps.map((step) => ({ ...step, durationNs: 1000, minorFaults: 1 }));
  run = { ...told, steps };
});

const sentence = (b: Partial<Report>, a = run) => compare(a, { ...a, ...b }, 'en').sentence;
const sentenceZh = (b: Partial<Report>, a = run) => compare(a, { ...a, ...b }, 'zh').sentence;

describe('the sentence of a comparison', () => {
  it('says that nothing differs, or the times alone', () => {
    expect(sentence({})).toBe('Nothing differs: pages, claims, measurements and machines are the same.');
    expect(sentenceZh({})).toBe('没有任何不同：页面、断言、测量值和机器都相同。');
    const steps = run.steps.map((step) => ({ ...step, durationNs: 600 }));
    expect(sentence({ steps })).toBe(
      'Nothing but the times differs: B touched 16 pages in 0.6 of A’s time (9.6 µs instead of 16 µs).',
    );
    expect(sentenceZh({ steps })).toBe(
      '除用时外没有不同：B 访问了 16 页，用时为 A 的 0.6 倍（9.6 µs，而 A 为 16 µs）。',
    );
  });

  it('counts pages and claims that came out otherwise, and names what the machines differ in', () => {
    const last = run.snapshots.at(-1);
    if (!last) throw new Error('Nothing was looked at.');
    const snapshots = [
      ...run.snapshots.slice(0, -1),
      {
        ...last,
        runs: [
          [0, 3, 0],
          [3, 13, last.runs[0]?.[2] ?? 0],
        ] satisfies typeof last.runs,
      },
    ];
    const claims = run.claims.map(
      (claim, index) => ({ ...claim, status: index < 2 ? 'failed' : claim.status }) as const,
    );
    const changed = { snapshots, claims, environment: { ...run.environment, kernel: '5.10' } };
    expect(sentence(changed)).toBe(
      'B touched 16 pages in A’s time (16 µs instead of 16 µs); 3 of 16 pages differ at the end (resident in A, absent in B); 2 claims that held in A failed in B; the machines differ in kernel.',
    );
    expect(sentenceZh(changed)).toBe(
      'B 访问了 16 页，用时与 A 相同（16 µs，而 A 为 16 µs）；结束时 16 页中有 3 页不同（在 A 中驻留，在 B 中不在内存）；2 项断言在 A 中成立，在 B 中不成立；机器的不同之处：kernel。',
    );
  });

  it('says what it cannot tell, and which numbers are no longer the same', () => {
    const unseen = { snapshots: [], claims: run.claims.slice(1), measurements: { largestLockBytes: 4096 } };
    expect(sentence(unseen, { ...run, measurements: { largestLockBytes: 65536, mlockNs: 7 } })).toBe(
      'B touched 16 pages in A’s time (16 µs instead of 16 µs); largestLockBytes is 4 KiB in B instead of 64 KiB; whether pages of region A differ is unknown: one of the two never looked at this region; 1 claim is only in A.',
    );
  });

  it('takes the measurement that differs most where neither touched pages itself', () => {
    const untouched = { ...run, steps: [], measurements: { mlockNs: 3000, munlockNs: 500 } };
    expect(sentence({ measurements: { mlockNs: 3300, munlockNs: 1500 } }, untouched)).toBe(
      'Nothing but the times differs: munlockNs is 1.5 µs in B instead of 500 ns (× 3).',
    );
  });

  it('compares what a page took where they touched different numbers of pages', () => {
    const steps = run.steps.slice(0, -4);
    expect(sentence({ steps })).toMatch(
      /^B touched 1\d pages and A 16 pages, in A’s time \(1 µs instead of 1 µs\) for each, with 1\d faults instead of 16 faults; B took \d+ steps and A \d+; no page differs at the end; the claims came out the same\.$/,
    );
  });
});
