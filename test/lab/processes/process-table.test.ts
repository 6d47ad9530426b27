import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProcessTable } from '../../../lab/processes/process-table.ts';
import type { Processes, ProcessRow } from '../../../protocol/processes.ts';
import { processesSchema } from '../../../protocol/processes.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { statusBytes, Target } from '../../support/target.ts';
import { nobody } from '../../support/users.ts';

/** A table that looks at each question; one that counts all mappings at once. */
function table(): ProcessTable {
  const made = new ProcessTable(1e9);
  onTestFinished(() => made[Symbol.dispose]());
  return made;
}

const rowOf = ({ rows }: Pick<Processes, 'rows'>, pid: number): ProcessRow | undefined =>
  rows.find((row) => row.pid === pid);

/** Asks until an answer has what is waited for: looks that come too soon give the same answer again. */
async function until(asked: ProcessTable, since: number, has: (answer: Processes) => boolean): Promise<Processes> {
  for (;;) {
    const answer = await asked.since(since);
    if (has(answer)) return answer;
    await setTimeout(answer.nextMs);
  }
}

describe('the table of processes', () => {
  it('says of a process what its own files say, and an answer is as the contract has it', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start('a name\nof two');
    const answer = processesSchema.parse(await table().since(0));
    const row = rowOf(answer, target.pid);
    const { pid } = target;
    expect(row).toMatchObject({
      name: 'a name\nof two',
      kind: 'process',
      uid: process.geteuid?.(),
      threads: 1,
      rssBytes: statusBytes(pid, 'VmRSS'),
      anonBytes: statusBytes(pid, 'RssAnon'),
      fileBytes: statusBytes(pid, 'RssFile'),
      shmemBytes: statusBytes(pid, 'RssShmem'),
      swapBytes: statusBytes(pid, 'VmSwap'),
      vmLckBytes: statusBytes(pid, 'VmLck'),
      pageTableBytes: statusBytes(pid, 'VmPTE'),
      mappings: readFileSync(`/proc/${pid}/maps`, 'utf8')
        .match(/^.*(?<!\[vsyscall\])$/gm)
        ?.filter(Boolean).length,
      startTicks: Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19]),
    });
    expect(Math.abs(Date.parse(row?.startTime ?? '') - Date.now())).toBeLessThan(60_000);
    const limit = /^Max locked memory\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
    expect(String(row?.lockLimitBytes)).toBe(limit);
    if (target.mayLock) expect(row?.vmLckBytes).toBe(16 * 4096);
  });

  it('tells only what changed: a lock, a process that came, one that is gone', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const other = await Target.start('other');
    const asked = table();
    const first = await asked.since(0);
    expect(first.whole).toBe(true);
    expect(rowOf(first, other.pid)?.name).toBe('other');
    await target.order('m');
    const grown = await until(asked, first.sequence, (answer) => rowOf(answer, target.pid) !== undefined);
    expect(grown.whole).toBe(false);
    expect(rowOf(grown, other.pid)).toBeUndefined();
    const before = rowOf(first, target.pid)?.anonBytes ?? 0;
    expect(rowOf(grown, target.pid)?.anonBytes).toBe(before + 100 * 4096);
    await other.end();
    const gone = await until(asked, grown.sequence, (answer) => answer.gone.includes(other.pid));
    expect(rowOf(gone, other.pid)).toBeUndefined();
    expect(rowOf(await asked.since(0), other.pid)).toBeUndefined();
  });

  it('spends at most 4 % of one CPU, however often it is asked', async () => {
    const asked = table();
    await asked.since(0);
    const began = performance.now();
    const costs = new Map<number, number>();
    while (costs.size < 4) {
      const { sequence, cost, nextMs } = await asked.since(0);
      costs.set(sequence, cost.cpuNs / 1e6);
      await setTimeout(nextMs / 4);
    }
    // The last look's rest is still to come.
    const spentMs = [...costs.values()].slice(0, -1).reduce((sum, each) => sum + each);
    expect(spentMs / (performance.now() - began)).toBeLessThanOrEqual(0.04);
  });

  it('of a zombie and of a thread of the kernel says that there is no memory, not that it is 0', async (context) => {
    skipWithoutCompiler(context);
    const parent = spawn('sh', ['-c', 'sleep 1 & echo; exec sleep 100'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    await once(parent.stdout, 'data');
    const asked = table();
    const isZombie = ({ rows }: Processes) => rows.some(({ kind }) => kind === 'zombie');
    const answer = await until(asked, 0, isZombie);
    const zombie = answer.rows.find(({ kind }) => kind === 'zombie');
    expect(zombie).toMatchObject({ rssBytes: null, vmLckBytes: null, mappings: null });
    expect(zombie?.reason?.en).toMatch(/has ended/);
    const thread = answer.rows.find(({ kind }) => kind === 'kernel');
    if (thread) expect(thread).toMatchObject({ rssBytes: null, vmLckBytes: null, swapBytes: null });
  });

  it('reads what the world may read of another user’s process, and as another user of ours', async (context) => {
    skipWithoutCompiler(context);
    if (process.geteuid?.() !== 0) context.skip('only root may start another user’s process');
    const target = await Target.start('another', [], nobody);
    const row = rowOf(await table().since(0), target.pid);
    expect(row).toMatchObject({ uid: 65534, vmLckBytes: statusBytes(target.pid, 'VmLck') });
  });

  it('closes its descriptors, and begins anew when it is asked again', async () => {
    const asked = table();
    const { sequence } = await asked.since(0);
    asked[Symbol.dispose]();
    const again = await asked.since(sequence);
    expect(again.whole).toBe(true);
    expect(rowOf(again, process.pid)?.pid).toBe(process.pid);
  });
});
