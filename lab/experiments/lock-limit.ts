import { pageSize } from '../../native/libc/sysconf.ts';
import type { ProcessOperation } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import type { Text } from '../../protocol/text.ts';
import { countPages, formatBytes, formatCount } from '../base/format.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import type { Lab } from '../experiment-kit/lab.ts';
import { integer } from '../experiment-kit/parameters.ts';
import { whyForbidden } from '../experiment-kit/refusals.ts';
import type { Script } from '../experiment-kit/script.ts';
import { askForSmallPages, wholeOf, whyRefused } from '../experiment-kit/shared-steps.ts';
import { memlockLimit } from '../limits/environment.ts';
import type { Region } from '../regions/region.ts';
import type { TakenStep } from '../session/steps.ts';
import { type Limited, lockLimitResult } from './results/lock-limit.ts';

const kibibyte = 1024;

/** Pages of the region beyond the limit, so that the kernel has something to refuse. */
const beyond = 4;

const claims = {
  largest: {
    en: 'The most pages that can be locked: the limit minus what is locked',
    zh: '最多能锁定的页数：上限减去已锁定的部分',
  },
  refused: { en: 'One page more is refused', zh: '再多一页就被拒绝' },
  'vm-lck': {
    en: 'A refused mlock locks nothing: VmLck stays',
    zh: '被拒绝的 mlock 什么也不锁：VmLck 不变',
    unit: 'bytes',
  },
  'limit-0': {
    en: 'With a limit of 0 not even one page may be locked: EPERM',
    zh: '上限为 0 时连一页也不许锁定：EPERM',
  },
  future: {
    en: 'mlockall(MCL_FUTURE) itself succeeds under any limit but 0',
    zh: '只要上限不为 0，mlockall(MCL_FUTURE) 本身总会成功',
  },
  'future-mmap': { en: 'The next mmap over the limit answers EAGAIN', zh: '此后超过上限的 mmap 返回 EAGAIN' },
} as const;

/** KiB: enough to show steps of more and more, little enough for most hard limits. */
const defaultLimit = 64;

type LimitLab = Lab<keyof typeof claims>;

/**
 * RLIMIT_MEMLOCK at work. CAP_IPC_LOCK would set it aside, so it is dropped first, which makes this the same for root
 * and for anybody else. Locking again what is locked costs nothing, so each attempt is the first K pages of one region.
 */
export const lockLimit = experiment({
  id: 'lock-limit',
  group: 'locking',
  title: { en: 'The lock limit', zh: '锁定上限' },
  summary: {
    en: 'Without CAP_IPC_LOCK a process locks as much as RLIMIT_MEMLOCK allows. Over it mlock says ENOMEM, however much memory is free.',
    zh: '没有 CAP_IPC_LOCK 时，进程最多锁定 RLIMIT_MEMLOCK 允许的量；超过后无论剩余多少内存，mlock 都返回 ENOMEM。',
  },
  sentence: {
    en: 'Lock more and more under a soft limit of {limit} KiB, without CAP_IPC_LOCK',
    zh: '在 {limit} KiB 的软限制下、没有 CAP_IPC_LOCK 时锁定越来越多的页',
  },
  placement: 'isolated',
  parameters: {
    limit: integer({
      title: { en: 'Soft limit', zh: '软上限' },
      description: {
        en: 'RLIMIT_MEMLOCK’s soft limit to lock under, at most the hard limit; as “ulimit -l” counts.',
        zh: '锁定时生效的 RLIMIT_MEMLOCK 软上限，不超过硬上限；单位与 “ulimit -l” 相同。',
      },
      minimum: 0,
      maximum: 256 * kibibyte,
      default: defaultLimit,
      unit: { en: 'KiB', zh: 'KiB' },
    }),
  },
  claims,
  conflict({ limit }) {
    const most = hardLimit();
    // The default is what nobody asked for: it gives way to a lower hard limit.
    if (limit <= most || limit === defaultLimit) return undefined;
    return {
      en: `limit is ${limit} KiB, and the hard limit of RLIMIT_MEMLOCK is ${most} KiB; choose at most that, or raise the hard limit.`,
      zh: `limit 为 ${limit} KiB，而 RLIMIT_MEMLOCK 的硬上限为 ${most} KiB；请不要超过它，或提高硬上限。`,
    };
  },
  commitsBytes: ({ limit }) => limit * kibibyte,
  mapsBytes: ({ limit }) => limit * kibibyte + beyond * pageSize(),

  async *run(lab, { limit }) {
    const bytes = Math.min(limit, hardLimit()) * kibibyte;
    yield* change(lab, { en: 'Give CAP_IPC_LOCK up', zh: '放弃 CAP_IPC_LOCK' }, { kind: 'drop-ipc-lock' });
    yield* setLimit(lab, bytes);
    const before = lab.status().vmLckBytes;
    const allowed = Math.max(0, Math.floor(bytes / lab.pageSize) - before / lab.pageSize);
    const pages = allowed + beyond;
    const region = yield* lab.map({ en: `Map ${countPages(pages)}`, zh: `映射 ${formatCount(pages)} 页` }, pages);
    yield* askForSmallPages(lab, region);

    const { largest, largestStep, refusal } = yield* lockMoreAndMore(lab, region, bytes === 0 ? 'EPERM' : 'ENOMEM');
    const forbidden = refusal && whyForbidden(refusal);
    lab.claim('largest', allowed, forbidden ?? largest);
    lab.claim('refused', bytes === 0 ? 'EPERM' : 'ENOMEM', forbidden ?? refusal?.errno ?? '0');
    lab.claim('vm-lck', before + largest * lab.pageSize, forbidden ?? lab.vmLck());
    lab.measurement('largestLockBytes', largest * lab.pageSize);

    if (largest > 0) {
      yield* lab.perform({ en: 'Unlock it all', zh: '全部解锁' }, region, { kind: 'munlock', range: wholeOf(region) });
    }
    let atZero = refusal;
    if (bytes > 0) {
      yield* setLimit(lab, 0);
      atZero = yield* lockFirst(lab, region, 1, 'EPERM');
      yield* setLimit(lab, bytes);
    }
    lab.claim('limit-0', 'EPERM', forbidden ?? atZero?.errno ?? '0');
    const mappedAfter = yield* future(lab, bytes);
    const keyStep = refusal?.index ?? 0;
    const { errno = null } = refusal ?? {};
    const { pageSize } = lab;
    const found = { limitBytes: bytes, largestPages: largest, largestStep, pageSize, ...mappedAfter, keyStep };
    lab.result(lockLimitResult({ ...found, errno: errno ?? undefined }));
  },
});

/** RLIMIT_MEMLOCK's hard limit in KiB; infinite without one. */
function hardLimit(): number {
  const { hard } = memlockLimit();
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Math.floor(hard / kibibyte);
}

/** A step without which the rest would measure something else. */
async function* change(lab: LimitLab, title: Text, operation: ProcessOperation): Script {
  const step = yield* lab.onProcess(title, operation);
  if (step.errno === null) return;
  const why = whyRefused(step);
  throw problem('cannot-run-here', `The limit cannot be set up: ${why.en}`, `无法设置上限：${why.zh}`);
}

function setLimit(lab: LimitLab, softBytes: number): Script {
  const size = formatBytes(softBytes);
  const title = { en: `Set the soft limit to ${size}`, zh: `把软上限设为 ${size}` };
  return change(lab, title, { kind: 'setrlimit', softBytes });
}

function lockFirst(lab: LimitLab, region: Region, pageCount: number, expects: string): Script<TakenStep> {
  const size = formatBytes(pageCount * lab.pageSize);
  const title = {
    en: `Lock the first ${pageCount === 1 ? 'page' : countPages(pageCount)} (${size})`,
    zh: `锁定前 ${pageCount} 页（${size}）`,
  };
  return lab.perform(title, region, { kind: 'mlock', range: { firstPage: 0, pageCount } }, expects);
}

/**
 * Doubles until the kernel refuses, then halves the gap: the largest that succeeds, and the refusal of one page more.
 */
async function* lockMoreAndMore(
  lab: LimitLab,
  region: Region,
  expects: string,
): Script<{ largest: number; largestStep: number | undefined; refusal?: TakenStep }> {
  let largest = 0;
  let refused = region.pages + 1;
  let largestStep: number | undefined;
  let refusal: TakenStep | undefined;
  while (refused - largest > 1) {
    const doubled = Math.min(region.pages, Math.max(1, largest * 2));
    const pages = refusal ? Math.floor((largest + refused) / 2) : doubled;
    const step = yield* lockFirst(lab, region, pages, expects);
    if (step.errno === null) [largest, largestStep] = [pages, step.index];
    else [refused, refusal] = [pages, step];
  }
  return { largest, largestStep, ...(refusal ? { refusal } : {}) };
}

/**
 * The time bomb: MCL_FUTURE asks nothing of the limit, every later mmap does. V8 maps too, so it is all in one turn.
 */
async function* future(lab: LimitLab, limitBytes: number): Script<Pick<Limited, 'futureErrno' | 'futureStep'>> {
  const pages = Math.floor(limitBytes / lab.pageSize) + 1;
  const { mlockall, mapped } = yield* lab.inOneTurn(
    {
      en: 'mlockall(MCL_FUTURE), an mmap over the limit, munlockall, without interruption',
      zh: '一次性完成 mlockall(MCL_FUTURE)、超过上限的 mmap 与 munlockall',
    },
    (turn) => {
      const lockFuture = { kind: 'mlockall', flags: ['MCL_FUTURE'] } as const;
      const mlockall = turn.onProcess({ en: 'Lock what will be mapped', zh: '锁定未来的映射' }, lockFuture);
      const mapped = turn.map(
        { en: `Map ${countPages(pages)}, more than the limit`, zh: `映射 ${formatCount(pages)} 页，超过上限` },
        { pages },
        'EAGAIN',
      );
      turn.onProcess({ en: 'Unlock everything', zh: '全部解锁' }, { kind: 'munlockall' });
      return { mlockall, mapped };
    },
  );
  lab.claim('future', limitBytes === 0 ? 'EPERM' : '0', whyForbidden(mlockall) ?? mlockall.errno ?? '0');
  if (mlockall.errno === null) lab.claim('future-mmap', 'EAGAIN', mapped.step.errno ?? '0');
  else lab.skip('future-mmap', 'EAGAIN', whyRefused(mlockall));
  const { errno, index } = mapped.step;
  return { futureErrno: mlockall.errno === null ? (errno ?? '0') : undefined, futureStep: index };
}
