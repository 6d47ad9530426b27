import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Language } from '../../../protocol/language.ts';
import { type Report, reportSchema } from '../../../protocol/report.ts';
import { Bench } from '../../support/bench.ts';
import { never, TestLab } from '../../support/harness.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
/** The schema as a reader of the docs has it: from the file, without the code that it was made from. */
const documented = z.fromJSONSchema(JSON.parse(readFileSync(inProject('docs/report.schema.json'), 'utf8')));

/**
 * A report of everything that a session can show: skipped and held claims aside, also a lock, a refused call and an
 * early stop.
 */
async function reports(): Promise<Record<string, Report>> {
  await using lab = new TestLab();
  const language: Language = 'zh';
  const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 300, order: 'random' } });
  await lab.reader.state('completed');
  const completed = await lab.service.report({ session, language }, never);
  await using bench = await Bench.open();
  const region = await bench.anonymous(300);
  await bench.act(region, { kind: 'mlock' }, [1, 2]);
  await bench.act(region, { kind: 'madvise', advice: 'MADV_DONTNEED' }, [1, 2]);
  const operated = await bench.lab.service.report({ session: bench.session, language }, never);
  const next = await lab.start({ experiment: 'first-touch', parameters: { pages: 2 }, paused: true });
  const early = await lab.service.report({ session: next.session, language }, never);
  await lab.service.control({ session: next.session, action: 'stop' }, never);
  const stopped = await lab.service.report({ session: next.session, language: 'en' }, never);
  return { completed, operated, early, stopped };
}

describe('the report', () => {
  let made: Record<string, Report>;
  beforeAll(async () => {
    made = await reports();
  });

  it.each(['completed', 'operated', 'early', 'stopped'])('is what the documented JSON Schema says: %s', (name) => {
    const json: unknown = JSON.parse(JSON.stringify(made[name]));
    expect(reportSchema.parse(json)).toEqual(json);
    expect(documented.parse(json)).toEqual(json);
  });

  it.each([
    ['without a field', { claims: undefined }],
    ['with a field that is not documented', { extra: 1 }],
    ['with a page byte over 255', { snapshots: [{ step: 0, region: 1, takenNs: 0, counts: {}, runs: [[0, 1, 256]] }] }],
    ['of another version', { schema: 'pagescope/report@2' }],
    ['with an outcome that there is not', { outcome: 'running' }],
  ])('%s is refused by the documented JSON Schema', (_what, change) => {
    const json: unknown = JSON.parse(JSON.stringify({ ...made.completed, ...change }));
    expect(documented.safeParse(json).success).toBe(false);
  });

  it('has a JSON Schema that is up to date: else run node scripts/schema.mjs', async () => {
    await promisify(execFile)(process.execPath, [inProject('scripts/schema.mjs'), '--check']);
  });

  it('tells every text in the language asked for', () => {
    expect(made.completed?.experiment.title).toBe('首次访问');
    expect(made.completed?.steps[0]?.title).toBe('映射 300 页');
    expect(made.completed?.claims[0]?.text).toBe('首次访问之前没有任何页驻留');
    expect(made.stopped?.experiment.title).toBe('First touch');
  });

  it('has snapshots whose runs cover each region and add up to the counts', () => {
    for (const { snapshots, regions } of Object.values(made)) {
      for (const { region, counts, runs } of snapshots) {
        const pages = regions.find(({ id }) => id === region)?.pages;
        expect(runs.reduce((sum, [, pageCount]) => sum + pageCount, 0)).toBe(pages);
        const pagesOf = (is: (byte: number) => boolean) =>
          runs.reduce((sum, [, count, byte]) => sum + (is(byte) ? count : 0), 0);
        expect([pagesOf((byte) => (byte & 1) !== 0), pagesOf((byte) => (byte & 6) === 6)]).toEqual([
          counts.resident,
          counts.locked,
        ]);
      }
    }
  });

  it('has steps in order, each begun after the one before it ended', () => {
    const steps = made.operated?.steps ?? [];
    expect(steps.map(({ index }) => index)).toEqual(steps.map((_, index) => index));
    for (const [at, step] of steps.entries()) {
      const before = steps[at - 1];
      if (before) expect(step.startedNs).toBeGreaterThanOrEqual(before.startedNs + before.durationNs);
    }
  });
});
