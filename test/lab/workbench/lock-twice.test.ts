import { describe, expect, it } from 'vitest';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import type { MclFlag } from '../../../protocol/operation.ts';
import { Bench } from '../../support/bench.ts';

describe('an isolated workbench', () => {
  it('survives any order of mlockall and munlockall, with memory given back in between', {
    timeout: 120_000,
  }, async (context) => {
    if (!lockingFacts().ipcLock.counts)
      context.skip('mlockall(MCL_CURRENT) needs CAP_IPC_LOCK (or a limit above VmSize)');
    await using bench = await Bench.open('isolated');
    const region = await bench.anonymous(8);
    const lock = (...flags: MclFlag[]) => bench.onProcess({ kind: 'mlockall', flags });
    for (let round = 0; round < 5; round++) {
      await lock('MCL_FUTURE');
      await bench.act(region, { kind: 'touch', access: 'write' }, [0, 8]);
      expect((await lock('MCL_CURRENT')).errno).toBeNull();
      await lock('MCL_FUTURE');
      await lock('MCL_FUTURE', 'MCL_ONFAULT');
      expect((await lock('MCL_CURRENT', 'MCL_FUTURE')).errno).toBeNull();
      await bench.onProcess({ kind: 'munlockall' });
    }
    expect((await bench.act(region, { kind: 'touch', access: 'read' }, [0, 8])).errno).toBeNull();
  });
});
