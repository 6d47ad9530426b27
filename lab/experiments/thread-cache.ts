import { functionAddress, MissingSymbol } from '../../native/libc/libc.ts';
import type { Text } from '../../protocol/text.ts';
import { experiment } from '../experiment-kit/experiment.ts';
import { integer, path } from '../experiment-kit/parameters.ts';
import { threadResult } from './results/thread-cache.ts';
import { claims, stateClaims } from './thread-cache/claims.ts';

/** What a process of a setting takes, and each of its threads. */
const [processBytes, threadBytes] = [64 * 1024 ** 2, 16 * 1024 ** 2];

/** Three of glibc, and three others at most. */
const mostSettings = 6;

/**
 * What a cache in each thread, and arenas in place of one lock, buy and cost: real threads that allocate and free, in
 * one process for each setting of malloc. The threads call regcomp(3) and regfree(3), for a call from JavaScript takes
 * longer than malloc does. malloc(3), mallopt(3), tunables of glibc's manual
 */
export const threadCache = experiment({
  id: 'thread-cache',
  group: 'speculation',
  title: { en: 'Thread caches', zh: '线程缓存' },
  summary: {
    en: 'Threads that allocate and free, with glibc’s tcache and without it, with one arena and with many, and with other allocators that are installed: operations a second, their times, waits for a lock, and memory kept back.',
    zh: '分配与释放内存的线程：有 glibc 的 tcache 与没有 tcache、一个或多个 arena，以及已安装的其他分配器：每秒操作数、耗时、等锁次数与保留的内存。',
  },
  sentence: {
    en: 'Let {threads} {threads|thread|threads} allocate and free for {milliseconds} ms, and with another allocator: {preload}',
    zh: '让 {threads} 个线程分配与释放 {milliseconds} ms，其他分配器：{preload}',
  },
  placement: 'isolated',
  parameters: {
    threads: integer({
      title: { en: 'Threads', zh: '线程数' },
      description: {
        en: 'One thread is measured, and so many at once.',
        zh: '测量单个线程，以及这么多线程同时运行。',
      },
      minimum: 1,
      maximum: 16,
      default: 2,
      unit: { en: 'threads', zh: '个线程' },
    }),
    milliseconds: integer({
      title: { en: 'Time of a measurement', zh: '每次测量时长' },
      description: {
        en: 'How long each setting runs with each number of threads, five times.',
        zh: '每个设置以每种线程数运行多久，共五次。',
      },
      minimum: 10,
      maximum: 500,
      default: 50,
      unit: { en: 'ms', zh: 'ms' },
    }),
    preload: path({
      title: { en: 'Other allocator', zh: '其他分配器' },
      description: {
        en: 'The library of an allocator for LD_PRELOAD; empty for jemalloc, tcmalloc and mimalloc where they are installed.',
        zh: '供 LD_PRELOAD 使用的分配器库；留空则使用已安装的 jemalloc、tcmalloc、mimalloc。',
      },
      default: '',
      empty: { en: 'those installed', zh: '已安装的' },
    }),
  },
  claims,
  unavailable,
  conflict({ preload }) {
    if (!/[\s:]/.test(preload)) return undefined;
    return {
      en: `preload has “${preload}”, and LD_PRELOAD takes spaces and colons for ends of names; give a path without them.`,
      zh: `preload 为 “${preload}”，而 LD_PRELOAD 把空格与冒号当作分隔符；请给出不含它们的路径。`,
    };
  },
  commitsBytes: ({ threads }) => mostSettings * (processBytes + threads * threadBytes),
  mapsBytes: () => 0,

  async *run(lab, values) {
    // Loaded when it runs: it starts processes.
    const { threadScript } = await import('./thread-cache/script.ts');
    const found = yield* threadScript(lab, values);
    stateClaims(lab, found);
    lab.result(threadResult(found));
  },
});

function unavailable(): Text | undefined {
  if (process.versions.electron !== undefined) {
    return {
      en: 'Electron has an allocator of its own and starts no second process with other settings; run it in a terminal (pagescope run thread-cache), or in a browser (pagescope serve)',
      zh: 'Electron 自带分配器，也不能以其他设置再启动进程；请在终端运行（pagescope run thread-cache），或在浏览器中运行（pagescope serve）',
    };
  }
  try {
    functionAddress('mallinfo2');
    return undefined;
  } catch (error) {
    if (!(error instanceof MissingSymbol)) throw error;
    return {
      en: 'this C library has no mallinfo2(3), which tells what a setting of malloc came to: it takes glibc 2.33 (musl ignores the tunables)',
      zh: '此 C 库没有 mallinfo2(3)，无法得知 malloc 的设置是否生效：需要 glibc 2.33（musl 忽略这些 tunable）',
    };
  }
}
