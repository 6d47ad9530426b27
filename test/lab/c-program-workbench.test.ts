import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageSize } from '../../native/libc/sysconf.ts';
import { presets } from '../../protocol/presets.ts';
import { workbenchRequestSchema } from '../../protocol/service.ts';
import type { Deed } from '../../protocol/workbench.ts';
import { type FinalStates, printedStates, printedVmLckBytes, reportedStates } from './c-program-states.ts';
import { type Compiler, compileAndRunBy, compilers, skipWithoutCompiler } from './compile.ts';
import { never, type TestLab } from './harness.ts';
import { isolatingLab, skipWithoutRoomToLock } from './locking.ts';
import { randomDeeds } from './random-deeds.ts';

const sessions = 50;
/** Two processors are what the smallest machines have. */
const atOnce = 2;
const seed = 20_240_229;
const filePages = 20;

interface Done {
  readonly program: string;
  readonly states: FinalStates;
}

describe('the C program of a workbench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-deeds-'));
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

  /** Does the deeds in a workbench; its C program, and what the kernel showed at the end. */
  const doAll = async (deeds: readonly Deed[], placement: 'inline' | 'isolated' = 'inline'): Promise<Done> => {
    const { session } = await lab.service.workbench(workbenchRequestSchema.parse({ placement }), never);
    const removed: number[] = [];
    const refused = new Set<number>();
    let added = 0;
    for (const deed of deeds) {
      if ('region' in deed && typeof deed.region === 'number' && refused.has(deed.region)) continue;
      if (deed.kind === 'add') {
        added++;
        const { region } = await lab.service.addRegion({ session, region: deed.region }, never);
        if (region === undefined) refused.add(added);
      } else if (deed.kind === 'act') await lab.service.act({ ...deed, session }, never);
      else if (deed.kind === 'process') await lab.service.actOnProcess({ ...deed, session }, never);
      else {
        await lab.service.removeRegion({ ...deed, session }, never);
        removed.push(deed.region);
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

  const doEach = async (all: readonly Deed[][]): Promise<Done[]> => {
    const done: Done[] = [];
    for (const deeds of all) done.push(await doAll(deeds));
    return done;
  };

  let random: Done[] | undefined;
  for (const compiler of compilers) {
    it(`finds the same pages resident and locked in ${sessions} random sessions (${compiler})`, async (context) => {
      skipWithoutCompiler(context, compiler);
      skipWithoutRoomToLock(context);
      random ??= await doEach(fc.sample(randomDeeds(file, filePages), { seed, numRuns: sessions }));
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
    const add: Deed = {
      kind: 'add',
      region: { ...region, protection: ['PROT_READ'], hugePages: 'never', populate: false },
    };
    const future: Deed = { kind: 'process', tool: { kind: 'mlockall', flags: ['MCL_FUTURE', 'MCL_ONFAULT'] } };
    const unlock: Deed = { kind: 'process', tool: { kind: 'munlockall' } };
    const done = await doAll([add, future, add, unlock, add], 'isolated');
    expect(await comesToTheSame(done, 'cc')).toContain('B: resident 0/5, locked pages 0');
    expect(done.program).toContain('mlockall(MCL_FUTURE | MCL_ONFAULT)');
  }, 60_000);

  for (const preset of presets) {
    it(`of the preset ${preset.id} comes to the same`, async (context) => {
      skipWithoutCompiler(context);
      skipWithoutRoomToLock(context);
      const done = await doAll(preset.deeds({}));
      await comesToTheSame(done, 'cc');
    });
  }
});
