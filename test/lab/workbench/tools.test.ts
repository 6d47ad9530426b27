import { describe, expect, it } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { mapRegion } from '../../../lab/operations/map-region.ts';
import { performNow } from '../../../lab/operations/perform.ts';
import { features } from '../../../native/probes/features.ts';
import type { Step } from '../../../protocol/events.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import type { Backing } from '../../../protocol/mapping.ts';
import type { Tool, ToolAdvice } from '../../../protocol/page-call.ts';
import { Bench } from '../../support/bench.ts';
import { withFile } from '../../support/files.ts';
import { witness } from '../../support/smaps-witness.ts';

/** Few enough for a lock limit of 64 KiB. */
const pages = 8;
const whole = [0, pages];
const write: Tool = { kind: 'touch', access: 'write' };
const read: Tool = { kind: 'touch', access: 'read' };
const advise = (advice: ToolAdvice): Tool => ({ kind: 'madvise', advice });
const secretWorks = features().memfd_secret.status === 'available';
const noSecret = 'This kernel has no memfd_secret.';

/** What every backing answers to every tool when its pages are there and may be read and written, in order. */
const answers: readonly (readonly [Tool, Partial<Record<Backing['kind'], string>>])[] = [
  [{ kind: 'touch', access: 'read' }, {}],
  [write, { file: 'EFAULT' }],
  [{ kind: 'explicit_bzero' }, { file: 'EFAULT' }],
  [advise('MADV_POPULATE_READ'), { secret: 'EINVAL' }],
  [advise('MADV_COLD'), { secret: 'EINVAL' }],
  [advise('MADV_PAGEOUT'), { secret: 'EINVAL' }],
  [advise('MADV_WILLNEED'), { anonymous: 'EBADF' }],
  [advise('MADV_DONTDUMP'), {}],
  [{ kind: 'mlock' }, { secret: 'ENOMEM' }],
  [
    advise('MADV_DONTNEED'),
    { anonymous: 'EINVAL', shared: 'EINVAL', memfd: 'EINVAL', file: 'EINVAL', secret: 'EINVAL' },
  ],
  [{ kind: 'munlock' }, {}],
  [{ kind: 'mlock2', onFault: true }, { secret: 'ENOMEM' }],
  [{ kind: 'munlock' }, {}],
  [advise('MADV_FREE'), { shared: 'EINVAL', memfd: 'EINVAL', file: 'EINVAL', secret: 'EINVAL' }],
  [{ kind: 'mprotect', protection: ['PROT_READ'] }, {}],
  [{ kind: 'mprotect', protection: ['PROT_READ', 'PROT_WRITE'] }, { file: 'EACCES' }],
];

async function addBacked(bench: Bench, kind: Backing['kind'], path: string): Promise<number | undefined> {
  const backing: Backing = kind === 'file' ? { kind, path, sharing: 'shared' } : { kind };
  return bench.add({
    backing,
    size: { pages },
    protection: kind === 'file' ? ['PROT_READ'] : ['PROT_READ', 'PROT_WRITE'],
  });
}

describe('every tool on every backing', () => {
  it.for(['anonymous', 'shared', 'memfd', 'file', 'secret'] as const)(
    '%s: is performed, or refused by the kernel and explained',
    async (kind, context) => {
      if (kind === 'secret' && !secretWorks) context.skip(noSecret);
      using file = withFile(pages * 4096);
      await using bench = await Bench.open();
      const region = (await addBacked(bench, kind, file.path)) ?? 0;
      const seen: [string, string | null][] = [];
      const explained: Step[] = [];
      for (const [tool] of answers) {
        const step = await bench.act(region, tool, whole);
        seen.push([JSON.stringify(tool), step.errno]);
        if (step.errno !== null) explained.push(step);
      }
      const expected = answers.map(([tool, by]) => [JSON.stringify(tool), by[kind] ?? null]);
      // Without swap the kernel has nothing to read ahead for anonymous memory, and says so in one of two ways.
      const willNeed = seen.findIndex(([tool]) => tool.includes('WILLNEED'));
      if (kind === 'anonymous') expected[willNeed] = seen[willNeed] ?? ['', ''];
      expect(seen).toEqual(expected);
      for (const step of explained) expect([step.meaning?.en, step.meaning?.zh], step.call).not.toContain(undefined);
    },
  );

  it('shows on fault, don’t dump and rights as smaps of the process has them', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(24);
    await bench.act(region, { kind: 'mlock2', onFault: true }, [0, 4, 8, 2]);
    await bench.act(region, advise('MADV_DONTDUMP'), [2, 4]);
    await bench.act(region, { kind: 'mprotect', protection: [] }, [20, 4]);
    const flags = [...bench.flags(region)];
    const pagesWith = (flag: number) => flags.flatMap((byte, page) => (byte & flag ? [page] : []));
    expect(pagesWith(PageFlag.OnFault)).toEqual([0, 1, 2, 3, 8, 9]);
    expect(pagesWith(PageFlag.DontDump)).toEqual([2, 3, 4, 5]);
    const told = bench.lab.reader.of('vmas').at(-1)?.vmas ?? [];
    const smaps = witness(bench.region(region));
    const interesting = ['lo', 'lf', 'dd', 'hg', 'nh', 'io'];
    expect(told.map((vma) => [...vma.flags].sort())).toEqual(
      smaps.flags.map((words) => words.filter((word) => interesting.includes(word)).sort()),
    );
    expect(told.at(-1)).toMatchObject({ firstPage: 20, pageCount: 4, protection: '---p' });
  });

  it('says which page of a refused call could not be accessed, and what was done before it', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(24);
    await bench.act(region, { kind: 'mprotect', protection: ['PROT_READ'] }, [6, 2]);
    const step = await bench.act(region, write, [0, 10, 12, 4, 18, 2]);
    expect(step).toMatchObject({ errno: 'EFAULT', calls: { made: 3, refused: 1 } });
    expect(step.outcome?.en).toContain('12 of 16 pages touched');
    expect(step.outcome?.en).toContain('2 of 3 calls done; first refused: pages 0–9; page 6 is PROT_READ');
    expect(step.outcome?.zh).toMatch(
      /16 页中的 12 页.*3 次调用中 2 次成功；首次被拒绝：第 0–9 页；第 6 页为 PROT_READ；直接访问会引发 SIGSEGV/,
    );
    const wiped = await bench.act(region, { kind: 'explicit_bzero' }, [0, 10]);
    expect(wiped.outcome?.zh).toMatch(/10 页中的 6 页/);
    expect(wiped.outcome?.en).toContain('6 of 10 pages wiped');
    const sixth = BigInt(bench.region(region).address) + 6n * 4096n;
    expect(wiped).toMatchObject({
      call: 'process_vm_writev',
      arguments: { remote: `0x${sixth.toString(16)}`, bytes: 4 * 4096 },
      errno: 'EFAULT',
    });
  });

  it('touches secret pages by plain loads and stores, and says so, in experiments too', async (context) => {
    if (!secretWorks) context.skip(noSecret);
    await using bench = await Bench.open();
    const region = (await bench.add({ backing: { kind: 'secret' }, size: { pages: 4 } })) ?? 0;
    expect(await bench.act(region, write, [0, 4])).toMatchObject({ call: 'store', returned: 'void', errno: null });
    expect(await bench.act(region, read, [0, 4])).toMatchObject({ call: 'load', returned: 'void', errno: null });
    const { region: own } = mapRegion(1, 'A', { pages: 2, memory: 'secret' }, new Clock());
    const touched = own && performNow({ kind: 'touch', access: 'write', pages: [0, 1] }, own, new Clock());
    await own?.release();
    expect(touched).toMatchObject({ call: 'store', returned: 'void', errno: null });
  });

  it('asks the kernel where a plain store into a secret page would be a signal', async (context) => {
    if (!secretWorks) context.skip(noSecret);
    await using bench = await Bench.open();
    const region = (await bench.add({ backing: { kind: 'secret' }, size: { pages: 4 } })) ?? 0;
    await bench.act(region, { kind: 'mprotect', protection: ['PROT_READ'] }, [2, 2]);
    const refused = await bench.act(region, write, [0, 4]);
    expect(refused).toMatchObject({ call: 'process_vm_writev', returned: -1, errno: 'EFAULT' });
    expect(refused.outcome?.en).toContain('2 of 4 pages touched');
  });

  it('is one page of a plain private file: written as a copy, and the file stays as it was', async () => {
    using file = withFile(4 * 4096);
    await using bench = await Bench.open();
    const region = (await bench.add({ backing: { kind: 'file', path: file.path, sharing: 'private' } })) ?? 0;
    expect(bench.region(region)).toMatchObject({ pages: 4, kind: 'file', protection: 'rw-p' });
    expect((await bench.act(region, write, [0, 4])).errno).toBeNull();
    expect((await bench.act(region, { kind: 'explicit_bzero' }, [0, 4])).errno).toBeNull();
    expect(file.read().every((byte) => byte === 7)).toBe(true);
  });

  it('refuses to lock all of the host’s own process, and says what to do', async () => {
    await using bench = await Bench.open();
    await expect(bench.onProcess({ kind: 'mlockall', flags: ['MCL_CURRENT'] })).rejects.toThrow(
      'open a workbench in its own process',
    );
  });

  it('locks and unlocks all of a process of its own in one turn, and lives', async () => {
    await using bench = await Bench.open('isolated');
    const region = await bench.anonymous(pages);
    const step = await bench.onProcess({ kind: 'mlockall', flags: ['MCL_CURRENT', 'MCL_FUTURE'] });
    const steps = bench.lab.reader.of('step').map(({ step: { call } }) => call);
    if (step.errno !== null) {
      // Who may lock little is refused, and told so with the numbers; then there is nothing to take back.
      expect(step).toMatchObject({ call: 'mlockall', errno: 'ENOMEM' });
      expect(step.diagnosis?.text.en).toContain('RLIMIT_MEMLOCK');
      expect(steps.at(-1)).toBe('mlockall');
      return;
    }
    expect(steps.slice(-2)).toEqual(['mlockall', 'munlockall']);
    expect(step.outcome?.en).toContain('undone at once by munlockall');
    expect(step.differs).toBeUndefined();
    const report = await bench.lab.service.report(
      { session: bench.session, language: 'en' },
      new AbortController().signal,
    );
    const seen = report.snapshots.find((snapshot) => snapshot.step === step.index && snapshot.region === region);
    expect(seen?.counts).toMatchObject({ locked: pages, resident: pages });
    const touched = await bench.act(region, write, whole);
    expect(touched.errno).toBeNull();
    await bench.shows(region, (flags) => flags.every((byte) => !(byte & PageFlag.Locked)));
  });

  it('leaves MCL_FUTURE in force until munlockall: new regions are born locked', async () => {
    await using bench = await Bench.open('isolated');
    await bench.onProcess({ kind: 'mlockall', flags: ['MCL_FUTURE'] });
    const born = await bench.anonymous(4);
    await bench.shows(born, (flags) => flags.length === 4 && flags.every((byte) => byte & PageFlag.Locked));
    await bench.onProcess({ kind: 'munlockall' });
    await bench.shows(born, (flags) => flags.every((byte) => !(byte & PageFlag.Locked)));
  });
});
