import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { Backing, ProtectionName } from '../../../protocol/mapping.ts';
import type { Tool, ToolAdvice } from '../../../protocol/page-call.ts';
import { toolAdviceSchema } from '../../../protocol/page-call.ts';
import type { ProcessTool } from '../../../protocol/workbench.ts';
import { byHand } from '../../support/another-hand.ts';
import { Bench } from '../../support/bench.ts';
import { isRunning, never } from '../../support/harness.ts';
import { differences } from '../../support/page-witness.ts';
import { ZramSwap } from '../../support/zram.ts';

/** Each run of the tests walks elsewhere: a long way together, and little time in each. */
const operations = 400;
const regionPages = 96;
const filePages = 64;

/** Numbers that a seed determines, so that a walk that failed can be walked again. (Marsaglia's xorshift) */
function walker(seed: number) {
  let state = seed || 1;
  const below = (end: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
  const oneOf = <T>(values: readonly T[]): T => {
    const value = values[below(values.length)];
    if (value === undefined) throw new Error('There is nothing to choose from.');
    return value;
  };
  return { below, oneOf };
}

const rights: readonly ProtectionName[][] = [[], ['PROT_READ'], ['PROT_READ', 'PROT_WRITE'], ['PROT_WRITE']];
const tools: readonly Tool[] = [
  { kind: 'touch', access: 'read' },
  { kind: 'touch', access: 'write' },
  { kind: 'mlock' },
  { kind: 'mlock2', onFault: true },
  { kind: 'munlock' },
  { kind: 'explicit_bzero' },
  ...rights.map((protection) => ({ kind: 'mprotect' as const, protection })),
  ...toolAdviceSchema.options.map((advice: ToolAdvice) => ({ kind: 'madvise' as const, advice })),
];

const processTools: readonly ProcessTool[] = [
  { kind: 'mlockall', flags: ['MCL_CURRENT'] },
  { kind: 'mlockall', flags: ['MCL_FUTURE'] },
  { kind: 'mlockall', flags: ['MCL_FUTURE', 'MCL_ONFAULT'] },
  { kind: 'mlockall', flags: ['MCL_CURRENT', 'MCL_FUTURE'] },
  { kind: 'munlockall' },
];

/** Lines of /proc/PID/maps that lie in the range. */
function mappedIn(pid: number, address: bigint, length: number): string[] {
  const end = address + BigInt(length);
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
      return from && to && BigInt(`0x${from}`) < end && BigInt(`0x${to}`) > address;
    });
}

describe.each([
  ['inline', ''],
  ['isolated', ''],
  ['inline', ', with swap'],
] as const)('a random walk over all tools, %s%s', (placement, swap) => {
  it('ends with the host alive, the pages and counts that the kernel has, and nothing left mapped', {
    timeout: 120_000,
  }, async (context) => {
    using _swap = swap ? ZramSwap.on(context, 256 << 20) : undefined;
    const seed = Number(process.env.PAGESCOPE_SEED ?? randomInt(1, 2 ** 31));
    console.log(`random walk, ${placement}${swap}: PAGESCOPE_SEED=${seed}`);
    const { below, oneOf } = walker(seed);
    const path = join(tmpdir(), `pagescope-walk-${process.pid}-${placement}${swap.length}`);
    writeFileSync(path, Buffer.alloc(filePages * 4096, 7));
    try {
      const bench = await Bench.open(placement, { sampleHz: 60 });
      const { reader } = bench.lab;
      const backings: readonly Backing[] = [
        { kind: 'anonymous' },
        { kind: 'anonymous' },
        { kind: 'shared' },
        { kind: 'memfd' },
        { kind: 'secret' },
        { kind: 'file', path, sharing: 'shared' },
        { kind: 'file', path, sharing: 'private' },
      ];
      const pagesOf = new Map<number, number>();
      const add = async () => {
        const backing = oneOf(backings);
        const pages = 1 + below(regionPages);
        const region = await bench.add({
          backing,
          size: { pages },
          protection: oneOf(rights),
          hugePages: oneOf(['never', 'always', 'system']),
          populate: below(4) === 0,
          locked: below(8) === 0,
        });
        if (region !== undefined) pagesOf.set(region, pages);
      };
      const act = async () => {
        const region = oneOf([...pagesOf.keys()]);
        const pages = pagesOf.get(region) ?? 0;
        const runs: number[] = [];
        for (let page = below(pages); page < pages && runs.length < 16; page += 1 + below(8)) {
          const count = 1 + below(Math.min(12, pages - page));
          runs.push(page, count);
          page += count;
        }
        await bench.act(region, oneOf(tools), runs);
      };
      /** What no step tells of: flags set with the same bounds, pages dropped under a lock on fault, a hole. */
      const anotherHand = ({ address }: RegionInfo, pages: number) => {
        const some = () => {
          const firstPage = below(pages);
          return { firstPage, pageCount: 1 + below(pages - firstPage) };
        };
        const whole = { firstPage: 0, pageCount: pages };
        byHand(address, { kind: 'madvise', advice: oneOf(['MADV_DONTDUMP', 'MADV_DODUMP']), range: whole });
        if (swap) {
          byHand(address, { kind: 'munlock', range: whole });
          for (let round = 0; round < 4; round++)
            byHand(address, { kind: 'madvise', advice: 'MADV_PAGEOUT', range: whole });
        }
        if (below(2) === 0) byHand(address, { kind: 'mlock2', onFault: true, range: whole });
        byHand(address, { kind: 'madvise', advice: oneOf(['MADV_DONTNEED_LOCKED', 'MADV_FREE']), range: some() });
        // With a hole the bounds are others, and the next look asks smaps itself.
        if (pages > 2 && below(2) === 0)
          byHand(address, { kind: 'munmap', range: { firstPage: 1, pageCount: 1 + below(pages - 2) } });
      };
      for (let operation = 0; operation < operations; operation++) {
        if (pagesOf.size < 4) await add();
        else if (pagesOf.size > 8 || below(100) === 0) {
          const region = oneOf([...pagesOf.keys()]);
          pagesOf.delete(region);
          await bench.remove(region);
        } else if (below(200) === 0) truncateSync(path, below(filePages) * 4096 + 1 + below(4096));
        else if (below(60) === 0) await add();
        else if (placement === 'isolated' && below(80) === 0) await bench.onProcess(oneOf(processTools));
        else await act();
      }
      const { pid } = bench.started;
      expect(isRunning(pid)).toBe(true);
      if (placement === 'inline') for (const [region, pages] of pagesOf) anotherHand(bench.region(region), pages);
      // What another hand did is seen when smaps is read again; what the kernel does later, at the next look.
      const wrong = () =>
        [...pagesOf.keys()].flatMap((region) => {
          const shown = reader.states.get(region);
          return shown ? differences(bench.region(region), shown, pid) : [`region ${region} is not shown`];
        });
      await expect.poll(wrong, { timeout: 30_000, interval: 200, message: `seed ${seed}` }).toEqual([]);
      const bounds = [...pagesOf].map(([region, pages]) => ({
        address: BigInt(bench.region(region).address),
        length: pages * 4096,
      }));
      for (const { address, length } of bounds) expect(mappedIn(pid, address, length)).not.toEqual([]);
      const { steps } = await bench.lab.service.report({ session: bench.session, language: 'en' }, never);
      // Cutting the file is no step.
      expect(steps.length).toBeGreaterThan(operations * 0.9);
      await bench.lab.service.close({ session: bench.session }, never);
      const left =
        placement === 'inline' ? bounds.flatMap(({ address, length }) => mappedIn(pid, address, length)) : [];
      expect(left).toEqual([]);
      expect(placement === 'isolated' && isRunning(pid)).toBe(false);
      expect(bench.lab.reader.of('state').at(-1)?.state).toBe('open');
      await bench[Symbol.asyncDispose]();
    } finally {
      rmSync(path, { force: true });
    }
  });
});
