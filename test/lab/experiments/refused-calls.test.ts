import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitStatus } from '../../../protocol/exit-status.ts';
import type { Report } from '../../../protocol/report.ts';
import { ensureBuilt } from '../../../scripts/fresh.mjs';
import { hasCompiler } from '../../support/compile.ts';
import { Running } from '../../support/pagescope.ts';
import { ioctls, type Refused, RefusedCalls } from '../../support/refused-calls.ts';

let refusing: RefusedCalls | undefined;
beforeAll(async () => {
  if (hasCompiler()) refusing = new RefusedCalls();
  await ensureBuilt();
});
afterAll(() => refusing?.[Symbol.dispose]());

const locks = ['mlock=EPERM', 'mlock2=EPERM', 'munlock=EPERM', 'mlockall=EPERM', 'munlockall=EPERM'] as const;
const lockers = ['lock-range', 'lock-on-fault', 'lock-everything', 'lock-limit', 'fork'];
const all = ['first-touch', 'prefault', 'huge-page', 'file-cache', 'reclaim', ...lockers];

/**
 * What a sandbox takes away, the experiments that use it, and their claims that hang on nothing else: those may not be
 * held. Everything else may be held or skipped; nothing may fail, for the kernel did nothing wrong.
 */
const filters: readonly (readonly [Refused[], readonly string[], Readonly<Record<string, RegExp>>])[] = [
  [
    ['mincore=EPERM'],
    all,
    { 'first-touch': /^(none-before|all-after)$/, prefault: /^(touch-loop|mlock|populate-write)$/ },
  ],
  [
    [...locks],
    ['prefault', 'huge-page', 'file-cache', 'reclaim', ...lockers, 'secret-page'],
    {
      'lock-range': /./,
      'lock-on-fault': /./,
      'lock-everything': /./,
      'lock-limit': /./,
      fork: /lck|parent-keeps/,
      'secret-page': /^(locked|vm-lck|others-read|released)$/,
    },
  ],
  [['process_vm_readv=EPERM', 'process_vm_writev=EPERM'], [...all, 'secret-page'], { 'secret-page': /^others/ }],
  // All of madvise would end V8.
  [['madvise:14=EPERM', 'madvise:15=EPERM'], ['first-touch', 'huge-page'], { 'huge-page': /^(huge|split)/ }],
  [['madvise:20=EPERM', 'madvise:21=EPERM'], ['reclaim'], { reclaim: /^(cold|pageout|file|free-later)/ }],
  [
    ['madvise:22=EPERM', 'madvise:23=EPERM'],
    ['prefault'],
    { prefault: /^(populate|read-zero|later-reads|later-writes)/ },
  ],
  [['madvise:16=EPERM'], ['secret-page'], { 'secret-page': /^(dont-dump|protected|listed)$/ }],
  [[`${ioctls.PAGEMAP_SCAN}=EPERM`], all, {}],
  [[`${ioctls.PROCMAP_QUERY}=EPERM`], lockers, {}],
  [['msync=EPERM'], ['huge-page', ...lockers], {}],
  [['cachestat=EPERM', 'fadvise64=EPERM'], ['file-cache', 'reclaim'], { 'file-cache': /^(evicted|rest-evicted)$/ }],
  [['memfd_secret=EPERM', 'memfd_create=EPERM'], ['secret-page'], { 'secret-page': /secret/ }],
];

const small: Readonly<Record<string, readonly string[]>> = {
  'first-touch': ['--set', 'pages=4'],
  'file-cache': ['--set', 'pages=64'],
};

async function runUnder(refused: readonly Refused[], id: string) {
  const prefix = refusing?.prefix(...refused) ?? [];
  const running = new Running(['run', id, '--json', ...(small[id] ?? [])], { prefix });
  return await running.ended;
}

describe.each(filters.map(([refused, ...rest]) => [refused.join(' '), refused, ...rest] as const))(
  'under a filter that answers %s',
  (_name, refused, ids, notHeld) => {
    it.each(ids)('%s states only what it could witness', { timeout: 60_000 }, async (id) => {
      const { stdout, stderr, status } = await runUnder(refused, id);
      expect(stderr).not.toMatch(/made a mistake/);
      expect([ExitStatus.Held, ExitStatus.CannotRunHere, ExitStatus.NothingMeasured]).toContain(status);
      if (status === ExitStatus.CannotRunHere) {
        expect(stderr).toMatch(/EPERM|cannot|refused/);
        return;
      }
      const { claims }: Report = JSON.parse(stdout);
      expect(claims.filter((claim) => claim.status === 'failed')).toEqual([]);
      const pattern = notHeld[id];
      const held = claims.filter((claim) => claim.status === 'held').map((claim) => claim.id);
      if (pattern) expect(held.filter((claim) => pattern.test(claim))).toEqual([]);
      for (const claim of claims.filter((each) => each.status === 'skipped'))
        expect(claim.reason, claim.id).toBeTruthy();
    });
  },
);
