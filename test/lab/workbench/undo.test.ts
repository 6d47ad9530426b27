import { describe, expect, it } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { mapRegion } from '../../../lab/operations/map-region.ts';
import { inverseOf } from '../../../lab/workbench/inverse.ts';
import { beforeOf } from '../../../lab/workbench/past-actions.ts';
import { features } from '../../../native/probes/features.ts';
import { isGuard, PageFlag } from '../../../protocol/flags.ts';
import type { Tool, ToolAdvice } from '../../../protocol/page-call.ts';
import type { Inverse, PageRuns } from '../../../protocol/workbench.ts';
import { Bench } from '../../support/bench.ts';
import { withFile } from '../../support/files.ts';
import { never, problemOf } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';

const write: Tool = { kind: 'touch', access: 'write' };
const read: Tool = { kind: 'touch', access: 'read' };
const advise = (advice: ToolAdvice): Tool => ({ kind: 'madvise', advice });
const rights = (...protection: Extract<Tool, { kind: 'mprotect' }>['protection']): Tool => ({
  kind: 'mprotect',
  protection,
});

type Actions = Inverse['actions'];
const one = (tool: Tool, ...pages: number[]): Actions[number] => ({ tool, pages });

function inverse(bench: Bench, step: number): Promise<Inverse> {
  return bench.lab.service.inverse({ session: bench.session, step }, never);
}

/** Takes a step back, as the window does. */
async function takeBack(bench: Bench, region: number, step: number): Promise<void> {
  for (const { tool, pages } of (await inverse(bench, step)).actions) await bench.act(region, tool, pages);
}

/**
 * A region of eight pages: 1 was written, 2 has advice for huge pages, 3 is locked, 4 is locked on fault, 5 is left out
 * of core files, 6 may only be read, 7 is empty in a fork and not in it, and the others are as they were mapped, with
 * advice against huge pages.
 */
async function allSorts(bench: Bench): Promise<number> {
  const region = await bench.anonymous(8);
  await bench.act(region, write, [1, 1]);
  await bench.act(region, advise('MADV_HUGEPAGE'), [2, 1]);
  await bench.act(region, { kind: 'mlock' }, [3, 1]);
  await bench.act(region, { kind: 'mlock2', onFault: true }, [4, 1]);
  await bench.act(region, advise('MADV_DONTDUMP'), [5, 1]);
  await bench.act(region, rights('PROT_READ'), [6, 1]);
  await bench.act(region, advise('MADV_WIPEONFORK'), [7, 1]);
  await bench.act(region, advise('MADV_DONTFORK'), [7, 1]);
  return region;
}

const everything = [0, 3, 4, 4];
const cannot = { en: /can.t be undone/i, zh: /无法撤销/ };

/** What takes each tool back on pages 0 to 2 and 4 to 7 of such a region, and what is said of it. */
const table: readonly [tool: Tool, actions: Actions, en: RegExp, zh: RegExp, pages?: number[]][] = [
  [write, [one(advise('MADV_DONTNEED'), 0, 1, 2, 1)], /MADV_DONTNEED.*lost/, /归还.*丢失/, [0, 4]],
  [read, [one(advise('MADV_DONTNEED'), 0, 1, 2, 1, 5, 3)], /MADV_DONTNEED.*lost/, /归还.*丢失/],
  [advise('MADV_POPULATE_READ'), [one(advise('MADV_DONTNEED'), 0, 1, 2, 1, 5, 3)], /lost/, /丢失/],
  [advise('MADV_POPULATE_WRITE'), [one(advise('MADV_DONTNEED'), 0, 1, 2, 1)], /lost/, /丢失/, [0, 4]],
  [
    { kind: 'mlock' },
    [one({ kind: 'munlock' }, 0, 3, 5, 3), one({ kind: 'mlock2', onFault: true }, 4, 1)],
    /Unlocks the pages that were not locked/,
    /解锁此前未锁定的页/,
  ],
  [
    { kind: 'mlock2', onFault: true },
    [one({ kind: 'munlock' }, 0, 3, 5, 3), one({ kind: 'mlock' }, 3, 1)],
    /Unlocks the pages that were not locked/,
    /解锁此前未锁定的页/,
    [0, 8],
  ],
  [
    { kind: 'munlock' },
    [one({ kind: 'mlock' }, 3, 1), one({ kind: 'mlock2', onFault: true }, 4, 1)],
    /Locks the pages again.*limit/,
    /重新锁定.*上限/,
    [0, 8],
  ],
  [advise('MADV_DONTDUMP'), [one(advise('MADV_DODUMP'), 0, 3, 4, 1, 6, 2)], /core files/, /转储|core/],
  [advise('MADV_DODUMP'), [one(advise('MADV_DONTDUMP'), 5, 1)], /core files/, /转储|core/],
  [advise('MADV_HUGEPAGE'), [one(advise('MADV_NOHUGEPAGE'), 0, 2, 4, 4)], /advice.*before/, /此前.*建议/],
  [advise('MADV_NOHUGEPAGE'), [one(advise('MADV_HUGEPAGE'), 2, 1)], /advice.*before/, /此前.*建议/],
  [
    rights(),
    [one(rights('PROT_READ', 'PROT_WRITE'), 0, 3, 4, 2, 7, 1), one(rights('PROT_READ'), 6, 1)],
    /rights that they had/,
    /恢复.*权限/,
  ],
  [rights('PROT_READ'), [one(rights('PROT_READ', 'PROT_WRITE'), 0, 3, 4, 2, 7, 1)], /rights that/, /权限/],
  [rights('PROT_READ', 'PROT_WRITE'), [one(rights('PROT_READ'), 6, 1)], /rights that they had/, /恢复.*权限/],
  [{ kind: 'explicit_bzero' }, [], /contents are gone/, /内容已经清零/],
  [advise('MADV_DONTNEED'), [], /drop the contents/, /丢弃内容/],
  [advise('MADV_FREE'), [], /drop the contents/, /丢弃内容/],
  [advise('MADV_COLD'), [], /reclaim.*touch the pages to bring them in/, /回收.*调入/],
  [advise('MADV_PAGEOUT'), [], /reclaim.*touch the pages to bring them in/, /回收.*调入/],
  [advise('MADV_WILLNEED'), [], /read ahead stays in the page cache/, /预读.*留在页缓存/],
  [advise('MADV_COLLAPSE'), [], /splits a huge page/, /拆分大页/],
  [advise('MADV_REMOVE'), [], /drop the contents/, /丢弃内容/],
  [advise('MADV_DONTNEED_LOCKED'), [], /drop the contents/, /丢弃内容/],
  [advise('MADV_WIPEONFORK'), [one(advise('MADV_KEEPONFORK'), 0, 3, 4, 3)], /advice.*before/, /此前.*建议/],
  [advise('MADV_KEEPONFORK'), [one(advise('MADV_WIPEONFORK'), 7, 1)], /advice.*before/, /此前.*建议/],
  [advise('MADV_DONTFORK'), [one(advise('MADV_DOFORK'), 0, 3, 4, 3)], /advice.*before/, /此前.*建议/],
  [advise('MADV_DOFORK'), [one(advise('MADV_DONTFORK'), 7, 1)], /advice.*before/, /此前.*建议/],
  [advise('MADV_GUARD_INSTALL'), [one(advise('MADV_GUARD_REMOVE'), 0, 3)], /guards away.*lost/, /移除.*丢失/, [0, 3]],
];

describe('taking an action back', () => {
  it('is exactly this of each tool, and it is said what comes back, or why nothing does', async () => {
    await using bench = await Bench.open();
    for (const [tool, actions, en, zh, pages = everything] of table) {
      const region = await allSorts(bench);
      const { index } = await bench.act(region, tool, pages);
      const { actions: offered, note } = await inverse(bench, index);
      const what = JSON.stringify(tool);
      expect(offered, what).toEqual(actions);
      expect([note.en, note.zh], what).toEqual([expect.stringMatching(en), expect.stringMatching(zh)]);
      expect([cannot.en.test(note.en), cannot.zh.test(note.zh)], what).toEqual(Array(2).fill(actions.length === 0));
      await bench.remove(region);
    }
  });

  const kept = PageFlag.Locked | PageFlag.OnFault | PageFlag.DontDump;

  it.each([
    [{ kind: 'mlock' }],
    [{ kind: 'mlock2', onFault: true }],
    [{ kind: 'munlock' }],
    [advise('MADV_DONTDUMP')],
    [advise('MADV_DODUMP')],
  ] satisfies [Tool][])('%j: locks and what core files hold are as before', async (tool) => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16);
    await bench.act(region, { kind: 'mlock' }, [2, 3]);
    await bench.act(region, { kind: 'mlock2', onFault: true }, [6, 3]);
    await bench.act(region, advise('MADV_DONTDUMP'), [4, 4]);
    const before = [...bench.flags(region)].map((flags) => flags & kept);
    const { index } = await bench.act(region, tool, [1, 6, 8, 4]);
    expect([...bench.flags(region)].map((flags) => flags & kept)).not.toEqual(before);
    await takeBack(bench, region, index);
    expect([...bench.flags(region)].map((flags) => flags & kept)).toEqual(before);
  });

  it.each([[write], [read], [advise('MADV_POPULATE_WRITE')]])(
    '%j: pages that were not there are given back, others stay',
    async (tool) => {
      await using bench = await Bench.open();
      const region = await bench.anonymous(16);
      await bench.act(region, write, [3, 2]);
      const before = [...bench.flags(region)];
      const { index } = await bench.act(region, tool, [0, 10]);
      await takeBack(bench, region, index);
      expect([...bench.flags(region)]).toEqual(before);
    },
  );

  it('mprotect and advice for huge pages: each VMA has what it had', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16);
    await bench.act(region, rights('PROT_READ'), [4, 4]);
    await bench.act(region, advise('MADV_HUGEPAGE'), [10, 2]);
    const vmas = () => bench.lab.reader.of('vmas').at(-1)?.vmas;
    const before = vmas();
    const taken = await bench.act(region, rights(), [2, 4]);
    await takeBack(bench, region, taken.index);
    expect(vmas()).toEqual(before);
    const advice = await bench.act(region, advise('MADV_HUGEPAGE'), [8, 4]);
    await takeBack(bench, region, advice.index);
    expect(vmas()).toEqual(before);
  });

  it.each([
    ['MADV_WIPEONFORK', 'MADV_WIPEONFORK'],
    ['MADV_KEEPONFORK', 'MADV_WIPEONFORK'],
    ['MADV_DONTFORK', 'MADV_DONTFORK'],
    ['MADV_DOFORK', 'MADV_DONTFORK'],
  ] as const)('%s: what a fork gets is as before, as smaps says', async (advice, had) => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16);
    await bench.act(region, advise(had), [4, 4]);
    const flags = () => witness(bench.region(region)).flags;
    const before = flags();
    const { index } = await bench.act(region, advise(advice), [2, 1, 5, 2]);
    expect(flags()).not.toEqual(before);
    await takeBack(bench, region, index);
    expect(flags()).toEqual(before);
  });

  it.for(['MADV_GUARD_INSTALL', 'MADV_GUARD_REMOVE'] as const)(
    '%s: guards stand where they stood',
    async (advice, context) => {
      if (features()['guard-install'].status !== 'available') context.skip('this kernel has no guard pages');
      await using bench = await Bench.open();
      const region = await bench.anonymous(16);
      await bench.act(region, advise('MADV_GUARD_INSTALL'), [4, 4]);
      const guards = () => [...bench.flags(region)].map(isGuard);
      const before = guards();
      if (!before[4]) context.skip('this kernel shows guard pages as swapped ones (Linux 6.16)');
      const { index } = await bench.act(region, advise(advice), [2, 4, 10, 2]);
      expect(guards()).not.toEqual(before);
      await takeBack(bench, region, index);
      expect(guards()).toEqual(before);
    },
  );

  it.each(['MADV_HUGEPAGE', 'MADV_NOHUGEPAGE'] as const)(
    '%s where there was no advice: nothing takes it away, and that is said also of a part',
    async (advice) => {
      const other = advice === 'MADV_HUGEPAGE' ? 'MADV_NOHUGEPAGE' : 'MADV_HUGEPAGE';
      await using bench = await Bench.open();
      const request = { backing: { kind: 'anonymous' }, size: { pages: 8 }, hugePages: 'system' } as const;
      const region = (await bench.add(request)) ?? 0;
      const whole = await inverse(bench, (await bench.act(region, advise(advice), [0, 4])).index);
      expect(whole.actions).toEqual([]);
      expect([whole.note.en, whole.note.zh]).toEqual([
        expect.stringMatching(/no advice before.*no call/),
        expect.stringMatching(/此前没有建议.*没有撤销/),
      ]);
      await bench.act(region, advise(other), [6, 2]);
      const part = await inverse(bench, (await bench.act(region, advise(advice), [4, 4])).index);
      expect(part.actions).toEqual([one(advise(other), 6, 2)]);
      expect(part.note.en).toMatch(/where there was none it stays/);
      expect(part.note.zh).toMatch(/此前没有建议的部分保持现状/);
    },
  );

  it.each(['shared', 'memfd'] as const)(
    'a touch of %s memory stays in its cache, and so does that of a file',
    async (kind) => {
      using file = withFile(4 * 4096);
      await using bench = await Bench.open();
      const memory = (await bench.add({ backing: { kind }, size: { pages: 4 } })) ?? 0;
      const copy = (await bench.add({ backing: { kind: 'file', path: file.path, sharing: 'private' } })) ?? 0;
      for (const region of [memory, copy]) {
        for (const tool of [write, advise('MADV_POPULATE_READ')]) {
          const { actions, note } = await inverse(bench, (await bench.act(region, tool, [0, 4])).index);
          expect(actions).toEqual([]);
          expect(note.en).toMatch(/only anonymous private pages/);
          expect(note.zh).toMatch(/只有匿名私有页.*文件或共享内存/);
        }
      }
    },
  );

  it('leaves pages alone that were in swap: their contents are not in memory, and not gone either', async () => {
    const { region } = mapRegion(1, 'A', { pages: 8 }, new Clock());
    if (!region) throw new Error('The kernel refused anonymous memory.');
    const { Resident, Present, Swapped, Locked, OnFault, DontDump } = PageFlag;
    const there = Resident | Present;
    // The last is in the swap cache: in memory, while its place in the page table is a swap entry.
    const flags = [
      0,
      there,
      Swapped,
      there | Locked,
      Locked | OnFault,
      DontDump,
      Swapped | DontDump,
      Swapped | Resident,
    ];
    const runs: PageRuns = [0, 8];
    for (const tool of [write, read, advise('MADV_POPULATE_READ'), advise('MADV_POPULATE_WRITE')]) {
      const before = beforeOf(tool, runs, Uint8Array.from(flags), []);
      const { actions } = inverseOf({ region: 1, tool, runs, before }, region);
      expect(actions).toEqual([one(advise('MADV_DONTNEED'), 0, 1, 5, 1)]);
    }
    await region.release();
  });

  it('has nothing to do where the pages were like this before, and says so', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(4);
    const twice: Tool[] = [
      write,
      { kind: 'mlock' },
      advise('MADV_DONTDUMP'),
      rights('PROT_READ'),
      advise('MADV_NOHUGEPAGE'),
    ];
    for (const tool of twice) {
      await bench.act(region, tool, [0, 4]);
      const { actions, note } = await inverse(bench, (await bench.act(region, tool, [0, 4])).index);
      expect(actions).toEqual([]);
      expect([note.en, note.zh]).toEqual([expect.stringMatching(/nothing to/i), expect.stringMatching(/没有需要/)]);
      expect(note.en).not.toMatch(cannot.en);
      if (tool.kind === 'mprotect') await bench.act(region, rights('PROT_READ', 'PROT_WRITE'), [0, 4]);
    }
    await bench.act(region, { kind: 'munlock' }, [0, 4]);
    const { actions } = await inverse(bench, (await bench.act(region, { kind: 'munlock' }, [0, 4])).index);
    expect(actions).toEqual([]);
  });

  it('is about the pages that were acted on, and no others', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16);
    await bench.act(region, rights('PROT_READ'), [4, 8]);
    const { index } = await bench.act(region, rights(), [2, 1, 5, 2, 10, 4]);
    expect((await inverse(bench, index)).actions).toEqual([
      one(rights('PROT_READ', 'PROT_WRITE'), 2, 1, 12, 2),
      one(rights('PROT_READ'), 5, 2, 10, 2),
    ]);
  });

  it('says of a map, of an unmap, of a step that was not taken, and of a region that is gone why it is not offered', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(4);
    const { index } = await bench.act(region, { kind: 'mlock' }, [0, 4]);
    const mapped = await inverse(bench, 0);
    expect([mapped.actions, mapped.note.en]).toEqual([[], expect.stringMatching(/unmap the region/)]);
    expect(mapped.note.zh).toMatch(/无法撤销.*解除.*映射/);
    const later = await inverse(bench, index + 1);
    expect([later.actions, later.note.en, later.note.zh]).toEqual([[], 'There is no such step yet.', '还没有这一步。']);
    await bench.remove(region);
    expect((await problemOf(inverse(bench, index))).text.en).toContain(`region ${region}`);
  });

  it('is not offered of the oldest actions, when what was there before takes too much memory, and that is said', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16_000);
    // Every second page, so that what was there before each action has as many pieces as there are pages.
    await bench.act(
      region,
      write,
      Array.from({ length: 16_000 }, (_, at) => (at % 2 === 0 ? at : 1)),
    );
    const steps: number[] = [];
    for (let act = 0; act < 70; act++) {
      steps.push((await bench.act(region, rights('PROT_READ', 'PROT_WRITE'), [0, 16_000])).index);
    }
    const [oldest, newest] = [await inverse(bench, steps[0] ?? 0), await inverse(bench, steps.at(-1) ?? 0)];
    expect([oldest.actions, newest.actions]).toEqual([[], []]);
    expect([oldest.note.en, oldest.note.zh]).toEqual([
      expect.stringMatching(/no longer kept/),
      expect.stringMatching(/不再保留/),
    ]);
    expect(newest.note.en).toMatch(/nothing to/i);
    expect((await inverse(bench, steps[20] ?? 0)).note).toEqual(newest.note);
  });
});
