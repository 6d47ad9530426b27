import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../lab/experiments/catalogue.ts';
import { lockingFacts } from '../../lab/limits/locking-facts.ts';
import { swapRoomBytes } from '../../lab/limits/swap-space.ts';
import { printedStates, reportedStates } from './c-program-states.ts';
import { compileAndRunBy, compilers, skipWithoutCompiler } from './compile.ts';
import type { TestLab } from './harness.ts';
import { isolatingLab, runAndProgram } from './locking.ts';

/** Small, so that all of them take seconds; the others as they are by default. */
const parameters: Record<string, Record<string, string | number>> = {
  'first-touch': { pages: 100, order: 'random', seed: 7 },
  'file-cache': { pages: 64 },
  reclaim: { pages: 64 },
};

/** Those that run isolated, or search core files, take their time on a busy machine. */
const longestMs = 90_000;

/** Why what the program finds may rightly be something else here. */
function whyNotTheSame(id: string): string | undefined {
  if (id === 'lock-everything' && !lockingFacts().ipcLock.counts)
    return 'without CAP_IPC_LOCK a C program is small enough to lock itself, and Node is not';
  if (id === 'reclaim' && swapRoomBytes() > 0)
    return 'with swap, what is resident right after PAGEOUT depends on how fast it is written';
  return undefined;
}

describe('the C program of an experiment', () => {
  let lab: TestLab;
  beforeAll(() => {
    lab = isolatingLab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const runs = new Map<string, ReturnType<typeof runAndProgram>>();
  const runOnce = (id: string) => {
    const run = runs.get(id) ?? runAndProgram(lab, id, parameters[id]);
    runs.set(id, run);
    return run;
  };

  for (const { id } of catalogue) {
    for (const compiler of compilers) {
      it(
        `${id}: compiles without a warning and finds the same pages resident and locked (${compiler})`,
        async (context) => {
          skipWithoutCompiler(context, compiler);
          const { report, program } = await runOnce(id);
          const printed = await compileAndRunBy(compiler, program);
          const differs = whyNotTheSame(id);
          if (differs) context.skip(`it compiles and runs; ${differs}`);
          expect(printedStates(printed)).toEqual(reportedStates(report));
        },
        longestMs,
      );
    }
  }
});
