/** For every claim of every experiment a way to break its premise. */
import { availableParallelism } from 'node:os';
import type { TestContext } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { hugePageBytes, whyNoHugePages } from '../../../lab/limits/huge-pages.ts';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import { swapRoomBytes } from '../../../lab/limits/swap-space.ts';
import { MADV } from '../../../native/calls/mman.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Operation } from '../../../protocol/operation.ts';
import type { Advice } from '../../../protocol/page-call.ts';
import { skipWithDearFaults } from '../../support/fault-cost.ts';
import { skipWithoutRoomToLock } from '../../support/locking.ts';
import { skipWithoutCoreFiles } from '../../support/secrets.ts';

/** What somebody else does to a region just before a step of this title. Region 1 is A. */
type Action = readonly [before: RegExp, region: number, ...operations: Operation[]];

export interface Break {
  readonly experiment: string;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** In this order, each at the first such step after the last. */
  readonly actions: readonly Action[];
  /**
   * What the C library says that is not so, for `lying-libc.c`; `''` for nothing. In a process of the experiment's own.
   */
  readonly lies?: string;
  /** The claims that fail then: these and no others. */
  readonly failed: readonly string[];
  /** Those among the ones that are skipped that the break is the reason of. */
  readonly skipped?: readonly string[];
  /** Those of the failed ones that may be skipped instead, for a reason that no test can rule out. */
  readonly unlessSkipped?: readonly string[];
  /** Skips the test where the machine does not bear it. */
  readonly needs?: (context: TestContext) => void;
}

const at = (firstPage: number, pageCount: number) => ({ firstPage, pageCount });
const advise = (advice: Advice, firstPage: number, pageCount: number): Operation => ({
  kind: 'madvise',
  advice,
  range: at(firstPage, pageCount),
});
const drop = (firstPage: number, pageCount: number) => advise('MADV_DONTNEED', firstPage, pageCount);
const write = (...pages: number[]): Operation => ({ kind: 'touch', access: 'write', pages });
const read = (...pages: number[]): Operation => ({ kind: 'touch', access: 'read', pages });
const lock = (firstPage: number, pageCount = 1): Operation => ({ kind: 'mlock', range: at(firstPage, pageCount) });
const unlock = (firstPage: number, pageCount: number): Operation => ({
  kind: 'munlock',
  range: at(firstPage, pageCount),
});

/** A row of one action. */
type Row = [failed: string[], before: RegExp, region: number, ...operations: Operation[]];

function rows(experiment: string, parameters: Break['parameters'], more: Partial<Break>, ...all: Row[]): Break[] {
  return all.map(([failed, ...action]) => ({ experiment, parameters, actions: [action], failed, ...more }));
}

const EAGAIN = 11;
const EINVAL = 22;
const memfdSecret = 447;
const DONTDUMP = 16;
const PAGEOUT = 21;
const SET_DUMPABLE = 4;

function needsZeroPages(context: TestContext): void {
  const why = whyNoZeroPage();
  if (why) context.skip(why.en);
}

const firstTouch: Break[] = [
  ...rows(
    'first-touch',
    { pages: 8 },
    {},
    [['fault-each', 'none-before'], /^Look before/, 1, write(0)],
    [['all-after', 'rss'], /^Look after/, 1, drop(3, 1)],
  ),
  ...rows('first-touch', { pages: 8, access: 'read' }, { needs: needsZeroPages }, [
    ['rss', 'zero-pages'],
    /^Look after/,
    1,
    write(5),
  ]),
  { experiment: 'first-touch', parameters: { pages: 8 }, lies: 'getrusage=twist', actions: [], failed: ['fault-each'] },
];

const prefault: Break[] = rows(
  'prefault',
  { pages: 8 },
  {},
  [['later-touches', 'touch-loop'], /^A: look/, 1, drop(0, 8)],
  [['later-touches', 'map-populate'], /^B: look/, 2, drop(0, 8)],
  [['later-touches', 'populate-write'], /^C: look/, 3, drop(0, 8)],
  [['later-reads', 'populate-read', 'read-zero-pages'], /^D: look/, 4, drop(0, 8)],
  [['later-writes', 'read-zero-pages'], /^D: look/, 4, write(0)],
  [['later-writes'], /^D: write/, 4, write(0, 1, 2, 3, 4, 5, 6, 7)],
  [['later-touches', 'mlock'], /^E: look/, 5, unlock(0, 8), drop(0, 8)],
);

function needsHugePages(context: TestContext): void {
  const why = whyNoHugePages();
  if (why) context.skip(why.en);
  if (hugePageBytes() !== 512 * pageSize())
    context.skip('a huge page is not 512 pages here, and these page numbers are for that');
}

const hugePage: Break[] = [
  ...rows(
    'huge-page',
    { hugePages: 2 },
    { needs: needsHugePages },
    [['huge-mapped', 'huge-resident', 'split-stays'], /^A: look$/, 1, drop(0, 512)],
    [['huge-mapped', 'split-locked', 'split-vmas'], /^A: look$/, 1, lock(5)],
    [['small-resident'], /^B: look/, 2, write(1)],
    [['one-fault-each'], /^A: write/, 1, write(0, 512)],
    [['split-stays'], /^A: look again/, 1, drop(3, 1)],
    [['split-huge', 'split-locked', 'split-vmas'], /^A: look again/, 1, lock(700)],
  ),
  {
    experiment: 'huge-page',
    parameters: { hugePages: 2 },
    lies: 'getrusage=twist',
    actions: [],
    failed: ['one-fault-each'],
    needs: needsHugePages,
  },
];

const random = advise('MADV_RANDOM', 0, 512);
const evictAll: Operation = { kind: 'evict', range: at(0, 512) };

const fileCache: Break[] = rows(
  'file-cache',
  { pages: 512 },
  {},
  [['evicted', 'rest-evicted'], /^Drop them from the page cache/, 1, lock(5)],
  [['random-window'], /^Look under MADV_RANDOM/, 1, read(7)],
  [['normal-around', 'normal-window'], /^Read page 256/, 1, random],
  [['sequential-window'], /^Look under MADV_SEQUENTIAL/, 1, random, drop(0, 512), evictAll, read(256)],
  [['sequential-ahead'], /^Look under MADV_SEQUENTIAL/, 1, random, read(7)],
  [['locked-refused', 'locked-survives'], /^Unmap the locked part/, 1, unlock(0, 8)],
  [['rest-evicted'], /^Look at what survived/, 1, read(100)],
);

const sixPages = { pages: 6 };

/**
 * With swap PAGEOUT only says that it worked; without, what is there is said to be swapped. Other tests turn swap on
 * and off: which it is now is asked when the test begins.
 */
const pageoutLies: Pick<Break, 'lies' | 'failed' | 'needs'>[] = [
  {
    lies: `madvise:${PAGEOUT}=0`,
    failed: ['file-unlocked', 'free-later', 'pageout-swapped', 'pageout-unlocked'],
    needs: ({ skip }) => skip(swapRoomBytes() === 0, 'there is no swap'),
  },
  {
    lies: 'ioctl=twist',
    failed: ['pageout-swapped', 'pageout-unlocked'],
    needs: ({ skip }) => skip(swapRoomBytes() > 0, 'there is swap'),
  },
];

const reclaim: Break[] = [
  ...rows(
    'reclaim',
    sixPages,
    {},
    [['cold-locked'], /^A: MADV_COLD on the locked/, 1, unlock(3, 3)],
    [['dontneed-locked'], /^B: MADV_DONTNEED on the locked/, 2, unlock(3, 3)],
    [['free-locked'], /^C: MADV_FREE on the locked/, 3, unlock(3, 3)],
    [['pageout-locked'], /^D: MADV_PAGEOUT on the locked/, 4, unlock(3, 3)],
    [['file-locked'], /^E: MADV_PAGEOUT on the locked/, 5, unlock(3, 3)],
    [['cold-unlocked'], /^A: look/, 1, drop(0, 3)],
    [['dontneed-unlocked'], /^B: look/, 2, write(1)],
    [['free-unlocked'], /^C: look$/, 3, drop(0, 3)],
    [['free-later'], /^C: look again/, 3, write(0), lock(0)],
    [['file-unlocked'], /^E: look/, 5, read(0), lock(0)],
  ),
  ...pageoutLies.map((lies) => ({ experiment: 'reclaim', parameters: sixPages, actions: [], ...lies })),
];

const lockRange: Break[] = [
  ...rows(
    'lock-range',
    {},
    { needs: skipWithoutRoomToLock },
    [['covers', 'relock', 'smaps'], /^See which pages/, 1, unlock(2, 1)],
    [['no-nesting'], /^See whether any page/, 1, lock(9)],
  ),
  {
    experiment: 'lock-range',
    parameters: {},
    lies: 'mlock:10000#1=0 munlock:10000=0 munmap=0',
    actions: [[/^See what is locked/, 2, unlock(0, 1)]],
    failed: ['before-hole', 'covers', 'hole', 'no-nesting', 'not-brought', 'relock', 'smaps', 'vm-lck', 'vm-lck-back'],
    needs: skipWithoutRoomToLock,
  },
];

const lockOnFault: Break[] = [
  ...rows(
    'lock-on-fault',
    {},
    { needs: skipWithoutRoomToLock },
    [['both-locked', 'none-yet', 'smaps-one', 'touch-one'], /^Look at B$/, 2, write(1), lock(7)],
    [['resident-now'], /^Look at A$/, 1, unlock(0, 2), drop(0, 2)],
  ),
  {
    experiment: 'lock-on-fault',
    parameters: {},
    lies: 'mlock=0 mlock2=0',
    actions: [],
    failed: ['both-locked', 'resident-now', 'smaps-one', 'vm-lck-now', 'vm-lck-on-fault'],
    needs: skipWithoutRoomToLock,
  },
];

const ninePages = { pages: 9 };

function needsToLockItAll(context: TestContext): void {
  if (!lockingFacts().ipcLock.counts)
    context.skip('mlockall(MCL_CURRENT) needs CAP_IPC_LOCK (or a limit above VmSize)');
}

const lockEverything: Break[] = [
  {
    experiment: 'lock-everything',
    parameters: ninePages,
    lies: 'mlockall=0 munlockall=0',
    actions: [[/^Look at A after/, 1, lock(0)]],
    failed: ['new-locked', 'new-resident', 'new-vm-lck', 'none-locked', 'old-locked', 'old-resident', 'rss', 'vm-lck'],
    needs: needsToLockItAll,
  },
  {
    experiment: 'lock-everything',
    parameters: { ...ninePages, lock: 'future' },
    lies: 'mlockall=twist',
    actions: [],
    failed: ['new-locked', 'new-resident', 'new-vm-lck', 'old-locked', 'old-resident', 'rss', 'vm-lck'],
    needs: needsToLockItAll,
  },
  {
    experiment: 'lock-everything',
    parameters: ninePages,
    // The second map of nine pages is the one after mlockall.
    lies: `mmap:${9 * pageSize()}#2=${EAGAIN} munlockall=twist`,
    actions: [],
    failed: ['after', 'new-map'],
    skipped: ['new-locked', 'new-resident', 'new-vm-lck'],
    needs: needsToLockItAll,
  },
  {
    experiment: 'lock-everything',
    parameters: ninePages,
    lies: `mlockall=${EINVAL}`,
    actions: [],
    failed: ['answer'],
    skipped: ['after', 'new-locked', 'new-map', 'none-locked', 'old-locked', 'vm-lck'],
    needs: needsToLockItAll,
  },
];

const lockLimit: Break[] = [
  {
    experiment: 'lock-limit',
    parameters: {},
    lies: 'mlock=0 mlockall=0',
    actions: [],
    failed: ['future-mmap', 'largest', 'limit-0', 'refused', 'vm-lck'],
  },
  {
    experiment: 'lock-limit',
    parameters: {},
    lies: `mlockall=${EINVAL}`,
    actions: [],
    failed: ['future'],
    skipped: ['future-mmap'],
  },
];

const fork: Break[] = [
  {
    experiment: 'fork',
    parameters: {},
    lies: '',
    actions: [[/^Look at the parent/, 1, write(6)]],
    failed: ['child-keeps', 'copied', 'shared-after', 'shared-before'],
    needs: skipWithoutRoomToLock,
  },
  {
    experiment: 'fork',
    parameters: {},
    lies: 'clone=twist',
    actions: [[/^Fork$/, 1, unlock(0, 1)]],
    failed: [
      ...['child-keeps', 'child-vm-lck', 'copied', 'parent-keeps', 'parent-vm-lck', 'shared-after'],
      'shared-before',
    ],
    needs: skipWithoutRoomToLock,
  },
];

const whatNobodyElseReads = `syscall:${memfdSecret}=twist`;

function needsCoreFiles(context: TestContext): void {
  skipWithoutRoomToLock(context);
  skipWithoutCoreFiles(context);
}

const secretPage: Break[] = [
  {
    experiment: 'secret-page',
    parameters: {},
    lies: [
      ...[whatNobodyElseReads, 'mlock=0', 'munmap=0', 'explicit_bzero#2=0', `madvise:${DONTDUMP}=0`],
      ...[`prctl:${SET_DUMPABLE}=0`, `process_vm_readv=${EAGAIN}`],
    ].join(' '),
    actions: [
      // Another marker than the one in the core file.
      [/^Ask for the marker of A/, 1, { kind: 'getrandom', range: { offset: 0, length: 32 } }],
      [/^Unlock B/, 1, { kind: 'mlock2', onFault: true, range: at(0, 1) }],
    ],
    failed: [
      ...['dont-dump', 'gcore-all', 'gcore-all-secret', 'listed', 'locked', 'not-dumpable', 'others-cannot'],
      ...['protected', 'released', 'secret', 'secret-vm-lck', 'unprotected', 'vm-lck', 'wiped'],
    ],
    // The page was not seen locked.
    skipped: ['others-read'],
    needs: needsCoreFiles,
  },
  {
    // A is left out, and all three have the same marker: each is found, and not where it should be, or should not be.
    experiment: 'secret-page',
    parameters: {},
    lies: `${whatNobodyElseReads} getrandom=twist explicit_bzero#3=0 process_vm_readv=${EAGAIN}`,
    actions: [[/^A copy of the process aborts/, 1, advise('MADV_DONTDUMP', 0, 1)]],
    failed: [
      ...['gcore-all', 'gcore-all-secret', 'others-cannot', 'others-read', 'protected', 'secret', 'secret-vm-lck'],
      ...['unprotected', 'wiped'],
    ],
    needs: needsCoreFiles,
  },
];

/** Too few for times to be told: a buffer of 3072 pages, of which 2321 are written. */
const fewItems = { items: 99_000, size: 96 };

const growthFactor: Break[] = [
  { parameters: fewItems, lies: 'memcpy=0', actions: [], failed: ['copy-faults', 'intact'] },
  { parameters: fewItems, lies: 'malloc_usable_size=twist', actions: [], failed: ['room'] },
  // Growing exactly would take hours so.
  { parameters: { ...fewItems, rule: 'formula' }, lies: 'realloc=twist', actions: [], failed: ['realloc-copies-less'] },
  // Of few pages the fault that it adds is one too many for a copy as well.
  { parameters: {}, lies: 'getrusage=twist', actions: [], failed: ['mremap-faults'] },
  {
    parameters: { items: 100_000 },
    lies: 'memset=twist',
    actions: [],
    failed: ['exact-slower'],
    unlessSkipped: ['exact-slower'],
    needs: skipWithDearFaults,
  },
  {
    parameters: fewItems,
    lies: '',
    actions: [
      [/^Look at the buffer/, 1, write(2000)] as const,
      // Beyond the last item.
      [/^Look at the slack/, 1, write(2700)] as const,
    ],
    failed: ['slack-end', 'slack-half'],
  },
].map((each) => ({ experiment: 'growth-factor', ...each }));

function needsToLockThePool(context: TestContext): void {
  const { ipcLock, memlock } = lockingFacts();
  const poolBytes = 4 * 1024 * 1024;
  if (!ipcLock.counts && memlock.soft !== 'unlimited' && memlock.soft < poolBytes)
    context.skip(`the pool has ${poolBytes} bytes, and ${memlock.soft} may be locked`);
}

const pool: Break[] = [
  {
    experiment: 'pool',
    // So few blocks in a burst tell nothing of the first. The faults are read once for ten of this size.
    parameters: { requests: 2000, size: 96, burst: 16 },
    lies: 'getrusage=twist',
    actions: [],
    failed: ['cold-faults', 'hot-faults', 'malloc-faults'],
  },
  {
    experiment: 'pool',
    parameters: { requests: 100, burst: 16 },
    lies: 'getrusage=0',
    actions: [],
    failed: ['cold-faults', 'mmap-faults'],
  },
  {
    experiment: 'pool',
    parameters: { requests: 2000 },
    lies: 'memset=twist',
    actions: [],
    failed: ['cold-first', 'malloc-slower', 'mmap-slower'],
    // A block of the engine's may lie above a burst: malloc keeps its pages. A first use may be slow without faults.
    unlessSkipped: ['malloc-slower', 'cold-first'],
    needs: skipWithDearFaults,
  },
  {
    experiment: 'pool',
    parameters: { requests: 128 },
    lies: '',
    actions: [
      [/^Look at the hot pool/, 2, unlock(0, 1024), drop(0, 1024)],
      // Of slots that one block at a time never uses.
      [/^Look at the cold pool: the slot/, 1, { kind: 'madvise', advice: 'MADV_POPULATE_WRITE', range: at(16, 1008) }],
      [/^Look at the cold pool after/, 1, drop(0, 1)],
    ],
    // The hot pool's first burst is then as slow.
    failed: ['cold-faults', 'cold-first', 'hot-faults', 'hot-locked', 'used-by-bursts', 'used-by-one'],
    needs: needsToLockThePool,
  },
];

function needsTwoCpus(context: TestContext): void {
  if (availableParallelism() < 2) context.skip('there is one CPU, and two threads do not meet at a lock');
}

const short = { milliseconds: 20 };

const threadCache: Break[] = [
  {
    experiment: 'thread-cache',
    parameters: short,
    lies: 'children regcomp=twist getrusage=twist',
    actions: [],
    failed: ['arenas-faster', 'tcache-faster', 'waits'],
    // Threads that had no CPU at once do not meet.
    unlessSkipped: ['waits'],
    needs: needsTwoCpus,
  },
  {
    experiment: 'thread-cache',
    parameters: short,
    lies: 'children regcomp=twist mallinfo2=twist malloc_info=twist',
    actions: [],
    failed: ['hoards', 'one-arena', 'tcache-faster'],
    skipped: ['arenas-faster', 'waits'],
  },
  // Blocks that glibc does not count are taken for ones that the thread had kept.
  {
    experiment: 'thread-cache',
    parameters: short,
    lies: 'children malloc=twist free=twist',
    actions: [],
    failed: ['gives-back'],
    skipped: ['tcache-faster'],
  },
];

const oneGibibyte = { reserve: 1, chunks: 2 };

const reserveCommit: Break[] = [
  {
    experiment: 'reserve-commit',
    parameters: oneGibibyte,
    lies: `mmap:${1024 ** 3}=twist`,
    actions: [[/^Look at all/, 1, write(0)]],
    failed: [...['charge-back', 'charge-stays', 'charged', 'commit-empty', 'empty', 'faults', 'reserved'], 'uncharged'],
  },
  {
    experiment: 'reserve-commit',
    parameters: oneGibibyte,
    lies: '',
    actions: [
      [/^Write every page of chunk 2/, 1],
      [/^Look at all/, 1, drop(0, 100)],
      [/^Look after dropping/, 1, write(300)],
    ],
    failed: ['dropped', 'stays', 'touched'],
  },
];

const freeKeepsRss: Break[] = [
  // Of a block that is not written only the page of its header is there.
  { parameters: { size: 16_384, blocks: 1024 }, lies: 'memset=1', failed: ['kept', 'large-back', 'stays'] },
  { parameters: {}, lies: 'malloc_trim=1', failed: ['trimmed'] },
].map((each) => ({ experiment: 'free-keeps-rss', actions: [], ...each }));

const runawayPool: Break[] = [
  {
    // Too few for the times to be told.
    parameters: { peak: 32, low: 0, cap: 8 },
    lies: `madvise:${MADV.DONTNEED}=0`,
    actions: [],
    failed: ['dontneed-end', 'dontneed-faults'],
  },
  // What writing takes is then most of all.
  {
    parameters: { peak: 128, low: 0, cap: 0 },
    lies: 'memset=twist',
    actions: [],
    failed: ['dontneed-slower'],
    unlessSkipped: ['dontneed-slower'],
    needs: skipWithDearFaults,
  },
  { parameters: { peak: 64, low: 4, cap: 8 }, lies: `madvise:${MADV.FREE}=0`, actions: [], failed: ['free-lazy'] },
  // Each reading of the faults has one more; over many waves that is many.
  {
    parameters: { peak: 64, low: 0, cap: 0, waves: 20 },
    lies: 'getrusage=twist',
    actions: [],
    failed: ['free-faults', 'uncapped-faults'],
  },
  {
    parameters: { peak: 64, low: 4, cap: 8 },
    lies: '',
    // The first to be evicted, and to be written again.
    actions: [
      [/^Look at what is left, without/, 1, drop(63 * 16, 16)] as const,
      [/^Look at the peak, with a cap and MADV_DONTNEED/, 2, drop(63 * 16, 16)] as const,
    ],
    failed: ['capped-peak', 'uncapped-end'],
  },
].map((each) => ({ experiment: 'runaway-pool', ...each }));

export const breaks: readonly Break[] = [
  ...firstTouch,
  ...prefault,
  ...hugePage,
  ...fileCache,
  ...reclaim,
  ...lockRange,
  ...lockOnFault,
  ...lockEverything,
  ...lockLimit,
  ...fork,
  ...secretPage,
  ...growthFactor,
  ...pool,
  ...threadCache,
  ...reserveCommit,
  ...freeKeepsRss,
  ...runawayPool,
];
