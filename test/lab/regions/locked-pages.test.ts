import { execFileSync } from 'node:child_process';
import { describe, expect, it, type TestContext } from 'vitest';
import { memlockLimit } from '../../../lab/limits/environment.ts';
import { PageFlag, pageState } from '../../../protocol/flags.ts';
import type { Tool } from '../../../protocol/page-call.ts';
import { Bench } from '../../support/bench.ts';
import { never } from '../../support/harness.ts';
import { witness } from '../../support/smaps-witness.ts';

const pages = 8;
const range = { firstPage: 2, pageCount: 3 };

/** Needs 12 KiB of RLIMIT_MEMLOCK. */
function skipWhereNothingMayBeLocked(context: TestContext): void {
  const { soft } = memlockLimit();
  if (soft !== 'unlimited' && soft < 65_536)
    context.skip(`RLIMIT_MEMLOCK is ${soft} bytes, too little to lock 3 pages`);
}

/** A workbench whose region of 8 pages has been written, and ways to ask both sides about it. */
async function written(bench: Bench) {
  const id = await bench.anonymous(pages);
  await bench.act(id, { kind: 'touch', access: 'write' }, [0, pages]);
  return {
    act: (tool: Tool, { firstPage, pageCount } = range) => bench.act(id, tool, [firstPage, pageCount]),
    /** Each page as the frames show it. */
    shown: () => [...bench.flags(id)].map(named),
    /** Each page as smaps of this process, read by another, has it. */
    witnessed: () => smapsFlags(BigInt(bench.region(id).address)),
  };
}

function named(flags: number): string {
  return [flags & 4 && 'lo', flags & 8 && 'lf', flags & 128 && 'dd'].filter(Boolean).join(' ');
}

function smapsFlags(address: bigint): string[] {
  const smaps = execFileSync('cat', [`/proc/${process.pid}/smaps`], { encoding: 'latin1', maxBuffer: 1 << 28 });
  const found = new Array<string>(pages).fill('not mapped');
  for (const record of smaps.split(/^(?=[0-9a-f]+-)/m)) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(record) ?? [];
    const [, vmFlags] = /^VmFlags: (.*)$/m.exec(record) ?? [];
    const flags = ['lo', 'lf', 'dd'].filter((flag) => vmFlags?.split(' ').includes(flag));
    for (let page = 0; page < pages; page++) {
      const at = address + BigInt(page * 4096);
      if (at >= BigInt(`0x${start}`) && at < BigInt(`0x${end}`)) found[page] = flags.join(' ');
    }
  }
  return found;
}

/** Memory that is cached without being in the page table: what reclaim may take under a lock on fault. */
const cached: readonly [what: string, region: Parameters<Bench['add']>[0], before: readonly Tool[]][] = [
  ['a file', { backing: { kind: 'file', path: process.execPath, sharing: 'private' }, protection: ['PROT_READ'] }, []],
  ['a memfd', { backing: { kind: 'memfd' } }, [{ kind: 'touch', access: 'write' }]],
];

it.for(cached)(
  'shows %s under a lock on fault as locked page by page, as smaps counts it',
  async ([, more, before], context) => {
    skipWhereNothingMayBeLocked(context);
    await using bench = await Bench.open();
    const region = await bench.add({ size: { pages: 16 }, ...more });
    if (region === undefined) throw new Error('The kernel refused the region.');
    const states = () => [...bench.flags(region)].map((byte) => pageState(byte));
    for (const tool of before) await bench.act(region, tool, [0, 16]);
    await bench.act(region, { kind: 'madvise', advice: 'MADV_DONTNEED' }, [0, 16]);
    await bench.act(region, { kind: 'mlock2', onFault: true }, [0, 16]);
    // In the page cache, where another process may evict it.
    expect([...bench.flags(region)].some((byte) => byte & PageFlag.Resident)).toBe(true);
    expect([new Set(states()), witness(bench.region(region)).kibibytes('Locked')]).toEqual([new Set(['on-fault']), 0]);
    await bench.act(region, { kind: 'touch', access: 'read' }, [5, 1]);
    expect(states()[5]).toBe('locked');
    const there = [...bench.flags(region)].filter((byte) => byte & PageFlag.Present).length;
    expect(states().filter((state) => state === 'locked')).toHaveLength(there);
    expect(witness(bench.region(region)).kibibytes('Rss')).toBe(there * 4);
  },
);

const all = { firstPage: 0, pageCount: pages };

describe('a region with locked pages', () => {
  it('shows as locked the pages that smaps says are, and no others, until they are unlocked', async (context) => {
    skipWhereNothingMayBeLocked(context);
    await using bench = await Bench.open();
    const { act, shown, witnessed } = await written(bench);
    expect(await act({ kind: 'mlock' })).toMatchObject({ call: 'mlock', returned: 0, errno: null, range });
    expect(shown()).toEqual(['', '', 'lo', 'lo', 'lo', '', '', '']);
    expect(witnessed()).toEqual(shown());
    await act({ kind: 'munlock' }, { firstPage: 3, pageCount: 5 });
    expect(shown()).toEqual(['', '', 'lo', '', '', '', '', '']);
    expect(witnessed()).toEqual(shown());
  });

  it('shows what is left out of core files, also where the lock begins and ends elsewhere', async (context) => {
    skipWhereNothingMayBeLocked(context);
    await using bench = await Bench.open();
    const { act, shown, witnessed } = await written(bench);
    await act({ kind: 'mlock' });
    await act({ kind: 'madvise', advice: 'MADV_DONTDUMP' }, { firstPage: 4, pageCount: 2 });
    expect(shown()).toEqual(['', '', 'lo', 'lo', 'lo dd', 'dd', '', '']);
    expect(witnessed()).toEqual(shown());
    await act({ kind: 'madvise', advice: 'MADV_DODUMP' }, all);
    await act({ kind: 'munlock' });
    expect(shown()).toEqual(Array(pages).fill(''));
    expect(witnessed()).toEqual(shown());
  });

  it('counts them in the report, and VmLck grows by them', async (context) => {
    skipWhereNothingMayBeLocked(context);
    await using bench = await Bench.open();
    const { act } = await written(bench);
    const before = bench.lab.reader.of('sample').at(-1)?.sample.vmLck ?? Number.NaN;
    await act({ kind: 'mlock' });
    const report = await bench.lab.service.report({ session: bench.session, language: 'en' }, never);
    expect(report.snapshots.at(-1)?.counts).toMatchObject({ resident: pages, locked: 3, onFault: 0 });
    expect((report.samples.at(-1)?.vmLck ?? 0) - before).toBe(3 * report.environment.pageSize);
  });

  it('shows a refused call as a step with its errno and what that means: dropping locked pages', async (context) => {
    skipWhereNothingMayBeLocked(context);
    await using bench = await Bench.open();
    const { act } = await written(bench);
    await act({ kind: 'mlock' });
    const step = await act({ kind: 'madvise', advice: 'MADV_DONTNEED' }, all);
    expect([step.returned, step.errno]).toEqual([-1, 'EINVAL']);
    expect([step.meaning?.en, step.meaning?.zh].every((text) => text && text.length > 10)).toBe(true);
  });
});
