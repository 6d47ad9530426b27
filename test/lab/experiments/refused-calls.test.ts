import { execFile, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feature } from '../../../native/probes/features.ts';
import { ExitStatus } from '../../../protocol/exit-status.ts';
import type { Report } from '../../../protocol/report.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import type { Stated } from '../../support/claims-of.ts';
import { hasCompiler, skipWithoutCompiler } from '../../support/compile.ts';
import { entryOf } from '../../support/entries.ts';
import { Running } from '../../support/pagescope.ts';
import { ioctls, type Refused, RefusedCalls } from '../../support/refused-calls.ts';
import { pathWithoutGcore } from '../../support/secrets.ts';
import { lyingLibc } from '../../support/shared-library.ts';

let refusing: RefusedCalls | undefined;
beforeAll(() => {
  if (hasCompiler()) refusing = new RefusedCalls();
});
afterAll(() => refusing?.[Symbol.dispose]());

const locks = ['mlock=EPERM', 'mlock2=EPERM', 'munlock=EPERM', 'mlockall=EPERM', 'munlockall=EPERM'] as const;
const lockers = ['lock-range', 'lock-on-fault', 'lock-everything', 'lock-limit', 'fork'];
const heaps = ['growth-factor', 'pool', 'free-keeps-rss'];
const speculation = [...heaps, 'runaway-pool'];
const all = ['first-touch', 'prefault', 'huge-page', 'file-cache', 'reclaim', ...lockers, ...speculation];

/**
 * What a sandbox takes away, the experiments that use it, and their claims that hang on nothing else: those may not be
 * held. Everything else may be held or skipped; nothing may fail, for the kernel did nothing wrong.
 */
const filters: readonly (readonly [Refused[], readonly string[], Readonly<Record<string, RegExp>>])[] = [
  [
    ['mincore=EPERM'],
    all,
    {
      'first-touch': /^(none-before|all-after)$/,
      prefault: /^(touch-loop|mlock|populate-write)$/,
      'growth-factor': /^slack/,
      pool: /^used/,
      'free-keeps-rss': /^(stays|trimmed)/,
      'runaway-pool': /-(end|peak)$/,
    },
  ],
  [
    [...locks],
    ['prefault', 'huge-page', 'file-cache', 'reclaim', ...lockers, 'pool'],
    {
      pool: /^hot-locked/,
      'lock-range': /./,
      'lock-on-fault': /./,
      'lock-everything': /./,
      'lock-limit': /./,
      fork: /lck|parent-keeps/,
    },
  ],
  [
    ['process_vm_readv=EPERM', 'process_vm_writev=EPERM'],
    ['first-touch', 'prefault', 'huge-page', 'file-cache', 'reclaim', 'fork'],
    {},
  ],
  // All of madvise would end V8.
  [['madvise:14=EPERM', 'madvise:15=EPERM'], ['first-touch', 'huge-page'], { 'huge-page': /^(huge|split)/ }],
  [['madvise:20=EPERM', 'madvise:21=EPERM'], ['reclaim'], { reclaim: /^(cold|pageout|file|free-later)/ }],
  [
    ['madvise:22=EPERM', 'madvise:23=EPERM'],
    ['prefault', 'pool'],
    { prefault: /^(populate|read-zero|later-reads|later-writes)/ },
  ],
  [
    ['getrusage=EPERM'],
    ['first-touch', 'lock-everything', 'thread-cache', ...speculation],
    { 'first-touch': /./, 'lock-everything': /./, pool: /faults/, 'runaway-pool': /faults/ },
  ],
  [[`${ioctls.PAGEMAP_SCAN}=EPERM`], ['first-touch', 'prefault', 'huge-page', 'reclaim', 'lock-on-fault'], {}],
  [[`${ioctls.PROCMAP_QUERY}=EPERM`], ['lock-range', 'lock-everything'], {}],
  [['msync=EPERM'], ['huge-page', ...lockers], {}],
  [['cachestat=EPERM', 'fadvise64=EPERM'], ['file-cache', 'reclaim'], { 'file-cache': /^(evicted|rest-evicted)$/ }],
  [
    ['prctl:41=EPERM'],
    speculation,
    {
      'growth-factor': /^(slack|copy-faults)/,
      pool: /^(mmap|cold|hot)-faults/,
      'free-keeps-rss': /^(stays|trimmed)/,
      'runaway-pool': /faults|dontneed-end|lazy/,
    },
  ],
  [['madvise:8=EPERM'], ['runaway-pool'], { 'runaway-pool': /^free/ }],
  // Core files are dear: all that it needs is refused at once.
  [
    [
      ...locks,
      ...(['process_vm_readv=EPERM', 'process_vm_writev=EPERM', 'madvise:16=EPERM', 'memfd_secret=EPERM'] as const),
      'prctl=EPERM',
    ],
    ['secret-page'],
    { 'secret-page': /^(locked|vm-lck|others|released|dont-dump|protected|listed|secret|not-dumpable)/ },
  ],
];

const small: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'first-touch': { pages: 4 },
  'file-cache': { pages: 64 },
  'growth-factor': { items: 20_000 },
  pool: { requests: 500, size: 32 },
  'runaway-pool': { peak: 64, low: 4, cap: 8 },
  'thread-cache': { milliseconds: 10 },
  'free-keeps-rss': { blocks: 16_384 },
};

const entry = entryOf('claims-of');
const run = promisify(execFile);

/** Behind these words, one after the other: the claims of each; none when it said that it cannot run here. */
async function claimsOf(ids: readonly string[], prefix: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const asked = ids.map((id) => [id, small[id] ?? {}]);
  const [command = '', ...words] = [...prefix, process.execPath, entry, JSON.stringify(asked)];
  const env = { ...process.env, HOME: tmpdir(), PATH: pathWithoutGcore, ...more };
  const all: [string, Stated][] = JSON.parse((await run(command, words, { maxBuffer: 1 << 28, env })).stdout);
  expect(all.map(([id]) => id)).toEqual(ids);
  return all.map(([id, stated]): [string, Report['claims']] => {
    if ('problem' in stated) {
      expect(stated.problem?.kind, id).toBe('cannot-run-here');
      expect(stated.problem?.text.en, id).toMatch(/EPERM|ENOENT|cannot|refused/);
      return [id, []];
    }
    const { claims } = stated;
    expect(idsOf(claims, 'failed'), id).toEqual([]);
    for (const claim of claims) if (claim.status === 'skipped') expect(claim.reason, claim.id).toBeTruthy();
    return [id, claims];
  });
}

const idsOf = (claims: Report['claims'], status: string) =>
  claims.filter((claim) => claim.status === status).map(({ id }) => id);

describe('experiments state only what they could witness', () => {
  it.for(filters.map(([refused, ...rest]) => [refused.join(' '), refused, ...rest] as const))(
    'under a filter that answers %s',
    byTheClock,
    async ([_name, refused, ids, notHeld], context) => {
      skipWithoutCompiler(context);
      for (const [id, claims] of await claimsOf(ids, refusing?.prefix(...refused) ?? [])) {
        const held = idsOf(claims, 'held').filter((claim) => notHeld[id]?.test(claim));
        expect(held, id).toEqual([]);
      }
    },
  );
});

describe('where transfers of bytes are refused', () => {
  it.for(['EPERM', 'ENOSYS', 'EINVAL'] as const)(
    'by %s, pages are touched by MADV_POPULATE',
    async (errno, context) => {
      skipWithoutCompiler(context);
      if (feature('madv-populate').status !== 'available')
        context.skip('this kernel has no MADV_POPULATE (Linux 5.14)');
      const prefix = refusing?.prefix(`process_vm_readv=${errno}`, `process_vm_writev=${errno}`) ?? [];
      const running = new Running(['run', 'first-touch', '--json', '--set', 'pages=4'], { prefix });
      const { claims, steps }: Report = JSON.parse((await running.ended).stdout);
      expect(claims.find(({ id }) => id === 'all-after')?.status).toBe('held');
      expect(steps.map((step) => step.arguments?.advice)).toContain('MADV_POPULATE_WRITE');
      expect(steps.map(({ call }) => call)).not.toContain('process_vm_writev');
    },
  );
});

/** Runs a command in a mount namespace of its own, with nothing in /proc. */
const withoutProc = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /proc && exec "$@"', 'sh'];

describe('with no /proc', () => {
  it('experiments state only what they could witness', byTheClock, async (context) => {
    const [command = '', ...words] = withoutProc;
    const { status, stderr } = spawnSync(command, [...words, 'true'], { encoding: 'utf8' });
    if (status !== 0) context.skip(`/proc cannot be hidden here: ${stderr.trim() || 'it needs root'}`);
    for (const [id, claims] of await claimsOf([...all, 'secret-page'], withoutProc)) {
      // VmLck, smaps and the page table are all below it.
      const held = idsOf(claims, 'held').filter((claim) =>
        /lck|smaps|zero|shared|copied|rss|others-read|wiped|large-back|lazy/.test(claim),
      );
      expect(held, id).toEqual([]);
    }
    // The command has more to ask: what it may commit.
    const env = { PAGESCOPE_BUDGET_MIB: '512' };
    const running = new Running(['run', 'first-touch', '--json', '--set', 'pages=4'], { prefix: withoutProc, env });
    expect(await running.ended).toMatchObject({ status: ExitStatus.Held, stderr: '' });
  });
});

describe('pages that MADV_PAGEOUT leaves where nothing could empty the lists of fresh pages', () => {
  it('are not held against it: claims about them are skipped', { timeout: 60_000 }, async (context) => {
    skipWithoutCompiler(context);
    // MADV_COLD refuses what is locked as well, and leaves pages, as MADV_PAGEOUT leaves those of such a list.
    using libc = lyingLibc({
      madvise: `int lie(void *start, size_t length, int advice) {
          return TRUE(madvise)(start, length, advice == MADV_PAGEOUT ? MADV_COLD : advice);
      }`,
    });
    const prefix = refusing?.prefix('fadvise64=EPERM') ?? [];
    const [[, claims] = ['', []]] = await claimsOf(['reclaim'], prefix, { LD_PRELOAD: libc.path });
    expect(claims.find(({ id }) => id === 'free-later')).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('posix_fadvise answered EPERM'),
    });
  });
});

describe('a mincore that says of every page that it is resident', () => {
  it('is told to be contradicted by the page table, and no claim on it is held', async (context) => {
    skipWithoutCompiler(context);
    using libc = lyingLibc({
      mincore: `int lie(void *start, size_t length, unsigned char *pages) {
          int answered = TRUE(mincore)(start, length, pages);
          if (answered == 0) memset(pages, 1, (length + getpagesize() - 1) / getpagesize());
          return answered;
      }`,
    });
    const [[, claims] = ['', []]] = await claimsOf(['first-touch'], [], { LD_PRELOAD: libc.path });
    const contradicted = claims.filter(({ reason }) => reason?.startsWith('the witnesses disagree'));
    expect(contradicted.map(({ id }) => id)).toEqual(['none-before']);
    expect(idsOf(claims, 'held')).not.toContain('none-before');
  });
});
