/**
 * What a wait may take: a test that would run into its time limit fails before, with a sentence that says what did not
 * happen.
 */

/** Only where vitest runs the file: the harness is also part of processes that tests start. */
const vitest = '__vitest_worker__' in globalThis ? await import('vitest') : undefined;

/** So long before the limit of the test. */
const earlierMs = 500;

/** Milliseconds that the test that runs now has left for a wait; undefined where none runs, as in a hook. */
function msLeft(): number | undefined {
  const test = vitest?.TestRunner.getCurrentTest();
  if (!test?.result?.startTime) return undefined;
  return Math.max(0, test.result.startTime + test.timeout - earlierMs - Date.now());
}

/** Waits for a promise. @param what did not happen, in words, when the test has no time left */
export async function inTime<T>(promise: Promise<T>, what: () => string): Promise<T> {
  const left = msLeft();
  if (left === undefined) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`What was waited for did not happen: ${what()}`)), left);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
