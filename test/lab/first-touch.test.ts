import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { never, TestLab } from './harness.ts';

async function runFirstTouch(parameters: Record<string, string | number>) {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment: 'first-touch', parameters });
  await lab.reader.state('completed');
  return lab.service.report({ session, language: 'en' }, never);
}

describe('first-touch', () => {
  it('shows 0 of 4, then 4 of 4, with four minor faults', async () => {
    const report = await runFirstTouch({ pages: 4 });
    expect(report.claims.map(({ id, measured, status }) => [id, measured, status])).toEqual([
      ['none-before', 0, 'held'],
      ['all-after', 4, 'held'],
      ['fault-each', 4, 'held'],
      ['zero-pages', 0, 'held'],
      ['rss', 4 * report.environment.pageSize, 'held'],
    ]);
    expect(report.snapshots.map(({ counts }) => counts.resident)).toEqual([0, 0, 0, 1, 2, 3, 4, 4]);
    expect(report.outcome).toBe('completed');
  });

  it('maps only the zero page when it reads', async () => {
    const report = await runFirstTouch({ pages: 16, access: 'read' });
    expect(report.claims.every(({ status }) => status === 'held')).toBe(true);
    expect(report.snapshots.at(-1)?.counts).toMatchObject({ resident: 16, zero: 16 });
  });

  it.each(['sequential', 'random', 'stride'])('touches every page once in %s order', async (order) => {
    const report = await runFirstTouch({ pages: 1000, order, stride: 7 });
    expect(report.claims.map(({ status }) => status)).toEqual(['held', 'held', 'held', 'held', 'held']);
  });

  it('agrees with smaps as another process reads it', async () => {
    await using lab = new TestLab();
    await lab.start({ experiment: 'first-touch', parameters: { pages: 12 } });
    await lab.reader.state('completed');
    const address = lab.reader.of('region')[0]?.region.address ?? '';
    const smaps = execFileSync('cat', [`/proc/${process.pid}/smaps`], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const start = smaps.indexOf(`${address.slice(2)}-`);
    const vma = smaps.slice(start, smaps.indexOf('VmFlags', start));
    expect(/Size: +(\d+) kB/.exec(vma)?.[1]).toBe('48');
    expect(/Rss: +(\d+) kB/.exec(vma)?.[1]).toBe('48');
  });
});
