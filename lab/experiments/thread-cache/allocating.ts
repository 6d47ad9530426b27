/**
 * A process whose worker threads allocate and free inside of the C library, under the setting of malloc that it was
 * started with (`setting.ts` starts it). It answers what it is asked, and ends with who started it.
 */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { mallocInfo } from '../../../native/calls/malloc.ts';
import { percentiles } from '../../base/percentiles.ts';
import type { Looped, LoopRequest, ToThread, Witnessed, Work } from './messages.ts';
import { compileAndFree, glibcServesRegcomp, hoardedBytes } from './thread-work.ts';

/** Long enough for the engine to compile the loop. */
const warmUpMs = 30;

type Loop = ReturnType<typeof compileAndFree>;

if (isMainThread) void serve(Number(process.argv[2]));
else parentPort?.on('message', (asked: ToThread) => parentPort?.postMessage(answer(asked)));

function answer(asked: ToThread): number | Loop {
  return asked.kind === 'hoard' ? hoardedBytes() : compileAndFree(asked.milliseconds);
}

async function serve(count: number): Promise<void> {
  process.once('disconnect', end);
  if (!process.connected) end();
  const threads = Array.from({ length: count }, () => new Worker(new URL(import.meta.url)));
  await loop(threads, warmUpMs);
  const hoardBytes: number[] = [];
  for (const thread of threads) hoardBytes.push(await ask<number>(thread, { kind: 'hoard' }));
  const info = mallocInfo();
  const arenas = info.errno === null ? info.text.split('<heap nr=').length - 1 : null;
  process.on('message', async (request: LoopRequest) => {
    tell(await together(await loop(threads.slice(0, request.threads), request.milliseconds)));
  });
  tell({ hoardBytes, arenas, glibcServes: glibcServesRegcomp() });
}

/** Nothing here is worth tidying up, and a thread that is in a call of the C library is not waited for. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function tell(message: Witnessed | Looped): void {
  process.send?.(message);
}

function ask<T>(thread: Worker, asked: ToThread): Promise<T> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (message: T) => {
      thread.off('error', reject);
      resolve(message);
    });
    thread.postMessage(asked);
  });
}

function loop(threads: readonly Worker[], milliseconds: number): Promise<Loop[]> {
  return Promise.all(threads.map((thread) => ask<Loop>(thread, { kind: 'loop', milliseconds })));
}

async function together(loops: readonly Loop[]): Promise<Looped> {
  const sum = (of: (work: Work) => number) => loops.reduce((all, { work }) => all + of(work), 0);
  const amounts = new Float64Array(loops.reduce((all, each) => all + each.amounts.length, 0));
  let at = 0;
  for (const each of loops) {
    amounts.set(each.amounts, at);
    at += each.amounts.length;
  }
  const times = await percentiles(amounts);
  return {
    operations: sum((work) => work.operations),
    perSecond: sum((work) => work.perSecond),
    cpuShare: sum((work) => work.cpuShare) / loops.length,
    waits: sum((work) => work.waits),
    p50Ns: times?.p50 ?? Number.NaN,
    p99Ns: times?.p99 ?? Number.NaN,
    buckets: times?.buckets ?? [],
  };
}
