import { pageSize } from '../../native/libc/sysconf.ts';
import type { MclFlag } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { LockingFacts } from '../../protocol/would-lock.ts';
import { countPages, formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { choice, integer } from '../experiment-kit/parameters.ts';
import { whyForbidden, whyNot } from '../experiment-kit/refusals.ts';
import { askForSmallPages, whyRefused } from '../experiment-kit/shared-steps.ts';
import { lockingFacts } from '../limits/locking-facts.ts';
import { wholeProcessBytes } from '../limits/memory-sizes.ts';
import { together } from '../regions/look.ts';
import type { Region } from '../regions/region.ts';
import type { TakenStep, Turn } from '../session/steps.ts';
import { lockEverythingResult } from './results/lock-everything.ts';

const mebibyte = 1024 ** 2;

/**
 * What the engine's own work within the turn may change of Rss, or map, which MCL_FUTURE locks; and the lag of the
 * kernel's count of Rss (64 pages per CPU, Linux 6.2).
 */
const ownBytes = 8 * mebibyte;

/**
 * Of VmSize, what MCL_CURRENT locks at the least: the kernel leaves its own pages (vvar, device memory, hugetlb) out.
 */
const leastShare = 0.9;

/** Whose it is that VmLck has more of than the maps of the experiment. */
const mappedMeanwhile: Text = {
  en: 'maps of the engine that came in this turn, locked by MCL_FUTURE too.',
  zh: '引擎自身在此过程中新增的映射，同样被 MCL_FUTURE 锁定。',
};

const flagsOf = {
  current: ['MCL_CURRENT'],
  future: ['MCL_FUTURE'],
  both: ['MCL_CURRENT', 'MCL_FUTURE'],
} as const satisfies Record<string, readonly MclFlag[]>;

const claims = {
  answer: {
    en: 'mlockall succeeds, or is refused where VmSize or a limit of 0 says so',
    zh: 'mlockall 成功；或因 VmSize 超限、上限为 0 而按预期被拒绝',
  },
  'old-locked': { en: 'Pages of the map made before that are locked', zh: '此前的映射中被锁定的页数' },
  'old-resident': { en: 'Pages of it that are resident', zh: '其中驻留的页数' },
  'vm-lck': {
    en: 'VmLck after it: the whole process with MCL_CURRENT, else 0',
    zh: '调用后的 VmLck：有 MCL_CURRENT 时为整个进程，否则为 0',
    unit: 'bytes',
  },
  rss: {
    en: 'VmRSS after it: all that was mapped came in with MCL_CURRENT, unless MCL_ONFAULT; else it stays',
    zh: '调用后的 VmRSS：MCL_CURRENT 会调入所有映射（MCL_ONFAULT 除外），否则不变',
    unit: 'bytes',
  },
  'new-map': {
    en: 'A new mmap succeeds, or answers EAGAIN where MCL_FUTURE makes it exceed the limit',
    zh: '新的 mmap 成功；或因 MCL_FUTURE 使其超限而返回 EAGAIN',
  },
  'new-locked': {
    en: 'Pages of the new map that are locked as soon as it is mapped',
    zh: '新映射在映射时即被锁定的页数',
  },
  'new-resident': { en: 'Pages of it that are resident as soon as it is mapped', zh: '其中映射时即驻留的页数' },
  'new-vm-lck': { en: 'By how much the new mmap makes VmLck grow', zh: '新的 mmap 使 VmLck 增加的量', unit: 'bytes' },
  after: { en: 'After munlockall VmLck is 0', zh: 'munlockall 之后 VmLck 为 0', unit: 'bytes' },
  'none-locked': { en: 'After it no page of either map is locked', zh: '之后两个映射都没有页被锁定' },
} as const;

type EverythingLab = Lab<keyof typeof claims>;

/** What is in force after the call. */
interface InForce {
  readonly current: boolean;
  readonly future: boolean;
  readonly onFault: boolean;
}

/**
 * mlockall(2), a new mmap, munlockall. In a Node process nothing may run between MCL_CURRENT and munlockall: V8 gives
 * pages back with MADV_DONTNEED, locked memory refuses that, and V8 aborts. So all of it happens in one turn.
 */
export const lockEverything = experiment({
  id: 'lock-everything',
  group: 'locking',
  title: { en: 'Lock everything', zh: '锁定全部内存' },
  summary: {
    en: 'mlockall locks what is mapped now, what will be mapped, or both: the whole process at once, far more than anyone counts on.',
    zh: 'mlockall 锁定现有映射、未来映射或两者：一次锁定整个进程，数量远超预期。',
  },
  sentence: {
    en: 'Call mlockall with {lock} (on fault: {onFault}), and map {pages} {pages|page|pages} before and after',
    zh: '以 {lock} 调用 mlockall（缺页时锁定：{onFault}），并在其前后各映射 {pages} 页',
  },
  placement: 'isolated',
  parameters: {
    lock: choice({
      title: { en: 'Lock', zh: '锁定' },
      description: {
        en: 'What is mapped now (MCL_CURRENT), what will be mapped (MCL_FUTURE), or both.',
        zh: '现有映射（MCL_CURRENT）、未来映射（MCL_FUTURE）或两者。',
      },
      choices: [
        { value: 'both', title: { en: 'MCL_CURRENT | MCL_FUTURE', zh: 'MCL_CURRENT | MCL_FUTURE' } },
        { value: 'current', title: { en: 'MCL_CURRENT', zh: 'MCL_CURRENT' } },
        { value: 'future', title: { en: 'MCL_FUTURE', zh: 'MCL_FUTURE' } },
      ],
      default: 'both',
    }),
    onFault: choice({
      title: { en: 'On fault', zh: '缺页时锁定' },
      description: {
        en: 'With MCL_ONFAULT each page is locked when it is first touched, and nothing is brought in.',
        zh: '加上 MCL_ONFAULT，各页在首次访问时才锁定，不会预先调入。',
      },
      choices: [
        { value: 'no', title: { en: 'no', zh: '否' } },
        { value: 'yes', title: { en: 'MCL_ONFAULT', zh: 'MCL_ONFAULT' } },
      ],
      default: 'no',
    }),
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'How many pages the map before and the map after have.',
        zh: '之前与之后两个映射各自的页数。',
      },
      minimum: 1,
      maximum: 4096,
      default: 8,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims,
  commitsBytes: ({ lock, onFault, pages }) =>
    (lock !== 'future' && onFault === 'no' && mayLockItAll() ? wholeProcessBytes : 0) + 2 * pages * pageSize(),
  mapsBytes: ({ pages }) => 2 * pages * pageSize(),

  async *run(lab, { lock, onFault, pages }) {
    const old = yield* lab.map({ en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` }, pages);
    yield* askForSmallPages(lab, old);
    const flags: MclFlag[] = [...flagsOf[lock], ...(onFault === 'yes' ? (['MCL_ONFAULT'] as const) : [])];
    const facts = lockingFacts();
    const seen = yield* lab.inOneTurn(
      {
        en: `mlockall(${flags.join(' | ')}), a new mmap, munlockall, without interruption`,
        zh: `一次性完成 mlockall(${flags.join(' | ')})、新的 mmap 与 munlockall`,
      },
      (turn) => lockAndUnlock(turn, flags, old, pages),
    );
    const inForce = {
      current: lock !== 'future' && seen.allowed === seen.mlockall,
      future: lock !== 'current',
      onFault: onFault === 'yes',
    };
    const { mlockall, allowed, before, locked, after } = seen;
    const answer = mlockall.errno ?? '0';
    const expected = expectedAnswer(flags, before.vmSizeBytes, facts);
    lab.claim('answer', expected, whyForbidden(mlockall) ?? answer);
    const tookNs = mlockall.durationNs;
    const steps = { lockStep: mlockall.index, unlockStep: seen.munlockall.index, keyStep: allowed.index + 1 };
    lab.result(lockEverythingResult({ answer, tookNs, before, locked, after, ...steps }));
    const refused = whyRefusedAll(allowed, facts);
    if (refused) {
      skipWithoutIt(lab, inForce, pages, refused);
      return;
    }
    claimOld(lab, seen, inForce, pages);
    claimNew(lab, seen, inForce, pages, facts);
    lab.claim('after', 0, whyNot(seen.munlockall) ?? after.vmLckBytes);

    const oldAfter = yield* lab.look({ en: 'Look at A after munlockall', zh: 'munlockall 之后查看 A' }, old);
    const { region } = seen.mapped;
    const newAfter = region
      ? yield* lab.look({ en: 'Look at B after munlockall', zh: 'munlockall 之后查看 B' }, region)
      : undefined;
    const bothLocked = together(
      oldAfter.count('vmLocked'),
      newAfter?.count('vmLocked') ?? 0,
      (one, other) => one + other,
    );
    lab.claim('none-locked', 0, whyNot(seen.munlockall) ?? bothLocked);
  },
});

/** Why nothing was locked, and what would be under the measured limit; undefined when mlockall did it. */
function whyRefusedAll(mlockall: TakenStep, { memlock }: LockingFacts): Text | undefined {
  const why = whyNot(mlockall);
  if (!why || mlockall.errno !== 'ENOMEM' || memlock.soft === 0) return why;
  return {
    en: `${why.en} With lock=future it works under this limit.`,
    zh: `${why.zh}设 lock=future 时，此上限允许锁定。`,
  };
}

/** Without the lock the rest would say nothing of it, however true. */
function skipWithoutIt(lab: EverythingLab, wanted: InForce, pages: number, why: Text): void {
  for (const [claim, expected] of [
    ['old-locked', wanted.current ? pages : 0],
    ['old-resident', wanted.current && !wanted.onFault ? pages : 0],
    ['vm-lck', 0],
    ['rss', 0],
    ['new-map', '0'],
    ['new-locked', wanted.future ? pages : 0],
    ['new-resident', wanted.future && !wanted.onFault ? pages : 0],
    ['new-vm-lck', wanted.future ? pages * lab.pageSize : 0],
    ['after', 0],
    ['none-locked', 0],
  ] as const)
    lab.skip(claim, expected, why);
}

type Seen = ReturnType<typeof lockAndUnlock>;

function lockAndUnlock(turn: Turn, flags: readonly MclFlag[], old: Region, pages: number) {
  const before = turn.status();
  const mlockall = turn.onProcess({ en: 'Lock everything', zh: '锁定全部内存' }, { kind: 'mlockall', flags });
  // What a limit refuses of the whole process it may allow of what comes later.
  const allowed =
    mlockall.errno === 'ENOMEM' && flags.includes('MCL_CURRENT') && flags.includes('MCL_FUTURE')
      ? turn.onProcess(
          { en: 'Lock what this limit allows: what will be mapped', zh: '锁定此上限允许的部分：未来的映射' },
          { kind: 'mlockall', flags: flags.filter((flag) => flag !== 'MCL_CURRENT') },
        )
      : mlockall;
  const locked = turn.status();
  const oldLook = turn.look({ en: 'Look at A, mapped before', zh: '查看此前映射的 A' }, old);
  const mapped = turn.map({ en: `Map ${countPages(pages)} anew`, zh: `新映射 ${formatCount(pages)} 页` }, { pages });
  const newLook = mapped.region && turn.look({ en: 'Look at B, never touched', zh: '查看从未访问的 B' }, mapped.region);
  const munlockall = turn.onProcess({ en: 'Unlock everything', zh: '全部解锁' }, { kind: 'munlockall' });
  const after = turn.status();
  return { before, mlockall, allowed, locked, oldLook, mapped, newLook, munlockall, after };
}

/** Whether MCL_CURRENT is not certain to be refused, and so may bring the whole process in. */
function mayLockItAll(): boolean {
  const { ipcLock, memlock } = lockingFacts();
  return ipcLock.counts || memlock.soft === 'unlimited' || memlock.soft >= wholeProcessBytes;
}

/** What mlockall answers by the measured limit: MCL_CURRENT weighs the whole address space against it. */
function expectedAnswer(flags: readonly MclFlag[], vmSizeBytes: number, { ipcLock, memlock }: LockingFacts): string {
  const { soft } = memlock;
  if (ipcLock.counts || soft === 'unlimited') return '0';
  if (soft === 0) return 'EPERM';
  return flags.includes('MCL_CURRENT') && vmSizeBytes > soft ? 'ENOMEM' : '0';
}

function claimOld(lab: EverythingLab, { before, locked, oldLook, mlockall }: Seen, inForce: InForce, pages: number) {
  const brought = inForce.current && !inForce.onFault;
  lab.claim('old-locked', inForce.current ? pages : 0, oldLook.count('vmLocked'));
  lab.claim('old-resident', brought ? pages : 0, oldLook.count('resident'));
  const least = Math.floor(locked.vmSizeBytes * leastShare);
  if (inForce.current) lab.claimBetween('vm-lck', least, locked.vmSizeBytes, locked.vmLckBytes);
  else lab.claimWithOwn('vm-lck', 0, locked.vmLckBytes, inForce.future ? ownBytes : 0, mappedMeanwhile);
  const rss = before.vmRssBytes;
  if (brought) lab.claimBetween('rss', rss + pages * lab.pageSize, locked.vmSizeBytes, locked.vmRssBytes);
  else lab.claimBetween('rss', rss - ownBytes, rss + ownBytes, locked.vmRssBytes);
  lab.measurement('mlockallNs', mlockall.durationNs);
  lab.measurement('vmSizeBytes', before.vmSizeBytes);
  lab.measurement('vmLckBeforeBytes', before.vmLckBytes);
  lab.measurement('vmLckLockedBytes', locked.vmLckBytes);
  lab.measurement('vmRssBeforeBytes', before.vmRssBytes);
  lab.measurement('vmRssLockedBytes', locked.vmRssBytes);
}

function claimNew(
  lab: EverythingLab,
  { locked, mapped, newLook, munlockall, after }: Seen,
  inForce: InForce,
  pages: number,
  { ipcLock, memlock }: LockingFacts,
) {
  const bytes = pages * lab.pageSize;
  const bound = inForce.future && !ipcLock.counts && memlock.soft !== 'unlimited';
  const over = bound && locked.vmLckBytes + bytes > Number(memlock.soft);
  lab.claim('new-map', over ? 'EAGAIN' : '0', mapped.step.errno ?? '0');
  const lockedPages = inForce.future ? pages : 0;
  const residentPages = inForce.future && !inForce.onFault ? pages : 0;
  if (newLook) {
    lab.claim('new-locked', lockedPages, newLook.count('vmLocked'));
    lab.claim('new-resident', residentPages, newLook.count('resident'));
    const own = inForce.future ? ownBytes : 0;
    lab.claimWithOwn('new-vm-lck', lockedPages * lab.pageSize, mapped.step.vmLckGrowthBytes, own, mappedMeanwhile);
  } else {
    const why = whyRefused(mapped.step);
    lab.skip('new-locked', lockedPages, why);
    lab.skip('new-resident', residentPages, why);
    lab.skip('new-vm-lck', lockedPages * lab.pageSize, why);
  }
  lab.measurement('munlockallNs', munlockall.durationNs);
  lab.measurement('vmLckAfterBytes', after.vmLckBytes);
  lab.measurement('vmRssAfterBytes', after.vmRssBytes);
}
