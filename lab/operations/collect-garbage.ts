import { createRequire } from 'node:module';

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
  // Not imported: few runs ask for it, and node:v8 takes 2 ms.
  const require = createRequire(import.meta.url);
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  const { runInNewContext } = require('node:vm') as typeof import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof gc === 'function' ? () => void gc() : () => {};
}
