import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects what V8 has put off, all of it, before this returns. Then a short stretch of code runs without a collection,
 * which matters where the process would not survive one: V8 aborts when it cannot give a page back (MADV_DONTNEED of
 * locked memory) and when it gets no new one (MCL_FUTURE over the limit). A marking that was begun earlier would be
 * finished at any moment. 10 to 20 ms.
 */
export function collectGarbage(): void {
  collect ??= exposed();
  // The second waits for the sweeping of the first and finds nothing of its own to sweep.
  collect();
  collect();
}

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof gc === 'function' ? () => void gc() : () => {};
}
