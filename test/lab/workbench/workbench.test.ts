import { describe, expect, it } from 'vitest';
import { Bench } from '../../support/bench.ts';
import { never } from '../../support/harness.ts';

describe.each(['inline', 'isolated'] as const)('a workbench, %s', (placement) => {
  it('maps a region, acts on its pages, and tells each action as one step', async () => {
    await using bench = await Bench.open(placement);
    expect(bench.lab.reader.of('state').map(({ state }) => state)).toEqual(['open']);
    const region = await bench.anonymous(40);
    const step = await bench.act(region, { kind: 'touch', access: 'write' }, [0, 8, 16, 4]);
    expect(step).toMatchObject({
      call: 'process_vm_writev',
      returned: 12,
      errno: null,
      calls: { made: 2, refused: 0 },
    });
    const resident = (page: number) => page < 8 || (page >= 16 && page < 20);
    await bench.shows(
      region,
      (flags) => flags.length === 40 && flags.every((byte, page) => ((byte & 1) === 1) === resident(page)),
    );
    const locked = await bench.act(region, { kind: 'mlock' }, [4, 2]);
    expect(locked).toMatchObject({ call: 'mlock', returned: 0, range: { firstPage: 4, pageCount: 2 } });
    expect(bench.lab.reader.of('vmas').at(-1)).toMatchObject({
      region,
      more: 0,
      vmas: [
        { firstPage: 0, pageCount: 4, protection: 'rw-p', flags: ['nh'] },
        { firstPage: 4, pageCount: 2, protection: 'rw-p', flags: ['lo', 'nh'] },
        { firstPage: 6, pageCount: 34, protection: 'rw-p', flags: ['nh'] },
      ],
    });
    const refused = await bench.act(region, { kind: 'madvise', advice: 'MADV_DONTNEED' }, [0, 2, 5, 3]);
    expect(refused).toMatchObject({ errno: 'EINVAL', calls: { made: 2, refused: 1 } });
    expect(refused.outcome?.en).toContain('1 of 2 calls done');
    expect(refused.diagnosis?.fix).toBe('unlock-first');
    await bench.remove(region);
    expect(bench.lab.reader.of('released').map(({ region: id }) => id)).toEqual([region]);
    expect(await bench.anonymous(3)).toBe(region + 1);
    const report = await bench.lab.service.report({ session: bench.session, language: 'en' }, never);
    expect([report.experiment.id, report.placement, report.steps.length]).toEqual(['workbench', placement, 8]);
  });
});
