import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../lab/service/budget.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import type { Tool } from '../../../protocol/page-call.ts';
import { contract } from '../../../protocol/service.ts';
import { type RecordedActions, recordedActionsSchema } from '../../../protocol/workbench.ts';
import { Bench } from '../../support/bench.ts';
import { withFile } from '../../support/files.ts';
import { never, problemOf } from '../../support/harness.ts';

const write: Tool = { kind: 'touch', access: 'write' };

function countOf(flags: Uint8Array, flag: number): number {
  return flags.reduce((sum, byte) => sum + (byte & flag ? 1 : 0), 0);
}

describe('a long action', () => {
  it('is cut, tells its progress, can be ended, and says what was done and what was not', async () => {
    await using bench = await Bench.open('isolated', {}, new Budget(8 * 1024 ** 3));
    const region = await bench.anonymous(1 << 18);
    const populate: Tool = { kind: 'madvise', advice: 'MADV_POPULATE_WRITE' };
    const acting = bench.act(region, populate, [0, 1 << 18]);
    await bench.lab.reader.until(() => bench.lab.reader.of('progress').length > 0);
    await bench.lab.service.interrupt({ session: bench.session }, never);
    const step = await acting;
    expect(step.errno).toBeNull();
    expect(step.outcome?.en).toMatch(/calls of at most 2048 pages; stopped before the other \d+ pages/);
    const left = Number(/other (\d+) pages/.exec(step.outcome?.en ?? '')?.[1]);
    await bench.shows(region, (flags) => countOf(flags, PageFlag.Resident) === (1 << 18) - left);
    const told = bench.lab.reader.of('progress').map(({ done, total }) => done / total);
    expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
    expect(told.at(-1)).toBe(1);
    const again = await bench.act(region, { kind: 'munlock' }, [0, 1]);
    expect(again.errno).toBeNull();
  });

  it.each(['inline', 'isolated'] as const)('can be ended before its first call has begun, %s', async (placement) => {
    // Between processes the wish takes its time, so that a slow machine has begun by then.
    const pages = placement === 'inline' ? 16_000 : 1 << 18;
    await using bench = await Bench.open(placement, {}, new Budget(8 * 1024 ** 3));
    const region = await bench.anonymous(pages);
    const acting = bench.act(region, write, [0, pages]);
    await bench.lab.service.interrupt({ session: bench.session }, never);
    const step = await acting;
    const [, left] = /stopped before the other (\d+) pages/.exec(step.outcome?.en ?? '') ?? [];
    expect(step.outcome?.zh).toContain(`停止时还有 ${left} 页未处理`);
    // What was not done is not done again, not taken back, and not in the C program.
    const done = pages - Number(left);
    const { action } = await bench.lab.service.action({ session: bench.session, step: step.index }, never);
    expect(action).toMatchObject({ pages: [0, done] });
    const { actions } = await bench.lab.service.inverse({ session: bench.session, step: step.index }, never);
    expect(actions.map((act) => act.pages)).toEqual([[0, done]]);
    const lines = await bench.lab.service.program({ session: bench.session, step: step.index }, never);
    expect(lines).toContain(`page < ${done};`);
  });

  it('is cut at multiples, so that huge pages stay whole, and its step shows the first call', async (context) => {
    await using bench = await Bench.open();
    const request = { backing: { kind: 'anonymous' }, size: { pages: 2048 }, hugePages: 'always' } as const;
    const region = (await bench.add(request)) ?? 0;
    await bench.act(region, write, [0, 2048]);
    const hugePages = () => [...bench.flags(region)].map((flags) => (flags & PageFlag.Huge) !== 0);
    const before = hugePages();
    const step = await bench.act(region, { kind: 'mlock' }, [600, 1448]);
    if (step.errno !== null) context.skip(`${step.diagnosis?.text.en}`);
    expect(step.calls).toEqual({ made: 2, refused: 0 });
    const from = BigInt(bench.region(region).address) + 600n * 4096n;
    expect(step.arguments).toEqual({ addr: `0x${from.toString(16)}`, length: 424 * 4096 });
    expect(step.range).toEqual({ firstPage: 600, pageCount: 1448 });
    if (!before.slice(1024).every((huge) => huge)) context.skip('the kernel had no huge page to give');
    expect(hugePages().slice(1024)).toEqual(before.slice(1024));
  });

  it('that begins with a short run shows all of it', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(4096);
    const step = await bench.act(region, write, [1000, 100, 1200, 2000]);
    expect(step.arguments).toMatchObject({ remote: expect.stringMatching(/^100 pages from /) });
    expect([step.returned, step.calls?.made]).toEqual([2100, 4]);
  });

  it('of mmap with MAP_POPULATE is one call, and says that nothing ends it and what can be ended', async () => {
    await using bench = await Bench.open();
    const region = await bench.add({ backing: { kind: 'anonymous' }, size: { pages: 16_384 }, populate: true });
    const mapped = bench.lab.reader.of('step').find(({ step }) => step.region === region)?.step;
    expect(mapped?.outcome?.en).toContain('which nothing ends early');
    expect(mapped?.differs).toBeUndefined();
  });

  it('of 65 536 runs makes one call for each, as one step', async () => {
    await using bench = await Bench.open('isolated', {}, new Budget(8 * 1024 ** 3));
    const region = await bench.anonymous(1 << 17);
    const runs = Array.from({ length: 1 << 17 }, (_, index) => (index % 2 === 0 ? index : 1));
    const step = await bench.act(region, write, runs);
    expect(step).toMatchObject({ returned: 1 << 16, calls: { made: 1 << 16, refused: 0 } });
    await bench.shows(region, (flags) => countOf(flags, PageFlag.Resident) === 1 << 16);
  });

  it('of locks leaves the process the mappings that it needs itself, and says why it stopped', {
    timeout: 60_000,
  }, async () => {
    await using bench = await Bench.open('isolated', {}, new Budget(8 * 1024 ** 3));
    const region = await bench.anonymous(1 << 17);
    const runs = Array.from({ length: 1 << 17 }, (_, index) => (index % 2 === 0 ? index : 1));
    const step = await bench.act(region, { kind: 'mlock2', onFault: true }, runs);
    const { made, refused } = step.calls ?? { made: 0, refused: 0 };
    expect(made).toBeGreaterThan(0);
    await bench.shows(region, (flags) => countOf(flags, PageFlag.Locked) === made - refused);
    if (refused === 0 && made < 1 << 16) expect(step.diagnosis?.fix).toBe('max-map-count');
    expect((await bench.act(region, { kind: 'munlock' }, [0, 1 << 17])).errno).toBeNull();
    expect(bench.lab.reader.of('vmas').at(-1)?.vmas).toHaveLength(1);
  });
});

describe('a saved workbench', () => {
  const actionsOf = async (bench: Bench) => recordedActionsSchema.parse((await bench.save()).actions);

  async function replayed(
    actions: RecordedActions | undefined,
    placement: 'inline' | 'isolated' = 'inline',
  ): Promise<Bench> {
    const bench = await Bench.open(placement, { actions });
    await bench.lab.reader.until(() => bench.lab.reader.of('claim').length > 0);
    return bench;
  }

  it.each(['inline', 'isolated'] as const)(
    'is opened again to the same pages, names and numbers, %s',
    async (placement) => {
      using file = withFile(4 * 4096);
      await using bench = await Bench.open();
      const first = await bench.anonymous(16);
      const gone = await bench.anonymous(4);
      const private_ = { kind: 'file', path: file.path, sharing: 'private' } as const;
      const third = (await bench.add({ name: 'letter', backing: private_ })) ?? 0;
      await bench.act(first, write, [0, 3, 8, 2]);
      await bench.act(first, { kind: 'mlock' }, [1, 1]);
      await bench.act(first, { kind: 'madvise', advice: 'MADV_DONTNEED' }, [0, 3]);
      await bench.remove(gone);
      await bench.act(third, write, [1, 2]);
      await bench.lab.service.renameRegion({ session: bench.session, region: first, name: 'heap' }, never);
      await using again = await replayed(await actionsOf(bench), placement);
      expect(again.lab.reader.of('claim').at(-1)?.claim).toMatchObject({
        id: 'replay',
        expected: 8,
        measured: 8,
        status: 'held',
      });
      for (const region of [first, third]) {
        await again.shows(region, (flags) => `${flags}` === `${bench.flags(region)}`);
        expect(again.region(region).name).toBe(bench.region(region).name);
      }
      expect((await again.save()).actions).toEqual((await bench.save()).actions);
    },
  );

  it('tells what differs: a file that is gone is refused with its sentence, and the rest goes on', async () => {
    const file = withFile(4 * 4096);
    await using bench = await Bench.open();
    const missing = (await bench.add({ backing: { kind: 'file', path: file.path, sharing: 'private' } })) ?? 0;
    const region = await bench.anonymous(8);
    await bench.act(missing, write, [0, 2]);
    await bench.act(region, write, [0, 5]);
    const actions = await actionsOf(bench);
    file[Symbol.dispose]();
    rmSync(file.path, { force: true });
    const changed = actions?.map((each, index) =>
      index === 3 ? { ...each, result: { errno: null, resident: 2 } } : each,
    );
    await using again = await replayed(changed);
    expect(again.lab.reader.of('claim').at(-1)?.claim).toMatchObject({ expected: 4, measured: 1, status: 'failed' });
    const { text } = again.lab.reader.of('claim').at(-1)?.claim ?? {};
    expect([text?.en, text?.zh]).toEqual([
      expect.stringMatching(/^1 of 4 /),
      expect.stringMatching(/^4 个.* 1 个.*相同/),
    ]);
    expect(again.lab.reader.of('step').map(({ step }) => step.differs ?? false)).toEqual(
      [true, false, false, true, true].slice(-again.lab.reader.of('step').length),
    );
    const outcomes = again.lab.reader.of('step').map(({ step }) => step.outcome?.en ?? '');
    expect(outcomes[0]).toContain('it does not exist');
    expect(outcomes.at(-2)).toContain(`has no region ${missing}`);
    expect(outcomes.at(-1)).toContain('when it was saved: resident pages 2');
    expect(again.lab.reader.of('step').at(-1)?.step.outcome?.zh).toContain('保存时：驻留页 2');
    expect([...again.flags(region)].map((flags) => flags & 1)).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
  });

  it('of which one action is none is refused before anything is done, and the action is named', async () => {
    const budget = new Budget(4 * 1024 ** 2);
    const add = { backing: { kind: 'anonymous' }, size: { pages: 8 }, protection: [] };
    const actions = [
      { action: { kind: 'add', region: add } },
      { action: { kind: 'act', region: 1, tool: write, pages: [1] } },
    ];
    const problem = await problemOf(Bench.open('inline', { actions }, budget));
    expect(problem.text.en).toMatch(/^workbench: actions\.1\.action\.pages is not valid: must be runs of pages/);
    budget.take(4 * 1024 ** 2, { en: '', zh: '' })[Symbol.dispose]();
  });

  it('gives the action of a step, to be done again', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(8);
    const { index } = await bench.act(region, write, [0, 2, 4, 1]);
    const told = await bench.lab.service.action({ session: bench.session, step: index }, never);
    expect(told).toEqual({ action: { kind: 'act', region, tool: write, pages: [0, 2, 4, 1] } });
  });

  it('may be long: thousands of actions are done again, with progress, and can be ended', {
    timeout: 60_000,
  }, async () => {
    const touch = { action: { kind: 'act', region: 1, tool: write, pages: [0, 1] }, result: { errno: null } } as const;
    const add = {
      kind: 'add',
      region: contract.addRegion.request.shape.region.parse({
        backing: { kind: 'anonymous' },
        size: { pages: 8 },
        protection: ['PROT_READ', 'PROT_WRITE'],
      }),
    } as const;
    const actions = [
      { action: add },
      ...Array.from({ length: 20_000 }, () => ({ ...touch, action: { ...touch.action, pages: [0, 1] } })),
    ];
    await using bench = await Bench.open('isolated', { actions });
    await bench.lab.reader.until(() => bench.lab.reader.of('progress').length > 1);
    expect(bench.lab.reader.of('progress').at(-1)).toMatchObject({ unit: 'actions', total: 20_001 });
    await bench.lab.service.interrupt({ session: bench.session }, never);
    await bench.lab.reader.until(() => bench.lab.reader.of('claim').length > 0);
    const { claim } = bench.lab.reader.of('claim').at(-1) ?? {};
    expect(claim?.reason?.en).toMatch(/it was ended after \d+ of 20001 actions/);
    expect((await bench.act(1, write, [1, 1])).errno).toBeNull();
  });
});
