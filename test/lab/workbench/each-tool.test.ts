import { closeSync, openSync, readSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whyNoHugePages } from '../../../lab/limits/huge-pages.ts';
import { type FeatureName, feature, features } from '../../../native/probes/features.ts';
import { PageFlag, pageState } from '../../../protocol/flags.ts';
import type { Tool, ToolAdvice } from '../../../protocol/page-call.ts';
import { toolEntries } from '../../../renderer/components/tools/tools.ts';
import { Bench } from '../../support/bench.ts';
import { never } from '../../support/harness.ts';
import { type Witnessed, witnessAt } from '../../support/smaps-witness.ts';

const write: Tool = { kind: 'touch', access: 'write' };
const advise = (advice: ToolAdvice): Tool => ({ kind: 'madvise', advice });

/** What the kernel has of the last page that is acted on, in its own words, and the first byte in it. */
interface Seen {
  /** Undefined where it can't be read. */
  readonly byte: number | undefined;
  readonly vma: Witnessed;
}

interface Row {
  readonly tool: Tool;
  /** Nothing was written into the pages before. */
  readonly fresh?: true;
  /** Done to all four pages before. */
  readonly first?: Tool;
  readonly memory?: 'shared';
  /** Only where this probe finds it. */
  readonly needs?: FeatureName;
  /** The step's title must say this; and never that, in either language. */
  readonly en: RegExp;
  readonly zh: RegExp;
  readonly never?: RegExp;
  readonly call: string;
  /** Arguments beside the range. */
  readonly given?: Record<string, unknown>;
  readonly c: string;
  leaves(seen: Seen): unknown;
  readonly left: unknown;
}

const flag = (name: string) => (seen: Seen) => [seen.byte, seen.vma.flags[0]?.includes(name)];
const size = (line: string) => (seen: Seen) => [seen.byte, seen.vma.kibibytes(line)];
const rights = (seen: Seen) => seen.vma.rights;

const advice = (name: Extract<Tool, { kind: 'madvise' }>['advice'], leaves: Row['leaves'], left: unknown): Row => ({
  tool: { kind: 'madvise', advice: name },
  en: new RegExp(`^${name}: pages 1–2 of `),
  zh: new RegExp(`^${name}：.*第 1–2 页`),
  call: 'madvise',
  given: { advice: name },
  c: `check("madvise", madvise(X + page_size, 2 * page_size, ${name}));`,
  leaves,
  left,
});

const lock = (tool: Tool, call: string, leaves: Row['leaves'], left: unknown, more: string[] = []): Row => ({
  tool,
  en: new RegExp(`^${call} ?${more.join('')}: pages 1–2 of `),
  zh: new RegExp(`^${call} ?${more.join('')}：.*第 1–2 页`),
  call,
  given: more.length > 0 ? { flags: more[0] } : {},
  c: `check("${call}", ${call}(${['X + page_size', '2 * page_size', ...more].join(', ')}));`,
  leaves,
  left,
});

const protect = (protection: Extract<Tool, { kind: 'mprotect' }>['protection'], left: string): Row => {
  const names = protection.length > 0 ? protection : ['PROT_NONE'];
  return {
    tool: { kind: 'mprotect', protection },
    en: new RegExp(`^mprotect ${names.join('\\|')}: `),
    zh: new RegExp(`^mprotect ${names.join('\\|')}：`),
    call: 'mprotect',
    given: { prot: names.join('|') },
    c: `check("mprotect", mprotect(X + page_size, 2 * page_size, ${names.join(' | ')}));`,
    leaves: rights,
    left: [left],
  };
};

const each = (body: string) => `for (size_t page = 1; page < 3; page++)\n    ${body}(X + page * page_size);`;

const rows: readonly Row[] = [
  {
    tool: { kind: 'touch', access: 'read' },
    fresh: true,
    en: /^Read: pages 1–2/,
    zh: /^读.*第 1–2 页/,
    never: /writ|写/i,
    call: 'process_vm_readv',
    c: each('read_page'),
    leaves: ({ byte, vma }) => [byte, vma.kibibytes('Private_Dirty') <= 8],
    left: [0, true],
  },
  {
    tool: write,
    fresh: true,
    en: /^Write: pages 1–2/,
    zh: /^写.*第 1–2 页/,
    never: /read|读/i,
    call: 'process_vm_writev',
    c: each('write_page'),
    leaves: size('Rss'),
    left: [1, 8],
  },
  lock({ kind: 'mlock' }, 'mlock', ({ vma: { flags } }) => ['lo', 'lf'].map((name) => flags[0]?.includes(name)), [
    true,
    false,
  ]),
  lock(
    { kind: 'mlock2', onFault: true },
    'mlock2',
    ({ vma: { flags } }) => ['lo', 'lf'].map((name) => flags[0]?.includes(name)),
    [true, true],
    ['MLOCK_ONFAULT'],
  ),
  { ...lock({ kind: 'munlock' }, 'munlock', flag('lo'), [1, false]), first: { kind: 'mlock' } },
  advice('MADV_WILLNEED', size('Rss'), [1, 16]),
  advice('MADV_DONTNEED', size('Rss'), [0, 8]),
  advice('MADV_FREE', size('Private_Dirty'), [1, 8]),
  advice('MADV_COLD', ({ byte, vma }) => [byte, vma.kibibytes('Referenced')], [1, 8]),
  advice('MADV_PAGEOUT', ({ byte, vma }) => [byte, vma.kibibytes('Referenced') + vma.kibibytes('Swap')], [1, 16]),
  advice('MADV_DONTDUMP', flag('dd'), [1, true]),
  { ...advice('MADV_DODUMP', flag('dd'), [1, false]), first: advise('MADV_DONTDUMP') },
  advice('MADV_HUGEPAGE', flag('hg'), [1, true]),
  advice('MADV_NOHUGEPAGE', flag('nh'), [1, true]),
  {
    // The zero page counts in no process's Rss.
    ...advice('MADV_POPULATE_READ', size('Rss'), [0, feature('zero-page').status === 'available' ? 0 : 8]),
    fresh: true,
  },
  { ...advice('MADV_POPULATE_WRITE', size('Rss'), [0, 8]), fresh: true },
  advice('MADV_COLLAPSE', size('Rss'), [1, 16]),
  { ...advice('MADV_REMOVE', size('Rss'), [0, 8]), memory: 'shared' },
  {
    ...advice('MADV_DONTNEED_LOCKED', ({ byte, vma }) => [byte, vma.kibibytes('Rss'), vma.flags[0]?.includes('lo')], [
      ...[0, 8, true],
    ]),
    first: { kind: 'mlock' },
  },
  advice('MADV_WIPEONFORK', flag('wf'), [1, true]),
  { ...advice('MADV_KEEPONFORK', flag('wf'), [1, false]), first: advise('MADV_WIPEONFORK') },
  advice('MADV_DONTFORK', flag('dc'), [1, true]),
  { ...advice('MADV_DOFORK', flag('dc'), [1, false]), first: advise('MADV_DONTFORK') },
  { ...advice('MADV_GUARD_INSTALL', size('Rss'), [undefined, 8]), needs: 'guard-install' },
  { ...advice('MADV_GUARD_REMOVE', size('Rss'), [0, 0]), first: advise('MADV_GUARD_INSTALL'), needs: 'guard-install' },
  protect([], '---p'),
  protect(['PROT_READ'], 'r--p'),
  protect(['PROT_WRITE'], '-w-p'),
  protect(['PROT_READ', 'PROT_WRITE'], 'rw-p'),
  {
    tool: { kind: 'explicit_bzero' },
    en: /^explicit_bzero: pages 1–2/,
    zh: /^explicit_bzero：.*第 1–2 页/,
    call: 'explicit_bzero',
    c: 'explicit_bzero(X + page_size, 2 * page_size);',
    leaves: size('Rss'),
    left: [0, 16],
  },
];

/** The first byte of a page as the kernel reads it for another process; undefined of a page that faults. */
function byteAt(address: bigint): number | undefined {
  const memory = openSync('/proc/self/mem', 'r');
  const byte = Buffer.alloc(1);
  try {
    readSync(memory, byte, 0, 1, Number(address));
  } catch {
    return undefined;
  } finally {
    closeSync(memory);
  }
  return byte[0];
}

describe('each tool', () => {
  it('of the bar and its menus has a row here', () => {
    const known = rows.map(({ tool }) => JSON.stringify(tool)).sort();
    expect([...toolEntries.values()].map(({ tool }) => JSON.stringify(tool)).sort()).toEqual(known);
  });

  it('does its own call, and its title, its log and its C say the same', async () => {
    await using bench = await Bench.open();
    const { service } = bench.lab;
    for (const row of rows) {
      const { tool, fresh, first, memory, needs, en, zh, never: not, call, given = {}, c, leaves, left } = row;
      if (needs && features()[needs].status !== 'available') continue;
      const what = JSON.stringify(tool);
      const request = { backing: { kind: memory ?? 'anonymous' }, size: { pages: 4 }, hugePages: 'system' } as const;
      const region = (await bench.add(request)) ?? 0;
      const { address, label } = bench.region(region);
      if (!fresh) await bench.act(region, write, [0, 4]);
      if (first) await bench.act(region, first, [0, 4]);
      const step = await bench.act(region, tool, [1, 2]);
      expect(step.title.en, what).toMatch(en);
      expect(step.title.zh, what).toMatch(zh);
      if (not) expect([step.title.en, step.title.zh].join(), what).not.toMatch(not);
      expect(step.call, what).toBe(call);
      const second = BigInt(address) + 4096n;
      const range = tool.kind === 'touch' ? {} : { addr: `0x${second.toString(16)}`, length: 8192 };
      if (tool.kind !== 'touch') expect(step.arguments, what).toEqual({ ...range, ...given });
      expect(step.range, what).toEqual({ firstPage: 1, pageCount: 2 });
      const lines = await service.program({ session: bench.session, step: step.index }, never);
      expect(
        lines
          .split('\n')
          .slice(1)
          .join('\n')
          .trim()
          .replaceAll(new RegExp(`\\b${label}\\b`, 'g'), 'X'),
      ).toBe(c);
      // Reading the byte would bring a page in that was given away.
      const vma = witnessAt(second + 4096n);
      expect(leaves({ vma, byte: byteAt(second + 4096n) }), what).toEqual(left);
      await bench.remove(region);
    }
  });

  it('for populating asks for the access that its name has', async () => {
    await using bench = await Bench.open();
    const region = await bench.anonymous(4);
    await bench.act(region, { kind: 'mprotect', protection: ['PROT_READ'] }, [0, 4]);
    expect((await bench.act(region, { kind: 'madvise', advice: 'MADV_POPULATE_READ' }, [0, 4])).errno).toBeNull();
    const refused = await bench.act(region, { kind: 'madvise', advice: 'MADV_POPULATE_WRITE' }, [0, 4]);
    expect([refused.errno, refused.outcome?.en]).toEqual(['EINVAL', expect.stringContaining('page 0 is PROT_READ')]);
    expect(refused.outcome?.zh).toContain('第 0 页为 PROT_READ');
  });

  it('for guards is shown, and a touch, a lock or a wipe of a guard is refused, which says so, and ends nothing', async (context) => {
    if (features()['guard-install'].status !== 'available') context.skip('this kernel has no guard pages');
    await using bench = await Bench.open();
    const region = await bench.anonymous(8);
    await bench.act(region, advise('MADV_GUARD_INSTALL'), [3, 2]);
    const states = () => [...bench.flags(region)].map((flags) => pageState(flags));
    const told = states()[3] === 'guard';
    expect(states().flatMap((state, page) => (state === 'guard' ? [page] : []))).toEqual(told ? [3, 4] : []);
    const tools: Tool[] = [
      write,
      { kind: 'touch', access: 'read' },
      { kind: 'mlock' },
      { kind: 'explicit_bzero' },
      advise('MADV_POPULATE_WRITE'),
    ];
    for (const tool of tools) {
      const step = await bench.act(region, tool, [0, 8]);
      expect([step.errno, step.calls?.refused], JSON.stringify(tool)).toEqual([
        tool.kind === 'mlock' ? 'ENOMEM' : 'EFAULT',
        1,
      ]);
      if (!told) continue;
      expect(step.outcome?.en).toContain('page 3 is a guard page; a plain access would be SIGSEGV');
      expect(step.outcome?.zh).toContain('第 3 页是保护页（guard）；直接访问会引发 SIGSEGV');
      await bench.act(region, { kind: 'munlock' }, [0, 8]);
    }
    await bench.act(region, { kind: 'mprotect', protection: [] }, [1, 1]);
    expect((await bench.act(region, write, [0, 8])).outcome?.en).toContain('page 1 is PROT_NONE');
    await bench.act(region, { kind: 'mprotect', protection: ['PROT_READ', 'PROT_WRITE'] }, [1, 1]);
    await bench.act(region, advise('MADV_GUARD_REMOVE'), [0, 8]);
    expect((await bench.act(region, write, [0, 8])).errno).toBeNull();
    if (!told) context.skip('this kernel shows guard pages as swapped ones (Linux 6.16)');
  });

  it('for huge pages makes one where the kernel has one to give', async (context) => {
    const why = whyNoHugePages();
    if (why) context.skip(why.en);
    await using bench = await Bench.open();
    const region =
      (await bench.add({ backing: { kind: 'anonymous' }, size: { pages: 512 }, hugePages: 'always' })) ?? 0;
    expect(BigInt(bench.region(region).address) % (512n * 4096n)).toBe(0n);
    await bench.act(region, { kind: 'madvise', advice: 'MADV_NOHUGEPAGE' }, [0, 512]);
    await bench.act(region, write, [0, 512]);
    await bench.shows(region, (flags) => flags.length === 512 && !flags.some((byte) => byte & PageFlag.Huge));
    await bench.act(region, { kind: 'madvise', advice: 'MADV_HUGEPAGE' }, [0, 512]);
    const step = await bench.act(region, { kind: 'madvise', advice: 'MADV_COLLAPSE' }, [0, 512]);
    if (step.errno !== null) context.skip(`the kernel had no huge page to give: ${step.errno}`);
    await bench.shows(region, (flags) => flags.every((byte) => (byte & PageFlag.Huge) !== 0));
  });
});
