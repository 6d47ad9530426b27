import { setTimeout } from 'node:timers/promises';

/** One look at whether a process has ended, or its core file has come: soon at first, then less often. */
export const firstLookMs = 2;

export const slowestLookMs = 100;

/** Asks again and again until there is an answer. Throws the signal's reason when it aborts. */
export async function looking<T>(signal: AbortSignal, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let pauseMs = firstLookMs; ; pauseMs = Math.min(pauseMs * 2, slowestLookMs)) {
    signal.throwIfAborted();
    const answer = await look();
    if (answer !== undefined) return answer;
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
