import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memlockLimit } from '../../../lab/limits/environment.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { PageBit } from '../../../native/pages/page-bit.ts';
import type { Unknown } from '../../../native/pages/unknown.ts';
import { feature } from '../../../native/probes/features.ts';
import { hasCompiler, skipWithoutCompiler } from '../../support/compile.ts';
import { nativeScript } from '../../support/native-script.ts';
import { ioctls, RefusedCalls } from '../../support/refused-calls.ts';

let refusing: RefusedCalls | undefined;
beforeAll(() => {
  if (hasCompiler()) refusing = new RefusedCalls();
});
afterAll(() => refusing?.[Symbol.dispose]());

/** A quarter of the pages each: written, only read, locked, never touched. Prints the states of each quarter. */
const script = (pages: number) => `
  import { mlock } from 'calls/mlock.ts';
  import { MADV, MAP, madvise, mmap, PROT } from 'calls/mman.ts';
  import { touchRead, touchWrite } from 'calls/touch.ts';
  import { pageSize } from 'libc/sysconf.ts';
  import { residency } from 'pages/residency.ts';
  const size = pageSize();
  const [pages, quarter] = [${pages}, ${pages / 4}];
  const address = mmap(null, pages * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0).returned;
  madvise(address, pages * size, MADV.NOHUGEPAGE);
  const from = (first) => Uint32Array.from({ length: quarter }, (_, page) => first + page);
  touchWrite(address, from(0));
  touchRead(address, from(quarter));
  const { errno } = mlock(address + BigInt(2 * quarter * size), quarter * size);
  if (errno !== null) throw new Error('mlock answered ' + errno);
  const into = new Uint8Array(pages);
  const { unknown } = residency(address, pages, into);
  const states = [0, 1, 2, 3].map((at) => [...new Set(into.subarray(at * quarter, (at + 1) * quarter))]);
  console.log(JSON.stringify({ states, unknown }));
`;

const WRITTEN = PageBit.Resident | PageBit.Present;

/** A witness, and what nobody else tells when it is refused. */
const witnesses: readonly (readonly [string, readonly (keyof typeof PageBit)[], string])[] = [
  ['mincore', ['Resident'], 'mincore'],
  ['msync', [], ''],
  [ioctls.PAGEMAP_SCAN, ['Zero', 'Huge'], 'PAGEMAP_SCAN'],
  [ioctls.PROCMAP_QUERY, [], ''],
  ['cachestat', [], ''],
];
const errnos = ['EPERM', 'ENOSYS', 'EINVAL'] as const;

describe.each(witnesses)('where %s is refused', (refused, untold, named) => {
  const sizes = errnos.map((errno) => [errno, 16] as const);
  // mincore is asked about more pages than these in another way.
  it.for([...sizes, ['EPERM', 8192] as const])(
    'with %s, of %i pages every state is right or unknown, and the reason says what refused',
    ([errno, count], context) => {
      skipWithoutCompiler(context);
      const { soft } = memlockLimit();
      if (soft !== 'unlimited' && soft < (count / 4) * pageSize()) context.skip(`RLIMIT_MEMLOCK is ${soft} bytes here`);
      const prefix = refusing?.prefix(`${refused}=${errno}`) ?? [];
      const { states, unknown } = nativeScript<{ states: number[][]; unknown: Unknown[] }>(script(count), { prefix });
      const read = feature('zero-page').status === 'available' ? WRITTEN | PageBit.Zero : WRITTEN;
      const bits = untold.reduce((sum, bit) => sum | PageBit[bit], 0);
      const truth = [WRITTEN, read, WRITTEN | PageBit.Locked, 0];
      expect(states).toEqual(truth.map((state) => [state & ~bits]));
      expect(unknown.flatMap((each) => each.bits)).toEqual(untold);
      for (const { reason } of unknown) {
        expect(reason.en).toContain(`${named} answered ${errno}`);
        expect(reason.zh).toContain(`${named} 返回 ${errno}`);
      }
    },
  );
});
