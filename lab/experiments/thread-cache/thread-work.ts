import { mallinfo2, quickHeap } from '../../../native/calls/malloc.ts';
import { quickRegex, REG } from '../../../native/calls/regex.ts';
import { getrusage, RUSAGE } from '../../../native/calls/resource.ts';
import { readText } from '../../../native/proc/proc-file.ts';
import { median } from './found.ts';
import type { Work } from './messages.ts';

/** What is compiled: the allocator is a third of what it costs, and a call from JavaScript a fifth. */
export const pattern = '(((((((a)))))))';

/** struct regex_t has 64 bytes. */
const regexBytes = 64;

/** Operations between two readings of the clock, which takes a third of an operation. */
export const batch = 10;

/** More batches than any machine makes in a millisecond: a loop ends there. */
const mostPerMillisecond = 2000;

/** A thread's own, until it ends. */
let own: { readonly regex: number; readonly text: number } | undefined;

function memory() {
  if (own) return own;
  const { malloc, memset } = quickHeap();
  own = { regex: malloc(regexBytes), text: malloc(pattern.length + 1) };
  memset(own.text, 0, pattern.length + 1);
  for (let at = 0; at < pattern.length; at++) memset(own.text + at, pattern.charCodeAt(at), 1);
  return own;
}

/** Compiles and frees for so long, and takes the time of each batch, also of those that took long. */
export function compileAndFree(milliseconds: number): { readonly work: Work; readonly amounts: Float64Array } {
  const { regcomp, regfree } = quickRegex();
  const { regex, text } = memory();
  const amounts = new Float64Array(milliseconds * mostPerMillisecond);
  let batches = 0;
  const before = used();
  const began = performance.now();
  const until = began + milliseconds;
  let last = began;
  while (last < until && batches < amounts.length) {
    for (let operation = 0; operation < batch; operation++) {
      regcomp(regex, text, REG.EXTENDED | REG.NOSUB);
      regfree(regex);
    }
    const now = performance.now();
    amounts[batches++] = (now - last) * 1e6;
    last = now;
  }
  const after = used();
  const wallNs = (last - began) * 1e6;
  const ranNs = after.ranNs - before.ranNs;
  const operations = batches * batch;
  const work = {
    operations,
    perSecond: (operations * 1e9) / wallNs,
    cpuShare: ranNs / (ranNs + after.delayedNs - before.delayedNs),
    waits: after.waits - before.waits,
  };
  return { work, amounts: amounts.slice(0, batches) };
}

/**
 * Of the calling thread: time on a CPU, time that it waited for one though it could run, and voluntary context
 * switches. NaN for what the kernel does not tell. Documentation/scheduler/sched-stats
 */
function used(): { readonly ranNs: number; readonly delayedNs: number; readonly waits: number } {
  const usage = getrusage(RUSAGE.THREAD);
  const waits = usage.errno === null ? usage.voluntarySwitches : Number.NaN;
  const stat = readText('/proc/thread-self/schedstat');
  const [ranNs = Number.NaN, delayedNs = Number.NaN] = stat.errno === null ? stat.text.split(' ').map(Number) : [];
  return { ranNs, delayedNs, waits };
}

/** tcache has a list for each of so many sizes, and keeps so many blocks in each. tcache_count of ld.so's tunables */
const [sizes, blocksOfSize] = [64, 7] as const;

/** What those blocks take, with what glibc has in front of each. */
const hoardBytes = 240_128;

const tries = 5;

/**
 * Allocates and frees as many blocks as tcache keeps, over and over, and tells how many bytes of them the thread kept
 * for the next time: glibc counts what lies in tcache as used, so that they add nothing to it. Other threads allocate
 * and free meanwhile; the middle of a few tries is told. mallinfo(3)
 */
export function hoardedBytes(): number {
  const kept = Array.from({ length: tries + 1 }, () => hoardBytes - takenByBlocks());
  // The first time nothing was there yet.
  return Math.max(0, median(kept.slice(1)) ?? 0);
}

function takenByBlocks(): number {
  const { malloc, free } = quickHeap();
  const blocks = new Float64Array(sizes * blocksOfSize);
  const before = mallinfo2().usedBytes;
  for (let at = 0; at < blocks.length; at++) blocks[at] = malloc(24 + 16 * Math.floor(at / blocksOfSize));
  const taken = mallinfo2().usedBytes - before;
  for (const block of blocks) free(block);
  return taken;
}

/**
 * Whether glibc counts as used what compiled regular expressions take. The engine may free some memory of its own
 * meanwhile, so once in a few tries is enough: what another allocator serves never counts.
 */
export function glibcServesRegcomp(): boolean {
  return Array.from({ length: tries }, takenByRegcomp).some((bytes) => bytes > leastTakenBytes);
}

/** A thousand compiled regular expressions take several times as much. */
const leastTakenBytes = 100_000;

function takenByRegcomp(): number {
  const { malloc, free } = quickHeap();
  const { regcomp, regfree } = quickRegex();
  const regexes = Array.from({ length: 1000 }, () => malloc(regexBytes));
  const before = mallinfo2().usedBytes;
  for (const regex of regexes) regcomp(regex, memory().text, REG.EXTENDED | REG.NOSUB);
  const taken = mallinfo2().usedBytes - before;
  for (const regex of regexes) {
    regfree(regex);
    free(regex);
  }
  return taken;
}
