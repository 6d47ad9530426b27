import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poolPageBytes } from '../../../lab/limits/huge-pages.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { presets } from '../../../protocol/presets.ts';
import { workbenchRequestSchema } from '../../../protocol/service.ts';
import type { Action } from '../../../protocol/workbench.ts';
import { type FinalStates, printedStates, printedVmLckBytes, reportedStates } from '../../support/c-program-states.ts';
import { type Compiler, compileAndRunBy, compilers, skipWithoutCompiler } from '../../support/compile.ts';
import { never, type TestLab } from '../../support/harness.ts';
import { isolatingLab, skipWithoutRoomToLock } from '../../support/locking.ts';
import { randomActions } from '../../support/random-actions.ts';

const sessions = 25;
/** Two processors are what the smallest machines have. */
const atOnce = 2;
const seed = 20_240_229;
const filePages = 20;

interface Done {
  readonly program: string;
  readonly states: FinalStates;
}

describe('the C program of a workbench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-actions-'));
  const file = join(folder, 'a "file" ??= of mine');
  let lab: TestLab;
  beforeAll(() => {
    lab = isolatingLab();
    // Just written, it is all in the page cache, where both see it.
    writeFileSync(file, Buffer.alloc((filePages - 1) * pageSize() + 100, 'x'));
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** Does the actions in a workbench; its C program, and what the kernel showed at the end. */
  const doAll = async (actions: readonly Action[], placement: 'inline' | 'isolated' = 'inline'): Promise<Done> => {
    const { session } = await lab.service.workbench(workbenchRequestSchema.parse({ placement }), never);
    const removed: number[] = [];
    const refused = new Set<number>();
    let added = 0;
    for (const action of actions) {
      if ('region' in action && typeof action.region === 'number' && refused.has(action.region)) continue;
      if (action.kind === 'add') {
        added++;
        const { region } = await lab.service.addRegion({ session, region: action.region }, never);
        if (region === undefined) refused.add(added);
      } else if (action.kind === 'act') await lab.service.act({ ...action, session }, never);
      else if (action.kind === 'process') await lab.service.actOnProcess({ ...action, session }, never);
      else {
        await lab.service.removeRegion({ ...action, session }, never);
        removed.push(action.region);
      }
    }
    const program = await lab.service.program({ session }, never);
    const states = reportedStates(await lab.service.report({ session, language: 'en' }, never), removed);
    await lab.service.close({ session }, never);
    return { program, states };
  };

  const comesToTheSame = async ({ program, states }: Done, compiler: Compiler) => {
    const printed = await compileAndRunBy(compiler, program);
    expect(printedStates(printed)).toEqual(states);
    const locked = Object.values(states).reduce((sum, each) => sum + each.locked, 0);
    expect(printedVmLckBytes(printed)).toBe(locked * pageSize());
    return printed;
  };

  const doEach = async (all: readonly Action[][]): Promise<Done[]> => {
    const done: Done[] = [];
    for (const actions of all) done.push(await doAll(actions));
    return done;
  };

  let random: Done[] | undefined;
  for (const compiler of compilers) {
    it(`finds the same pages resident and locked in ${sessions} random sessions (${compiler})`, async (context) => {
      skipWithoutCompiler(context, compiler);
      skipWithoutRoomToLock(context);
      random ??= await doEach(fc.sample(randomActions(file, filePages), { seed, numRuns: sessions }));
      const left = random.map((done, number) => ({ done, number }));
      const work = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          const { done, number } = next;
          try {
            await comesToTheSame(done, compiler);
          } catch (cause) {
            throw new Error(`session ${number}:\n${done.program}`, { cause });
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    }, 120_000);
  }

  it('does to the whole process what the session did', async (context) => {
    skipWithoutCompiler(context);
    const region = { backing: { kind: 'anonymous' as const }, size: { pages: 5 }, protection: [] };
    const add: Action = {
      kind: 'add',
      region: { ...region, protection: ['PROT_READ'], hugePages: 'never', populate: false, locked: false },
    };
    const future: Action = { kind: 'process', tool: { kind: 'mlockall', flags: ['MCL_FUTURE', 'MCL_ONFAULT'] } };
    const unlock: Action = { kind: 'process', tool: { kind: 'munlockall' } };
    const done = await doAll([add, future, add, unlock, add], 'isolated');
    expect(await comesToTheSame(done, 'cc')).toContain('B: resident 0/5, locked pages 0');
    expect(done.program).toContain('mlockall(MCL_FUTURE | MCL_ONFAULT)');
  }, 60_000);

  it('asks the pool for the huge pages that the session asked for, and survives a refusal', async (context) => {
    skipWithoutCompiler(context);
    const bytes = poolPageBytes();
    if (bytes === undefined) context.skip('this kernel has no pool of huge pages');
    const add: Action = {
      kind: 'add',
      region: {
        backing: { kind: 'hugetlb' },
        size: { pages: (bytes ?? 0) / pageSize() },
        protection: ['PROT_READ', 'PROT_WRITE'],
        hugePages: 'never',
        populate: true,
        locked: false,
      },
    };
    const done = await doAll([add]);
    await comesToTheSame(done, 'cc');
    expect(done.program).toContain('MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0)');
    expect(done.program).toContain(`room(${(bytes ?? 0) / pageSize()}, ${(bytes ?? 0) / pageSize()})`);
  }, 60_000);

  for (const preset of presets) {
    it(`of the preset ${preset.id} comes to the same`, async (context) => {
      skipWithoutCompiler(context);
      skipWithoutRoomToLock(context);
      const done = await doAll(preset.actions({}));
      await comesToTheSame(done, 'cc');
    });
  }
});
