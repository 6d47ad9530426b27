import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experimentIds } from '../../../lab/experiments/catalogue.ts';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import { swapRoomBytes } from '../../../lab/limits/swap-space.ts';
import { printedStates, reportedStates } from '../../support/c-program-states.ts';
import { type Compiler, compileAndRunBy, compilers, skipWithoutCompiler } from '../../support/compile.ts';
import { never, type TestLab } from '../../support/harness.ts';
import { isolatingLab, runAndProgram } from '../../support/locking.ts';

/** Small, so that all of them take seconds; the others as they are by default. */
const parameters: Record<string, Record<string, string | number>> = {
  'first-touch': { pages: 100, order: 'random', seed: 7 },
  'file-cache': { pages: 64 },
  reclaim: { pages: 64 },
  'growth-factor': { items: 20_000 },
  'free-keeps-rss': { blocks: 4096 },
  'runaway-pool': { peak: 64, low: 4, cap: 8 },
  pool: { requests: 500, size: 16 },
  'thread-cache': { milliseconds: 10 },
};

/** Those that run isolated, or search core files, take their time on a busy machine. */
const longestMs = 90_000;

/**
 * What the title of a step must say, and what it must not say in either language, by its call, or by its advice where
 * that has a line.
 */
const titles: Record<string, readonly [en: RegExp, zh: RegExp, never?: RegExp]> = {
  mlock: [/\bm?lock\b/i, /锁定|mlock/, /unlock|解锁/i],
  mlock2: [/on fault/i, /缺页.*锁定/, /unlock|解锁/i],
  munlock: [/unlock/i, /解锁/],
  mlockall: [/^Lock/, /锁定/, /unlock|解锁/i],
  munlockall: [/unlock/i, /解锁/],
  mmap: [/\bmap\b/i, /映射/, /unmap|解除|取消/i],
  munmap: [/\bunmap\b/i, /(?:解除|取消).*映射/],
  mincore: [/\b(?:look|see)\b/i, /查看/],
  posix_fadvise: [/\bdrop\b|evict/i, /逐出/],
  process_vm_readv: [/\bread\b/i, /读/, /writ|写/i],
  process_vm_writev: [/\bwrite/i, /写/, /\bread|读/i],
  capset: [/CAP_IPC_LOCK/, /放弃/],
  MADV_DONTNEED: [/unmap|MADV_DONTNEED/i, /去掉|MADV_DONTNEED/],
  MADV_PAGEOUT: [/reclaim|MADV_PAGEOUT/, /回收|MADV_PAGEOUT/],
  MADV_HUGEPAGE: [/huge pages/, /大页/, /small|小页/],
  MADV_NOHUGEPAGE: [/small pages/, /小页/, /huge|大页/],
  MADV_DONTDUMP: [/out of core files|DONTDUMP/, /不含|不转储|不写入|DONTDUMP/],
  MADV_RANDOM: [/nothing ahead|MADV_RANDOM/, /不要预读|MADV_RANDOM/],
};

/** Why what the program finds may rightly be something else here. */
function whyNotTheSame(id: string, compiler: Compiler): string | undefined {
  if (id === 'growth-factor' && compiler === 'musl-gcc')
    return 'musl’s malloc lays out its blocks in its own way, and this session was of glibc’s';
  if (id === 'free-keeps-rss') return 'the heap has other blocks as well, and Node has more of them';
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

  /** There are more of them than a window may have sessions open. */
  const runAndClose = async (id: string) => {
    const run = await runAndProgram(lab, id, parameters[id]);
    await lab.service.close({ session: run.session }, never);
    return run;
  };
  const runs = new Map<string, ReturnType<typeof runAndProgram>>();
  const runOnce = (id: string) => {
    const run = runs.get(id) ?? runAndClose(id);
    runs.set(id, run);
    return run;
  };

  for (const id of experimentIds) {
    for (const compiler of compilers) {
      it(
        `${id}: compiles without a warning and finds the same pages resident and locked (${compiler})`,
        async (context) => {
          skipWithoutCompiler(context, compiler);
          const { report, program } = await runOnce(id);
          const printed = await compileAndRunBy(compiler, program);
          const differs = whyNotTheSame(id, compiler);
          if (differs) context.skip(`it compiles and runs; ${differs}`);
          expect(printedStates(printed)).toEqual(reportedStates(report));
        },
        longestMs,
      );
    }
  }

  it(
    'has the titles that its session gave to its steps, which say in both languages what each call does',
    async () => {
      for (const id of experimentIds) await runOnce(id);
      const steps = lab.reader.of('step').map(({ step }) => step);
      const wrong = steps.flatMap(({ call, title, arguments: { advice } }) => {
        const [en, zh, never] = titles[`${advice}`] ??
          titles[call] ?? [new RegExp(`${advice ?? ''}`), new RegExp(`${advice ?? ''}`)];
        const right = en.test(title.en) && zh.test(title.zh) && !never?.test(title.en) && !never?.test(title.zh);
        return right ? [] : [`${call} ${advice ?? ''}: “${title.en}”, “${title.zh}”`];
      });
      expect(wrong).toEqual([]);
      const called = new Set(steps.flatMap(({ call, arguments: { advice } }) => [call, `${advice}`]));
      expect(Object.keys(titles).filter((each) => !called.has(each))).toEqual([]);
    },
    longestMs,
  );
});
