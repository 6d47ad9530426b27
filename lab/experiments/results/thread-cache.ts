import { numbersIn } from '../../../protocol/quantity.ts';
import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';
import { togetherInBuckets } from '../../base/percentiles.ts';
import { columnOf } from '../thread-cache/claims.ts';
import { type Column, type Found, hoardOf, median } from '../thread-cache/found.ts';
import type { Looped } from '../thread-cache/messages.ts';
import { glibc, oneArena, withoutTcache } from '../thread-cache/settings.ts';
import { batch } from '../thread-cache/thread-work.ts';

export function threadResult(found: Found): Result {
  return { ...sentenceOf(found), figure: figureOf(found), keyStep: found.keyStep };
}

function sentenceOf(found: Found): Pick<Result, 'text' | 'values'> {
  const { threads, milliseconds } = found;
  const [on, off, shared] = [glibc, withoutTcache, oneArena].map((setting) => columnOf(found, setting));
  const rate = (column: Column | undefined): ResultValue => ({
    value: median((threads === 1 ? column?.alone : column?.all)?.map(({ perSecond }) => perSecond) ?? []),
    unit: 'per-second',
  });
  const waits = (column: Column | undefined): ResultValue => ({
    value: median(column?.all.map((each) => each.waits) ?? []),
    unit: 'plain',
  });
  const tcache = {
    en: 'ran regcomp and regfree at {operations} with tcache and at {off} without; for that each thread kept {hoard} of freed memory to itself.',
    zh: '运行 regcomp 与 regfree：有 tcache 时{operations}，没有时{off}；为此每个线程各自保留了 {hoard} 已释放的内存。',
  };
  const values = {
    operations: rate(on),
    off: rate(off),
    hoard: { value: on ? hoardOf(on) : null, unit: 'bytes', ...(on && { step: on.step }) },
  } as const;
  if (threads === 1) {
    return {
      text: { en: `One thread ${tcache.en}`, zh: `单个线程${tcache.zh}` },
      values,
    };
  }
  return {
    text: {
      en: `${threads} threads ${tcache.en} Sharing one arena it was {one}; waits for each other in ${milliseconds} ms: {waits}, with arenas of their own {few}.`,
      zh: `${threads} 个线程${tcache.zh}共用一个 arena 时{one}，${milliseconds} ms 内等待 {waits} 次，而各有 arena 时等待 {few} 次。`,
    },
    values: { ...values, one: rate(shared), waits: waits(shared), few: waits(on) },
  };
}

function figureOf({ threads, columns }: Found): Figure {
  const counts = threads === 1 ? [1] : [1, threads];
  return {
    kind: 'bars',
    title: {
      en: 'Operations a second (regcomp and regfree): longer is better',
      zh: '每秒操作数（regcomp 与 regfree）：越长越好',
    },
    unit: 'per-second',
    bars: columns.flatMap((column) =>
      counts.map((count) => {
        const loops = count === 1 ? column.alone : column.all;
        const { name } = column.setting;
        return {
          label: {
            en: `${name.en}, ${count} ${count === 1 ? 'thread' : 'threads'}`,
            zh: `${name.zh}，${count} 个线程`,
          },
          value: median(loops.map(({ perSecond }) => perSecond)),
          note: column.why ?? noteOf(loops, hoardOf(column)),
          buckets: togetherInBuckets(loops.map(({ buckets }) => buckets)),
          ...(column.why && { tone: 'refused' as const }),
        };
      }),
    ),
  };
}

function noteOf(loops: readonly Looped[], hoard: number | null): Text {
  const say = (language: 'en' | 'zh') => {
    const { quantity } = numbersIn(language);
    const time = (of: (each: Looped) => number) => quantity(median(loops.map(of)), 'ns');
    const switches = quantity(median(loops.map(({ waits }) => waits)), 'plain');
    const times = `p50 ${time(({ p50Ns }) => p50Ns)}, p99 ${time(({ p99Ns }) => p99Ns)}`;
    return { times, switches, kept: quantity(hoard, 'bytes') };
  };
  const [en, zh] = [say('en'), say('zh')];
  return {
    en: `${batch} operations: ${en.times}; waits: ${en.switches}; a thread keeps ${en.kept}`,
    zh: `${batch} 次操作：${zh.times}；等待 ${zh.switches} 次；每线程保留 ${zh.kept}`,
  };
}
