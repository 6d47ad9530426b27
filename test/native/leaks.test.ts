import { expect, test } from 'vitest';
import { nativeScript } from '../support/native-script.ts';

const KIB = 1024;
/**
 * What may stay of all rounds together. They are so many that what each leaves would be more than V8 takes meanwhile.
 */
const MOST = [
  ['mappedBytes', 4096 * KIB],
  ['descriptors', 0],
  ['heapBytes', 256 * KIB],
  ['mallocBytes', 256 * KIB],
  ['lockedBytes', 0],
] as const;

/** Runs rounds of work in a process that can collect garbage when told, and names what stayed of them. */
function leftBy(imports: string, round: string, rounds: number): string[] {
  const script = `
    import { readdirSync } from 'node:fs';
    import { mallinfo2 } from 'calls/malloc.ts';
    import { status } from 'proc/proc-status.ts';
    import { pageSize } from 'libc/sysconf.ts';
    const size = pageSize();
    ${imports}
    const held = () => {
      gc();
      gc();
      const { vmSizeBytes, vmLckBytes } = status();
      return {
        // Not the number of mappings: the kernel joins one that was left behind with its neighbour.
        mappedBytes: vmSizeBytes,
        descriptors: readdirSync('/proc/self/fd').length,
        heapBytes: process.memoryUsage().heapUsed,
        mallocBytes: mallinfo2().usedBytes,
        lockedBytes: vmLckBytes,
      };
    };
    const work = (rounds) => { for (let i = 0; i < rounds; i++) { ${round} } };
    work(${rounds});
    held();
    // V8's compiler threads hold memory now and then; a leak is in every turn.
    const most = ${JSON.stringify(MOST)};
    let least = most.map(() => Infinity);
    for (let turn = 0; turn < 3 && least.some((grown, i) => grown > most[i][1]); turn++) {
      const before = held();
      work(${rounds});
      const after = held();
      least = most.map(([name], i) => Math.min(least[i], after[name] - before[name]));
    }
    console.log(JSON.stringify(most.flatMap(([name, bytes], i) => least[i] > bytes ? [name + ' grew by ' + least[i]] : [])));`;
  return nativeScript(script, { nodeOptions: ['--expose-gc'] });
}

test('ten thousand rounds of map, lock, unlock and unmap leave no mapping, descriptor or memory behind', () => {
  const left = leftBy(
    `import { MAP, PROT, mmap, munmap } from 'calls/mman.ts';
     import { mlock, munlock } from 'calls/mlock.ts';`,
    `const { returned } = mmap(null, 4 * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
     mlock(returned, 4 * size);
     munlock(returned, 4 * size);
     munmap(returned, 4 * size);`,
    10_000,
  );
  expect(left).toEqual([]);
});

test('two hundred snapshots, lists of locked ranges and failed calls leave nothing behind', () => {
  const left = leftBy(
    `import { MAP, PROT, mmap } from 'calls/mman.ts';
     import { residency } from 'pages/residency.ts';
     import { lockedRanges } from 'pages/locked-ranges.ts';
     import { diagnoseLock } from 'probes/diagnose-lock.ts';
     import { touchWrite } from 'calls/touch.ts';
     const { returned: address } = mmap(null, 64 * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
     const into = new Uint8Array(64);
     const pages = Uint32Array.of(0, 1, 2);`,
    `touchWrite(address, pages);
     residency(address, 64, into, { readVmFlags: true });
     lockedRanges({ start: address, end: address + BigInt(64 * size) });
     diagnoseLock({ call: 'mlock', address: address + BigInt(1000 * size), length: size, errno: 'ENOMEM' });`,
    200,
  );
  expect(left).toEqual([]);
});

test('a hundred memory files, pidfds and forks leave nothing behind', () => {
  const left = leftBy(
    `import { closeSync } from 'node:fs';
     import { memfdCreate } from 'calls/memfd.ts';
     import { pidfdOpen } from 'calls/pidfd.ts';
     import { forkAndHold } from 'calls/fork.ts';`,
    `closeSync(memfdCreate('pagescope-test').returned);
     closeSync(pidfdOpen(process.pid).returned);
     forkAndHold().release();`,
    100,
  );
  expect(left).toEqual([]);
});

test('calls that are refused give back what they had taken before: pipes, files of /proc, the stack of a fork', () => {
  const left = leftBy(
    `import { forkAndHold } from 'calls/fork.ts';
     import { pageSharing } from 'pages/page-sharing.ts';
     import { readExclusive } from 'pages/pagemap.ts';
     import { readThroughPipe } from 'calls/pipe.ts';
     import { readSmaps } from 'proc/smaps.ts';
     import { refuse } from 'support/sandbox.ts';
     const EAGAIN = 11;
     // Threads are made with other flags than 0.
     refuse({ call: 'clone', argument: 0, value: 0, errno: EAGAIN });
     const into = new Uint8Array(128);
     const pastUserSpace = 0xffff_ffff_f000n;
     const refused = (wanted, result) => {
       if (result.errno !== wanted) throw new Error(result.errno + ', not ' + wanted);
     };
     const thrown = (what) => {
       try { what(); } catch (error) { if (error.message === 'visit') return; throw error; }
       throw new Error('nothing was thrown');
     };`,
    `refused('EAGAIN', forkAndHold());
     refused('EFAULT', readThroughPipe(0n, 16, into));
     refused('EINVAL', pageSharing('self', pastUserSpace, 4));
     refused('EINVAL', readExclusive('self', pastUserSpace, 4, into));
     thrown(() => readSmaps('self', () => { throw new Error('visit'); }));`,
    200,
  );
  expect(left).toEqual([]);
});
