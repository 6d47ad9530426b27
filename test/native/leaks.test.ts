import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const NATIVE = new URL('../../native/', import.meta.url).href;

/** Runs rounds of work in a process that can collect garbage when told, and tells what stayed of them. */
function leftBy(imports: string, round: string, rounds: number): Record<string, number> {
  const script = `
    import { readdirSync } from 'node:fs';
    import { mappingCount } from '${NATIVE}proc/vma.ts';
    import { mallinfo2 } from '${NATIVE}calls/malloc.ts';
    import { status } from '${NATIVE}proc/proc-status.ts';
    import { pageSize } from '${NATIVE}libc/sysconf.ts';
    const size = pageSize();
    ${imports.replaceAll(/from '(\w[\w/-]*\.ts)'/g, `from '${NATIVE}$1'`)}
    const held = () => {
      gc();
      gc();
      return {
        mappings: mappingCount().returned,
        descriptors: readdirSync('/proc/self/fd').length,
        heapBytes: process.memoryUsage().heapUsed,
        mallocBytes: mallinfo2().usedBytes,
        lockedBytes: status().vmLckBytes,
      };
    };
    const work = (rounds) => { for (let i = 0; i < rounds; i++) { ${round} } };
    work(${rounds});
    held();
    // V8's compiler threads hold memory now and then; a leak is in every turn.
    const grown = Array.from({ length: 3 }, () => {
      const before = held();
      work(${rounds});
      const after = held();
      return Object.keys(before).map((name) => [name, after[name] - before[name]]);
    });
    const least = grown[0].map(([name], i) => [name, Math.min(...grown.map((turn) => turn[i][1]))]);
    console.log(JSON.stringify(Object.fromEntries(least)));`;
  const ended = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ended.stderr).toBe('');
  return JSON.parse(ended.stdout);
}

/** A leak of one mapping in each round would be thousands. */
function expectNothing(left: Record<string, number>): void {
  expect(left.mappings).toBeLessThan(20);
  expect(left.heapBytes).toBeLessThan(256 * 1024);
  expect(left.mallocBytes).toBeLessThan(256 * 1024);
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
  expectNothing(left);
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
  expectNothing(left);
});

test('a hundred descriptors of memory files and pidfds are closed as they are opened', () => {
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
  expectNothing(left);
});
