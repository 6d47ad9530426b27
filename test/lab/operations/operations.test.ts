import { closeSync, openSync, readSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cProgram } from '../../../lab/c-program/c-program.ts';
import { memlockLimit } from '../../../lab/limits/environment.ts';
import type { LoggedOperation } from '../../../lab/operations/logged-operation.ts';
import { BackingFile } from '../../../lab/regions/backing-file.ts';
import type { Mapping } from '../../../lab/regions/mapping.ts';
import type { Region } from '../../../lab/regions/region.ts';
import { Session } from '../../../lab/session/session.ts';
import type { Step } from '../../../protocol/events.ts';
import type { Operation, PageRange, ProcessOperation } from '../../../protocol/operation.ts';
import { exactBytes } from '../../../protocol/size.ts';
import { TestReader } from '../../support/harness.ts';
import { witnessAt } from '../../support/smaps-witness.ts';

const title = { en: 'a title', zh: '标题' };
const size = 4096;

/** What is seen of the third page from outside: its first byte, and its VMA. */
function seen(region: Region) {
  const third = region.address + BigInt(2 * size);
  const vma = witnessAt(third);
  const memory = openSync('/proc/self/mem', 'r');
  const byte = Buffer.alloc(1);
  try {
    readSync(memory, byte, 0, 1, Number(third));
  } catch {
    return { byte: undefined, vma };
  } finally {
    closeSync(memory);
  }
  return { byte: byte[0], vma };
}

type Seen = ReturnType<typeof seen>;

describe('each operation of a session', () => {
  let session: Session;
  const reader = new TestReader();
  beforeAll(() => {
    const experiment = { id: 'test', title, parameters: {} };
    session = new Session(1, { version: '0', experiment, placement: 'inline', pid: process.pid }, 1, reader);
  });
  afterAll(() => session.release());

  async function map(mapping: Mapping): Promise<Region> {
    const { region, step } = await session.map(title, mapping);
    if (!region) throw new Error(`mmap was refused: ${step.errno}`);
    return region;
  }

  /** Does it on a region whose four pages were written; the step, its C without the heading, and what is seen then. */
  async function done(operation: Operation, mapping: Mapping = { pages: 4 }, before: Operation[] = []) {
    const region = await map(mapping);
    const written: Operation[] = mapping.file ? [] : [{ kind: 'touch', access: 'write', pages: [0, 1, 2, 3] }];
    for (const each of [...written, ...before]) await session.perform(title, region, each);
    const step = await session.perform(title, region, operation);
    const [, ...lines] = (await session.program(step.index)).trim().split('\n');
    const c = lines.join('\n').replaceAll(new RegExp(`\\b${region.label}(?=\\b|_fd)`, 'g'), 'X');
    return { region, step, c, seen: seen(region) };
  }

  const range: PageRange = { firstPage: 1, pageCount: 2 };
  const flags =
    (...names: string[]) =>
    (found: Seen) =>
      names.map((name) => found.vma.flags[0]?.includes(name));

  const table: readonly {
    readonly operation: Operation;
    readonly call: string;
    readonly given?: Step['arguments'];
    readonly c: string;
    readonly leaves: (found: Seen) => unknown;
    readonly left: unknown;
    readonly before?: Operation[];
  }[] = [
    {
      operation: { kind: 'mlock', range },
      call: 'mlock',
      c: 'check("mlock", mlock(X + page_size, 2 * page_size));',
      leaves: flags('lo', 'lf'),
      left: [true, false],
    },
    {
      operation: { kind: 'mlock2', onFault: true, range },
      call: 'mlock2',
      given: { flags: 'MLOCK_ONFAULT' },
      c: 'check("mlock2", mlock2(X + page_size, 2 * page_size, MLOCK_ONFAULT));',
      leaves: flags('lo', 'lf'),
      left: [true, true],
    },
    {
      operation: { kind: 'mlock2', onFault: false, range },
      call: 'mlock2',
      given: { flags: 0 },
      c: 'check("mlock2", mlock2(X + page_size, 2 * page_size, 0));',
      leaves: flags('lo', 'lf'),
      left: [true, false],
    },
    {
      operation: { kind: 'munlock', range },
      before: [{ kind: 'mlock', range: { firstPage: 0, pageCount: 4 } }],
      call: 'munlock',
      c: 'check("munlock", munlock(X + page_size, 2 * page_size));',
      leaves: flags('lo'),
      left: [false],
    },
    {
      operation: { kind: 'mprotect', protection: ['PROT_READ'], range },
      call: 'mprotect',
      given: { prot: 'PROT_READ' },
      c: 'check("mprotect", mprotect(X + page_size, 2 * page_size, PROT_READ));',
      leaves: ({ vma, byte }) => [vma.rights, byte],
      left: [['r--p'], 1],
    },
    {
      operation: { kind: 'explicit_bzero', range },
      call: 'explicit_bzero',
      c: 'explicit_bzero(X + page_size, 2 * page_size);',
      leaves: ({ byte }) => byte,
      left: 0,
    },
    {
      operation: { kind: 'munmap', range },
      call: 'munmap',
      c: 'check("munmap", munmap(X + page_size, 2 * page_size));',
      leaves: ({ vma, byte }) => [vma.vmas, byte],
      left: [0, undefined],
    },
    ...(
      [
        ['MADV_NORMAL', ['rr', 'sr'], [false, false]],
        ['MADV_RANDOM', ['rr', 'sr'], [true, false]],
        ['MADV_SEQUENTIAL', ['rr', 'sr'], [false, true]],
        ['MADV_DONTDUMP', ['dd'], [true]],
        ['MADV_DODUMP', ['dd'], [false]],
        ['MADV_HUGEPAGE', ['hg', 'nh'], [true, false]],
        ['MADV_NOHUGEPAGE', ['hg', 'nh'], [false, true]],
      ] as const
    ).map(([advice, names, left]) => ({
      operation: { kind: 'madvise' as const, advice, range },
      call: 'madvise',
      given: { advice },
      c: `check("madvise", madvise(X + page_size, 2 * page_size, ${advice}));`,
      leaves: flags(...names),
      left,
    })),
    ...(
      [
        ['MADV_DONTNEED', 'Rss', [8, 0]],
        ['MADV_FREE', 'Private_Dirty', [8, 1]],
        ['MADV_COLD', 'Referenced', [8, 1]],
        ['MADV_PAGEOUT', 'Private_Dirty', [16, 1]],
        ['MADV_WILLNEED', 'Private_Dirty', [16, 1]],
        ['MADV_POPULATE_READ', 'Private_Dirty', [16, 1]],
        ['MADV_POPULATE_WRITE', 'Private_Dirty', [16, 1]],
        ['MADV_COLLAPSE', 'Private_Dirty', [16, 1]],
      ] as const
    ).map(([advice, line, left]) => ({
      operation: { kind: 'madvise' as const, advice, range },
      call: 'madvise',
      given: { advice },
      c: `check("madvise", madvise(X + page_size, 2 * page_size, ${advice}));`,
      leaves: ({ vma, byte }: Seen) => [
        vma.kibibytes(line) + (line === 'Private_Dirty' ? vma.kibibytes('Swap') : 0),
        byte,
      ],
      left,
    })),
  ];

  it('makes its own call, and its log and its C say the same', async () => {
    for (const { operation, call, given = {}, c, leaves, left, before } of table) {
      const what = JSON.stringify(operation);
      const found = await done(operation, { pages: 4 }, before);
      const addr = `0x${(found.region.address + BigInt(size)).toString(16)}`;
      expect(found.step, what).toMatchObject({ call, range });
      expect(found.step.arguments, what).toEqual({ addr, length: 2 * size, ...given });
      expect(found.c, what).toBe(c);
      expect(leaves(found.seen), what).toEqual(left);
    }
  });

  it('on bytes is about those bytes, in the call and in C, and about the pages that they lie in', async () => {
    const bytes = { offset: size + 100, length: size };
    const wiped = await done({ kind: 'explicit_bzero', range: { offset: 2 * size + 100, length: size } });
    expect(wiped.step).toMatchObject({ arguments: { length: size }, range: { firstPage: 2, pageCount: 2 } });
    expect(wiped.c).toBe(`explicit_bzero(X + ${2 * size + 100}, ${size});`);
    expect(wiped.seen.byte).toBe(1);
    const filled = await done({ kind: 'getrandom', range: { offset: size, length: 64 } });
    expect(filled.step).toMatchObject({ call: 'getrandom', returned: 64, arguments: { buflen: 64, flags: 0 } });
    expect(filled.c).toBe('check("getrandom", syscall(SYS_getrandom, X + 4096, 64, 0) == -1);');
    const unaligned = await done({ kind: 'madvise', advice: 'MADV_DONTNEED', range: bytes });
    expect([unaligned.step.errno, unaligned.step.diagnosis]).toEqual(['EINVAL', undefined]);
    expect(unaligned.step.meaning?.en).toContain('not a multiple of the page size');
  });

  it('that looks tells how many pages are resident, and shows the pages in C', async () => {
    const look = await done({ kind: 'mincore', range: { firstPage: 0, pageCount: 4 } }, { pages: 4 }, [
      { kind: 'madvise', advice: 'MADV_DONTNEED', range: { firstPage: 3, pageCount: 1 } },
    ]);
    expect(look.step).toMatchObject({ call: 'mincore', returned: 0, arguments: { length: 4 * size, vec: 'vec' } });
    expect(look.step.outcome).toEqual({ en: '3 of 4 pages resident', zh: expect.stringMatching(/^4 页中 3 页驻留/) });
    expect(look.c).toBe('show("mincore", "X", X, 4);');
  });

  it('that touches says what was touched, how, and how many; in C one loop, in the order of its pages', async () => {
    for (const [access, call, en, zh] of [
      ['write', 'process_vm_writev', /^3 pages touched/, /3 页/],
      ['read', 'process_vm_readv', /^3 pages touched/, /3 页/],
    ] as const) {
      const touched = await done({ kind: 'touch', access, pages: [3, 1, 0] });
      expect(touched.step).toMatchObject({ call, returned: 3, errno: null, range: { firstPage: 0, pageCount: 4 } });
      expect(touched.step.outcome?.en).toMatch(en);
      expect(touched.step.outcome?.zh).toMatch(zh);
      expect(touched.c).toContain(`${access}_page(X + 3 * page_size);`);
      expect(touched.c.indexOf('X + 3 *')).toBeLessThan(touched.c.indexOf('X + page_size'));
    }
    const one = await done({ kind: 'touch', access: 'write', pages: [2] });
    const third = `0x${(one.region.address + 2n * BigInt(size)).toString(16)}`;
    expect(one.step).toMatchObject({ arguments: { remote: third, bytes: 1 }, outcome: { en: /^1 page touched/ } });
  });

  it('that evicts asks for the region’s own file, from its first page on, with the advice that drops', async () => {
    const file = await BackingFile.temporary(4);
    const evicted = await done({ kind: 'evict', range }, { pages: 4, file });
    expect(evicted.step).toMatchObject({
      call: 'posix_fadvise',
      arguments: { fd: file.fd, offset: size, len: 2 * size, advice: 'POSIX_FADV_DONTNEED' },
      errno: null,
    });
    expect(evicted.c).toBe('posix_fadvise(X_fd, page_size, 2 * page_size, POSIX_FADV_DONTNEED);');
  });

  describe('refused', () => {
    const hole = { firstPage: 2, pageCount: 1 };
    const whole = { firstPage: 0, pageCount: 4, acrossHoles: true };
    const stretch = ({ address }: Region, from: number, to: number) =>
      [from, to].map((page) => `0x${(address + BigInt(page * size)).toString(16)}`);

    it.each([
      [{ kind: 'munlock', range: whole }],
      [{ kind: 'mprotect', protection: ['PROT_READ'], range: whole }],
      [{ kind: 'madvise', advice: 'MADV_DONTNEED', range: whole }],
      [{ kind: 'mincore', range: whole }],
      [{ kind: 'mlock', range: whole }],
      [{ kind: 'mlock2', onFault: true, range: whole }],
    ] satisfies [Operation][])('%j over a hole: says exactly where nothing is mapped', async (operation) => {
      const { step, region } = await done(operation, { pages: 4 }, [{ kind: 'munmap', range: hole }]);
      const [from, to] = stretch(region, 2, 3);
      expect([step.errno, step.diagnosis?.fix]).toEqual(['ENOMEM', 'mapped-range']);
      expect(step.diagnosis?.text.en).toContain(`Nothing is mapped from ${from} to ${to}`);
      expect(step.diagnosis?.text.zh).toMatch(new RegExp(`^${from} 至 ${to} 没有映射`));
      const locks = operation.kind.startsWith('mlock');
      expect(step.diagnosis?.text.en.includes('before the first hole is locked')).toBe(locks);
      expect(step.diagnosis?.text.zh.includes('第一个空洞之前的部分仍已锁定')).toBe(locks);
    });

    it('over a hole at the end or the beginning: says how far it reaches in the range', async () => {
      for (const [pages, from, to] of [
        [{ firstPage: 0, pageCount: 2 }, 0, 2],
        [{ firstPage: 3, pageCount: 1 }, 3, 4],
      ] as const) {
        const { step, region } = await done({ kind: 'munlock', range: whole }, { pages: 4 }, [
          { kind: 'munmap', range: pages },
        ]);
        expect(step.diagnosis?.text.en).toBe(`Nothing is mapped from ${stretch(region, from, to).join(' to ')}.`);
      }
    });

    it.each(['MADV_DONTNEED', 'MADV_FREE', 'MADV_COLD', 'MADV_PAGEOUT'] as const)(
      '%s of locked memory: says which part is locked, and what was done',
      async (advice) => {
        const lock: Operation = { kind: 'mlock', range: { firstPage: 2, pageCount: 1 } };
        const { step, region } = await done({ kind: 'madvise', advice, range: whole }, { pages: 4 }, [lock]);
        const [from, to] = stretch(region, 2, 3);
        expect([step.errno, step.diagnosis?.fix]).toEqual(['EINVAL', 'unlock-first']);
        expect(step.diagnosis?.text).toEqual({
          en: expect.stringMatching(`^${from} to ${to} is locked, and ${advice} .*before it was advised\\.$`),
          zh: expect.stringMatching(`^${from} 至 ${to} 已锁定，${advice} 不处理已锁定的内存；其之前的部分已处理。$`),
        });
        // The locked VMA reaches beyond the range: what is said does not.
        const part = await done({ kind: 'madvise', advice, range: { firstPage: 1, pageCount: 2 } }, { pages: 4 }, [
          { kind: 'mlock', range: whole },
        ]);
        const [first, end] = stretch(part.region, 1, 3);
        expect(part.step.diagnosis?.text.en).toContain(`${first} to ${end} is locked`);
      },
    );

    it('of huge pages where they cannot be: no lock is blamed', async () => {
      const { step } = await done({ kind: 'madvise', advice: 'MADV_COLLAPSE', range: whole }, { pages: 4 }, [
        { kind: 'mlock', range: whole },
      ]);
      expect([step.errno, step.diagnosis]).toEqual(['EINVAL', undefined]);
    });

    it('a lock of memory that nobody may access: says which page, and that it is mapped', async () => {
      const { step, region } = await done({ kind: 'mlock', range: whole }, { pages: 4 }, [
        { kind: 'mprotect', protection: [], range: hole },
      ]);
      const [page] = stretch(region, 2, 3);
      expect([step.errno, step.diagnosis?.fix]).toEqual(['ENOMEM', 'mapped-range']);
      expect(step.diagnosis?.text.en).toContain(`The page at ${page} is mapped but can't be brought in`);
      expect(step.diagnosis?.text.zh).toContain(`${page} 处的页已映射但无法调入`);
    });

    it('a soft limit above the hard one: says so with both sizes', async (context) => {
      const { hard } = memlockLimit();
      if (hard === 'unlimited') context.skip('RLIMIT_MEMLOCK has no hard limit here');
      const step = await session.onProcess(title, { kind: 'setrlimit', softBytes: Number(hard) + size });
      expect(step.errno).toBe('EINVAL');
      const sum = `${exactBytes(Number(hard) + size)} > ${exactBytes(Number(hard))}`;
      expect(step.diagnosis?.text.en).toContain(`${sum}: the soft limit cannot go above the hard limit`);
      expect(step.diagnosis?.text.zh).toContain(`${sum}：软上限不能超过 RLIMIT_MEMLOCK 的硬上限`);
    });

    it('a touch and a wipe: in C they go through the kernel, and say how far they came', async () => {
      const hide: Operation = { kind: 'mprotect', protection: ['PROT_READ'], range: hole };
      const wiped = await done({ kind: 'explicit_bzero', range: whole }, { pages: 4 }, [hide]);
      expect(wiped.step).toMatchObject({ call: 'process_vm_writev', errno: 'EFAULT', returned: -1 });
      expect(wiped.step.outcome).toEqual({
        en: '8 KiB wiped before a page that may not be written',
        zh: expect.stringMatching(/不可写的页之前已清零 8 KiB/),
      });
      const touched = await done({ kind: 'touch', access: 'write', pages: [1, 2, 3] }, { pages: 4 }, [hide]);
      expect(touched.step).toMatchObject({ call: 'process_vm_writev', errno: 'EFAULT', returned: -1 });
      expect(touched.step.outcome?.en).toMatch(/^1 page touched/);
      expect(
        (await done({ kind: 'touch', access: 'read', pages: [1, 2] }, { pages: 4 }, [hide])).step.errno,
      ).toBeNull();
    });
  });
});

describe('in C', () => {
  const region = { pages: 4 };
  const mapped: LoggedOperation = { kind: 'map', title, label: 'A', mapping: region };
  const main = async (...log: LoggedOperation[]) => {
    const program = await cProgram(log);
    return program.slice(program.indexOf('int main'));
  };

  it.each<[ProcessOperation, RegExp]>([
    [{ kind: 'mlockall', flags: ['MCL_CURRENT', 'MCL_ONFAULT'] }, /mlockall\(MCL_CURRENT \| MCL_ONFAULT\)/],
    [{ kind: 'munlockall' }, /check\("munlockall", munlockall\(\)\);/],
    [
      { kind: 'setrlimit', softBytes: 65_536 },
      /RLIMIT_MEMLOCK, &limit\);\s+limit\.rlim_cur = 65536;[^}]*setrlimit\(RLIMIT_MEMLOCK/,
    ],
    [
      { kind: 'drop-ipc-lock' },
      /sets\[0\]\.effective &= ~\(1u << 14\);\s+sets\[0\]\.permitted &= ~\(1u << 14\);[^}]*SYS_capset/,
    ],
    [
      { kind: 'raise-core-limit' },
      /RLIMIT_CORE, &limit\);\s+limit\.rlim_cur = limit\.rlim_max;[^}]*setrlimit\(RLIMIT_CORE/,
    ],
    [{ kind: 'set-dumpable', dumpable: true }, /prctl\(PR_SET_DUMPABLE, 1\)/],
    [{ kind: 'set-dumpable', dumpable: false }, /prctl\(PR_SET_DUMPABLE, 0\)/],
    [{ kind: 'set-tracer', allowed: true }, /prctl\(PR_SET_PTRACER, getpid\(\)\)/],
    [{ kind: 'set-tracer', allowed: false }, /prctl\(PR_SET_PTRACER, 0\)/],
    [{ kind: 'abort' }, /if \(copy == 0\) abort\(\);[^}]*waitpid\(copy/],
  ])('%j on the whole process is this', async (operation, lines) => {
    expect(await main(mapped, { kind: 'process', title, operation })).toMatch(lines);
  });

  it('a child ends by itself when nobody ends it, and is ended and waited for at the end', async () => {
    const program = await main(mapped, { kind: 'fork', title }, { kind: 'fork', title });
    for (const child of ['child_1', 'child_2']) {
      expect(program).toMatch(
        new RegExp(`${child} = fork\\(\\);\\s+if \\(${child} == 0\\) \\{\\s+alarm\\(\\d+\\);\\s+for \\(;;\\) pause`),
      );
      expect(program).toMatch(
        new RegExp(`if \\(${child} > 0\\) \\{\\s+kill\\(${child}, SIGKILL\\);\\s+waitpid\\(${child}`),
      );
    }
    expect(program.indexOf('kill(child_2')).toBeGreaterThan(program.lastIndexOf('= fork()'));
  });

  it.each<[string, object, string[]]>([
    [
      'anonymous memory',
      {},
      ['mmap(room(4, 1), 4 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)'],
    ],
    ['shared memory', { memory: 'shared' }, ['MAP_SHARED | MAP_ANONYMOUS, -1, 0)']],
    [
      'a memfd',
      { memory: 'memfd' },
      ['memfd_create("A", MFD_CLOEXEC)', 'ftruncate(A_fd, 4 * page_size)', 'MAP_SHARED, A_fd, 0)'],
    ],
    [
      'memfd_secret',
      { memory: 'secret' },
      ['SYS_memfd_secret, O_CLOEXEC)', 'ftruncate(A_fd, 4 * page_size)', 'MAP_SHARED, A_fd, 0)'],
    ],
    [
      'huge pages of the pool',
      { memory: 'hugetlb', alignPages: 512 },
      ['mmap(room(4, 512), ', 'MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0)'],
    ],
    ['nothing that may be accessed', { protection: [] }, ['PROT_NONE, MAP_PRIVATE']],
    ['flags', { flags: ['MAP_LOCKED', 'MAP_POPULATE'] }, ['MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE']],
    ['aligned for huge pages', { alignPages: 512 }, ['mmap(room(4, 512), ']],
    ['part of a page', { lengthBytes: 12_300 }, ['mmap(room(4, 1), 12300, ']],
  ])('a mapping of %s is this', async (_what, more, parts) => {
    const program = await main({ ...mapped, mapping: { ...region, ...more } });
    for (const part of parts) expect(program).toContain(part);
  });

  it('an unmapped region is shown no more, its descriptor is closed, and the next of its name has another variable', async () => {
    const mapping = { pages: 4, memory: 'memfd' } as const;
    const unmap: LoggedOperation = { kind: 'unmap', title, label: 'A' };
    const other: LoggedOperation = { ...mapped, label: 'B' };
    const program = await main({ ...mapped, mapping }, unmap, other);
    expect(program).toContain('check("munmap", munmap(A, 4 * page_size));\n    close(A_fd);');
    expect(program.match(/summarize\(.*\)/g)).toEqual(['summarize("B", B, 4)']);
    const again = await main({ ...mapped, mapping }, unmap, { ...mapped, mapping });
    expect(again.match(/summarize\(.*\)/g)).toEqual(['summarize("A", A_2, 4)']);
  });

  it('a mapping that was refused is tried, said so and given back, and nothing after it is about it', async () => {
    const program = await main({ ...mapped, mapping: { pages: 4, memory: 'memfd' }, refused: true }, mapped);
    expect(program).toMatch(
      /check\("mmap", A_fd >= 0 && A == MAP_FAILED\);\s+if \(A != MAP_FAILED\) munmap\(A, 4 \* page_size\);/,
    );
    expect(program).toContain('if (A_fd >= 0) close(A_fd);');
    expect(program.match(/must\("mmap"/g)).toHaveLength(1);
  });
});
