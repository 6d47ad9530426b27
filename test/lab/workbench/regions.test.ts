import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import { memlockLimit } from '../../../lab/limits/environment.ts';
import { Budget } from '../../../lab/service/budget.ts';
import { features } from '../../../native/probes/features.ts';
import { meminfo } from '../../../native/proc/proc-meminfo.ts';
import type { Step } from '../../../protocol/events.ts';
import { pageState } from '../../../protocol/flags.ts';
import type { RegionRequest } from '../../../protocol/mapping.ts';
import type { Tool } from '../../../protocol/page-call.ts';
import { exactBytes } from '../../../protocol/size.ts';
import { Bench } from '../../support/bench.ts';
import { withFile } from '../../support/files.ts';
import { never, problemOf } from '../../support/harness.ts';
import { skipWithoutRoomToLock } from '../../support/locking.ts';
import { witness } from '../../support/smaps-witness.ts';

const write: Tool = { kind: 'touch', access: 'write' };
const onFault: Tool = { kind: 'mlock2', onFault: true };

const nrHugepages = '/proc/sys/vm/nr_hugepages';

/** The machine's pool: bytes of a huge page, all of them, and those that are free and promised to nobody. */
function poolHere(context: TestContext) {
  const memory = meminfo();
  if (memory.errno !== null || memory.hugePageBytes === 0) return context.skip('this kernel has no pool of huge pages');
  const { hugePageBytes: bytes, hugePagesTotal: total, hugePagesFree, hugePagesReserved } = memory;
  return { bytes, total, free: hugePagesFree - hugePagesReserved };
}

describe('adding a region', () => {
  const add = async (bench: Bench, request: Partial<RegionRequest> & Pick<RegionRequest, 'backing'>) => {
    const before = bench.lab.reader.of('step').length;
    const region = (await bench.add({ size: { pages: 4 }, ...request })) ?? 0;
    const steps = bench.lab.reader
      .of('step')
      .slice(before)
      .map(({ step }) => step);
    return { region, steps, info: bench.region(region) };
  };
  const called = (steps: readonly Step[]) =>
    steps.map(({ call, arguments: { prot, flags, advice } }) => [call, advice ?? `${prot} ${flags}`].join(' '));

  it('asks mmap for what was chosen, and tells the region as maps has it', async (context) => {
    using file = withFile(4 * 4096);
    await using bench = await Bench.open();
    const path = { path: file.path };
    const rows: [Partial<RegionRequest> & Pick<RegionRequest, 'backing'>, string, string, string][] = [
      [{ backing: { kind: 'anonymous' } }, 'PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS', 'anonymous', 'rw-p'],
      [{ backing: { kind: 'shared' } }, 'PROT_READ|PROT_WRITE MAP_SHARED|MAP_ANONYMOUS', 'shared', 'rw-s'],
      [{ backing: { kind: 'memfd' } }, 'PROT_READ|PROT_WRITE MAP_SHARED', 'memfd', 'rw-s'],
      [{ backing: { kind: 'secret' } }, 'PROT_READ|PROT_WRITE MAP_SHARED', 'secret', 'rw-s'],
      [{ backing: { kind: 'file', ...path, sharing: 'private' } }, 'PROT_READ|PROT_WRITE MAP_PRIVATE', 'file', 'rw-p'],
      [
        { backing: { kind: 'file', ...path, sharing: 'shared' }, protection: ['PROT_READ'] },
        'PROT_READ MAP_SHARED',
        'file',
        'r--s',
      ],
      [{ backing: { kind: 'anonymous' }, protection: [] }, 'PROT_NONE MAP_PRIVATE|MAP_ANONYMOUS', 'anonymous', '---p'],
      [
        { backing: { kind: 'anonymous' }, protection: ['PROT_WRITE'] },
        'PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS',
        'anonymous',
        '-w-p',
      ],
      [
        { backing: { kind: 'anonymous' }, populate: true },
        'PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS|MAP_POPULATE',
        'anonymous',
        'rw-p',
      ],
      [
        { backing: { kind: 'anonymous' }, locked: true, populate: true },
        'PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS|MAP_LOCKED|MAP_POPULATE',
        'anonymous',
        'rw-p',
      ],
    ];
    const roomToLock = memlockLimit().soft;
    const secret = features().memfd_secret.status === 'available';
    for (const [request, mmap, kind, protection] of rows) {
      if (kind === 'secret' && !secret) continue;
      if (request.locked && roomToLock !== 'unlimited' && roomToLock < 65_536) continue;
      const { steps, info, region } = await add(bench, request);
      expect(called(steps)[0]).toBe(`mmap ${mmap}`);
      expect(info).toMatchObject({ kind, protection, pages: 4, length: 4 * 4096 });
      expect(steps[0]?.region).toBe(region);
      const vmas = bench.lab.reader.of('vmas').findLast((told) => told.region === region)?.vmas;
      expect(vmas).toMatchObject([{ firstPage: 0, pageCount: 4, protection }]);
      const resident = bench.flags(region).filter((byte) => byte & 1).length;
      if (kind === 'anonymous') expect(resident).toBe(request.populate || request.locked ? 4 : 0);
    }
    if (!secret) context.skip('This kernel has no memfd_secret; the others are as they should be.');
  });

  it('advises against huge pages or for them as it was chosen, where there may be any', async () => {
    using file = withFile(4 * 4096);
    await using bench = await Bench.open();
    const advice = async (hugePages: RegionRequest['hugePages'], backing: RegionRequest['backing']) => {
      const { steps, info } = await add(bench, { hugePages, backing });
      const vmas = bench.lab.reader.of('vmas').findLast(({ region }) => region === info.id)?.vmas[0]?.flags;
      return [called(steps)[1], vmas?.filter((flag) => flag === 'hg' || flag === 'nh')];
    };
    const against = ['madvise MADV_NOHUGEPAGE', ['nh']];
    expect(await advice('never', { kind: 'anonymous' })).toEqual(against);
    expect(await advice('never', { kind: 'memfd' })).toEqual(against);
    expect(await advice('always', { kind: 'anonymous' })).toEqual(['madvise MADV_HUGEPAGE', ['hg']]);
    expect(await advice('system', { kind: 'anonymous' })).toEqual([undefined, []]);
    expect(await advice('never', { kind: 'file', path: file.path, sharing: 'private' })).toEqual([undefined, []]);
  });

  it('that is to be locked has it locked at birth, as smaps says', async (context) => {
    skipWithoutRoomToLock(context);
    await using bench = await Bench.open();
    for (const kind of ['anonymous', 'shared', 'memfd'] as const) {
      const { info, steps } = await add(bench, { backing: { kind }, locked: true, hugePages: 'system' });
      expect(called(steps)).toEqual([expect.stringMatching(/\|MAP_LOCKED$|MAP_SHARED\|MAP_LOCKED$/)]);
      const seen = witness(info);
      expect([seen.flags[0]?.includes('lo'), seen.flags[0]?.includes('lf'), seen.kibibytes('Locked')]).toEqual([
        ...[true, false, 16],
      ]);
      expect([...bench.flags(info.id)].map((flags) => pageState(flags))).toEqual(Array(4).fill('locked'));
    }
  });

  it('of hugetlb is refused with an empty pool, which is explained with the numbers and a fix', async (context) => {
    const pool = poolHere(context);
    await using bench = await Bench.open();
    const count = pool.free + 8;
    const size = { pages: (count * pool.bytes) / 4096 };
    expect(await bench.add({ backing: { kind: 'hugetlb' }, size })).toBeUndefined();
    const step = bench.lab.reader.of('step').at(-1)?.step;
    expect([step?.call, step?.errno, step?.arguments.flags, step?.diagnosis?.fix]).toEqual([
      ...['mmap', 'ENOMEM', 'MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB', 'hugetlb-pool'],
    ]);
    const { en, zh } = step?.diagnosis?.text ?? {};
    const huge = exactBytes(pool.bytes);
    expect(en).toContain(`This needs ${count} huge pages of ${huge}, and ${pool.free} of ${pool.total} are free`);
    expect(zh).toContain(`需要 ${count} 个 ${huge} 的大页，而 ${pool.total} 个中只有 ${pool.free} 个空闲`);
  });

  it('of hugetlb takes whole huge pages alone, and says which number', async (context) => {
    const { bytes } = poolHere(context);
    await using bench = await Bench.open();
    for (const size of [{ pages: bytes / 4096 + 1 }, { bytes: bytes / 2 }, { bytes: bytes - 1 }]) {
      const { kind, text } = await problemOf(bench.add({ backing: { kind: 'hugetlb' }, size }));
      expect(kind).toBe('bad-input');
      expect(text.en).toContain(`whole huge pages of ${exactBytes(bytes)} (${bytes / 4096} pages)`);
      expect(text.zh).toContain(`${exactBytes(bytes)}（${bytes / 4096} 页）的完整大页`);
    }
  });

  it('of hugetlb shows huge pages where the pool has one, without advice, and gives it back', async (context) => {
    const pool = poolHere(context);
    const before = readFileSync(nrHugepages, 'utf8');
    try {
      if (pool.free < 2) {
        try {
          writeFileSync(nrHugepages, `${pool.total + 2}`);
        } catch (error) {
          context.skip(`no huge page is free, and the pool can’t be made larger: ${error}`);
        }
        if (poolHere(context).free < 2) context.skip('the kernel has no memory in one piece for two huge pages');
      }
      await using bench = await Bench.open();
      const pages = (2 * pool.bytes) / 4096;
      const { region, steps, info } = await add(bench, { backing: { kind: 'hugetlb' }, size: { pages } });
      expect(called(steps)).toEqual(['mmap PROT_READ|PROT_WRITE MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB']);
      expect([info.kind, info.pages, BigInt(info.address) % BigInt(pool.bytes)]).toEqual(['hugetlb', pages, 0n]);
      const touched = await bench.act(region, write, [3, 1]);
      expect(touched.errno).toBeNull();
      expect((await bench.lab.service.inverse({ session: bench.session, step: touched.index }, never)).note.en).toMatch(
        /^Can’t be undone: a touch brings in a whole huge page/,
      );
      const states = [...bench.flags(region)].map((flags) => pageState(flags));
      expect(states).toEqual([...Array(pages / 2).fill('huge'), ...Array(pages / 2).fill('absent')]);
      expect((await bench.act(region, { kind: 'explicit_bzero' }, [0, pages])).errno).toBeNull();
      const free = poolHere(context).free;
      await bench.remove(region);
      expect(bench.lab.reader.of('step').at(-1)?.step).toMatchObject({ call: 'munmap', errno: null });
      expect(poolHere(context).free).toBe(free + 2);
    } finally {
      if (readFileSync(nrHugepages, 'utf8') !== before) writeFileSync(nrHugepages, before);
    }
  });

  it('of bytes that are no whole pages maps the last page too, and asks for the bytes', async () => {
    await using bench = await Bench.open();
    const { steps, info } = await add(bench, { backing: { kind: 'anonymous' }, size: { bytes: 4097 } });
    expect([steps[0]?.arguments.length, info.pages, info.length]).toEqual([4097, 2, 8192]);
    expect((await bench.act(info.id, write, [0, 2])).returned).toBe(2);
  });

  it('gives the next letter, also after a refusal, and keeps it under a name that may change', async () => {
    await using bench = await Bench.open();
    using file = withFile(4096);
    const first = await add(bench, { backing: { kind: 'anonymous' }, name: 'heap' });
    expect(first.info).toMatchObject({ id: 1, label: 'A', name: 'heap' });
    const shared = { kind: 'file', path: file.path, sharing: 'shared' } as const;
    expect(await bench.add({ backing: shared })).toBeUndefined();
    expect((await add(bench, { backing: { kind: 'anonymous' } })).info).toMatchObject({ id: 3, label: 'C' });
    await bench.lab.service.renameRegion({ session: bench.session, region: 1, name: 'stack' }, never);
    expect(bench.region(1)).toEqual({ ...first.info, name: 'stack' });
  });
});

describe('the VMAs of a region', () => {
  it('are told when an action changed them, and not when it did not', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16);
    const told = () => bench.lab.reader.of('vmas').length;
    const before = told();
    await bench.act(region, write, [0, 16]);
    await bench.act(region, { kind: 'munlock' }, [0, 16]);
    expect(told()).toBe(before);
    await bench.act(region, { kind: 'mlock' }, [4, 4]);
    expect(told()).toBe(before + 1);
    await bench.act(region, { kind: 'mlock' }, [4, 4]);
    expect(told()).toBe(before + 1);
    await bench.act(region, onFault, [4, 4]);
    expect(bench.lab.reader.of('vmas').at(-1)?.vmas).toEqual([
      { firstPage: 0, pageCount: 4, protection: 'rw-p', flags: ['nh'] },
      { firstPage: 4, pageCount: 4, protection: 'rw-p', flags: ['lo', 'lf', 'nh'] },
      { firstPage: 8, pageCount: 8, protection: 'rw-p', flags: ['nh'] },
    ]);
  });

  it('are told up to 256, and the others are counted', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(601);
    await bench.act(region, { kind: 'madvise', advice: 'MADV_DONTDUMP' }, [1, 1]);
    const runs = Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? at + 1 : 1));
    await bench.act(region, { kind: 'madvise', advice: 'MADV_DONTDUMP' }, runs);
    const last = bench.lab.reader.of('vmas').at(-1);
    expect([last?.vmas.length, last?.more, last?.vmas.at(-1)]).toEqual([
      256,
      601 - 256,
      { firstPage: 255, pageCount: 1, protection: 'rw-p', flags: ['dd', 'nh'] },
    ]);
  });
});

describe('what was asked for', () => {
  it('is done one after the other, and an interrupt ends what is under way alone', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(16_000);
    const actions = [write, write].map((tool) => bench.act(region, tool, [0, 16_000]));
    await bench.lab.service.interrupt({ session: bench.session }, never);
    const [first, second] = await Promise.all(actions);
    expect(first?.outcome?.en).toContain('stopped before');
    expect([second?.returned, second?.index]).toEqual([16_000, (first?.index ?? 0) + 1]);
    expect(second?.outcome?.en).not.toContain('stopped');
    await bench.lab.service.interrupt({ session: bench.session }, never);
    expect((await bench.act(region, write, [0, 16_000])).returned).toBe(16_000);
  });
});

describe('the memory of a saved workbench', () => {
  const add = (pages: number) => ({
    action: {
      kind: 'add',
      region: { backing: { kind: 'anonymous' }, size: { pages }, protection: [], hugePages: 'never', populate: false },
    },
  });
  const remove = (region: number) => ({ action: { kind: 'remove', region } });
  const open = (actions: object[]) => Bench.open('inline', { actions }, new Budget(1024 * 4096));

  it('is what it needs at the most at one time, and what is mapped at its end stays taken', async () => {
    await using bench = await open([add(600), remove(1), add(700), remove(2), add(500)]);
    await bench.lab.reader.until(() => bench.lab.reader.of('step').length >= 8);
    // 500 of 1024 pages are mapped, and 200 more are kept for what it may do again.
    const problem = await problemOf(bench.anonymous(325));
    expect([problem.kind, problem.text.zh]).toEqual([
      'over-budget',
      expect.stringMatching(/该区域 需要提交 1\.3 MiB.*预算为 4 MiB（已用 2\.7 MiB）/),
    ]);
    await bench.anonymous(324);
  });

  it('is refused as a whole when it is too much at one time', async () => {
    expect((await problemOf(open([add(600), remove(1), add(600), add(500)]))).kind).toBe('over-budget');
  });
});
