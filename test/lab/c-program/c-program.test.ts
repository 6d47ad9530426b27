import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cProgram, stepProgram } from '../../../lab/c-program/c-program.ts';
import type { LoggedOperation } from '../../../lab/operations/logged-operation.ts';
import { MemoryFile } from '../../../lab/regions/memory-file.ts';
import { Bench } from '../../support/bench.ts';
import {
  compileAndRun,
  compileAndWatch,
  compiledProgram,
  looksIn,
  skipWithoutCompiler,
} from '../../support/compile.ts';
import { never, TestLab } from '../../support/harness.ts';
import { sharedLibrary } from '../../support/shared-library.ts';

/** Runs `test`, or skips it and says why. */
const compiled = (name: string, test: () => Promise<void>) =>
  it(name, async (context) => {
    skipWithoutCompiler(context);
    await test();
  });

/** Kills what is left of a process group. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}

/** The kernel's secret memory, where it has any: before Linux 6.5 it is turned off by default. */
const secret = (['secret'] as const).filter((kind) => {
  const made = MemoryFile.create(kind, 'A', 1);
  if (!('fd' in made)) return false;
  made[Symbol.dispose]();
  return true;
});

describe('the session as a C program', () => {
  const runs: [name: string, parameters: Record<string, string | number>][] = [
    ['one page', { pages: 1 }],
    ['sequential writes', { pages: 300 }],
    ['sequential reads', { pages: 300, access: 'read' }],
    ['a random order', { pages: 1000, order: 'random', seed: 3 }],
    ['a stride in loops', { pages: 300, order: 'stride', stride: 8 }],
    ['a stride of more loops than one reads', { pages: 300, order: 'stride', stride: 40 }],
  ];
  for (const [name, parameters] of runs) {
    compiled(`compiles without a warning and finds the same pages resident: ${name}`, async () => {
      await using lab = new TestLab();
      const { session } = await lab.start({ experiment: 'first-touch', parameters });
      await lab.reader.state('completed');
      const printed = compileAndRun(await lab.service.program({ session }, never));
      const report = await lab.service.report({ session, language: 'en' }, never);
      const looks = report.steps.filter(({ call }) => call === 'mincore').map(({ index }) => index);
      const seen = report.snapshots.filter(({ step }) => looks.includes(step)).map(({ counts }) => counts.resident);
      const pages = report.regions[0]?.pages;
      expect(looksIn(printed)).toEqual(seen.map((resident) => `A: resident ${resident}/${pages} pages`));
    });
  }

  compiled('compiles without a warning after every step of a session', async () => {
    await using lab = new TestLab();
    const { session } = await lab.start({ experiment: 'first-touch', parameters: { pages: 2 }, paused: true });
    for (let step = 0; step <= 3; step++) {
      await lab.reader.pausedAfter(step);
      compileAndRun(await lab.service.program({ session }, never));
      await lab.service.control({ session, action: 'step' }, never);
    }
  });

  compiled('makes the calls on a part of a region that the session made', async () => {
    const title = { en: '', zh: '' };
    const range = { firstPage: 2, pageCount: 3 };
    const map = { kind: 'map' as const, title, label: 'A', mapping: { pages: 8 } };
    const touch = { kind: 'touch' as const, access: 'write' as const, pages: [0, 2, 3, 4] };
    const drop = { kind: 'madvise' as const, advice: 'MADV_DONTNEED' as const, range };
    const look = (firstPage: number, pageCount: number) =>
      ({ kind: 'mincore', range: { firstPage, pageCount } }) as const;
    const operations = [touch, look(0, 8), look(1, 3), drop, look(0, 8)];
    const log = operations.map((operation) => ({ kind: 'operation' as const, title, label: 'A', operation }));
    const printed = compileAndRun(await cProgram([map, ...log]));
    expect(looksIn(printed)).toEqual(['4/8', '2/3', '1/8'].map((of) => `A: resident ${of} pages`));
  });

  const title = { en: 'a title', zh: '标题' };
  const map = { kind: 'map' as const, title, label: 'A', mapping: { pages: 64 } };
  const lock = (runs: readonly number[], en = 'Lock') =>
    ({ kind: 'act', title: { en, zh: '' }, label: 'A', tool: { kind: 'mlock' }, runs }) as const;
  const main = (program: string) => program.slice(program.indexOf('int main'));

  compiled('has the names that its user gave to regions, whatever is in them, where they are mapped', async () => {
    await using bench = await Bench.open();
    const names = ['heap', '*/ #error /*', '// \\', '"quoted" %s %n', '???/', 'line\n#error', '\u202Eabc', '𝄞'];
    for (const _name of names) await bench.anonymous(2);
    const { session } = bench;
    for (const [index, name] of names.entries()) {
      await bench.lab.service.renameRegion({ session, region: index + 1, name }, never);
    }
    const program = await bench.lab.service.program({ session }, never);
    expect(program).toContain('/* Map 2 pages: heap */');
    expect(program).toContain('/* Map 2 pages: * / #error / * */');
    compileAndRun(program);
  });

  it('writes runs of equal distance as one loop', async () => {
    const program = await cProgram([map, lock([0, 1, 8, 1, 16, 1, 24, 1, 32, 1, 40, 1, 48, 1, 56, 1])]);
    expect(main(program)).toContain(`
    /* Lock */
    for (size_t page = 0; page < 64; page += 8)
        check("mlock", mlock(A + page * page_size, page_size));
    show("mlock", "A", A, 64);
`);
  });

  it('writes steps that do the same to one run after the other as one loop, with a look in it', async () => {
    const steps = [0, 4, 8, 12].map((first) => lock([first, 4], `Lock ${first}`));
    expect(main(await cProgram([map, ...steps, lock([40, 2], 'Lock 40')]))).toContain(`
    /* Lock 0 … Lock 12 */
    for (size_t first = 0; first < 16; first += 4) {
        check("mlock", mlock(A + first * page_size, 4 * page_size));
        show("mlock", "A", A, 64);
    }

    /* Lock 40 */
`);
  });

  it('gives the lines of one step alone, with the variable that the whole program has', async () => {
    const unmap = { kind: 'unmap', title, label: 'A' } as const;
    const log = [map, unmap, map, lock([2, 3], 'Lock 2 to 4')];
    const lines = '/* Lock 2 to 4 */\ncheck("mlock", mlock(A_2 + 2 * page_size, 3 * page_size));\n';
    expect(stepProgram(log, 3)).toBe(lines);
    expect(await cProgram(log)).toContain('mlock(A_2 + 2 * page_size, 3 * page_size)');
    expect(() => stepProgram(log, 4)).toThrow('There is no step 4 to write as C; 4 were taken so far, from 0 on.');
  });

  compiled('survives what the kernel refuses, and touches what comes before it', async () => {
    const hide: LoggedOperation = {
      kind: 'act',
      title,
      label: 'A',
      tool: { kind: 'mprotect', protection: [] },
      runs: [4, 2],
    };
    const touch = { kind: 'touch', access: 'write' } as const;
    const write = { kind: 'act', title, label: 'A', tool: touch, runs: [0, 2, 3, 3, 8, 1], refused: true } as const;
    const wipe = {
      kind: 'act',
      title,
      label: 'A',
      tool: { kind: 'explicit_bzero' },
      runs: [1, 8],
      refused: true,
    } as const;
    for (const memory of [undefined, 'memfd' as const, ...secret]) {
      const mapping = { pages: 10, ...(memory ? { memory } : {}) };
      const { status, stdout, stderr } = compileAndWatch(await cProgram([{ ...map, mapping }, hide, write, wipe]));
      expect([status, stderr.trim().split('\n').length]).toEqual([0, 2]);
      expect(stdout).toContain('A after write: resident 4/10 pages');
      expect(stdout).toMatch(/^0x[0-9a-f]+: \*\*\.\*\.{4}\*\.$/m);
      expect(stdout).toMatch(/^A: resident 5\/10, locked pages (?:0|10)$/m);
    }
  });

  compiled('leaves no child behind, not even when it is killed before it can end its own', async () => {
    const printed = cProgram([map, { kind: 'fork', title }]);
    // Where it would end its child it is killed; and for a child that waits to be forgotten, a minute lasts 60 ms.
    using library = sharedLibrary(`
      #include <signal.h>
      #include <sys/time.h>
      int kill(pid_t pid, int signal) { (void)pid; return raise(signal); }
      unsigned alarm(unsigned seconds) {
        struct itimerval time = {{0, 0}, {seconds / 1000, seconds % 1000 * 1000}};
        return setitimer(ITIMER_REAL, &time, NULL);
      }`);
    using program = compiledProgram(await printed);
    for (const [preload, how] of [
      ['', [0, null]],
      [library.path, [null, 'SIGKILL']],
    ] as const) {
      const env = { ...process.env, LD_PRELOAD: preload };
      const parent = spawn(program.path, { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => endGroup(parent.pid));
      parent.stdout.resume();
      // Its child has the same standard output, which is at its end when both are.
      expect(await once(parent, 'close')).toEqual(how);
    }
  });

  compiled('takes any text of a person', async () => {
    const words = 'a */ b /* c ??/ "d" \\ \u202e mlock2(x) 密钥\n\0';
    const odd = { ...map, title: { en: words, zh: '' }, label: words, mapping: { pages: 2, memory: 'memfd' as const } };
    expect(compileAndRun(await cProgram([{ ...odd, label: words.replace('\0', '') }]))).toContain('密钥');
  });

  compiled('counts a region of more than 4096 pages and does not draw it', async () => {
    const touch = { kind: 'touch', access: 'read' } as const;
    const read = { kind: 'act', title, label: 'A', tool: touch, runs: [0, 4097] } as const;
    const small = {
      kind: 'operation',
      title,
      label: 'A',
      operation: { kind: 'madvise', advice: 'MADV_NOHUGEPAGE', range: { firstPage: 0, pageCount: 5000 } },
    } as const;
    const printed = compileAndRun(await cProgram([{ ...map, mapping: { pages: 5000 } }, small, read]));
    expect(printed).toContain('A after read: resident 4097/5000 pages\nA: resident 4097/5000, locked pages 0\n');
    expect(printed).not.toContain('*');
  });
});
