import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Four pages each: written, only read, locked, never touched. */
const script = `
  import { mlock } from 'calls/mlock.ts';
  import { MAP, mmap, PROT } from 'calls/mman.ts';
  import { touchRead, touchWrite } from 'calls/touch.ts';
  import { pageSize } from 'libc/sysconf.ts';
  import { residency } from 'pages/residency.ts';
  const size = pageSize();
  const address = mmap(null, 16 * size, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0).returned;
  touchWrite(address, Uint32Array.of(0, 1, 2, 3));
  touchRead(address, Uint32Array.of(4, 5, 6, 7));
  const { errno } = mlock(address + BigInt(8 * size), 4 * size);
  if (errno !== null) throw new Error('mlock answered ' + errno);
  const into = new Uint8Array(16);
  const { unknown } = residency(address, 16, into);
  console.log(JSON.stringify({ pages: [...into], unknown }));
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
  it.for(errnos)('with %s, every state is right or unknown, and the reason says what refused', (errno, context) => {
    skipWithoutCompiler(context);
    const prefix = refusing?.prefix(`${refused}=${errno}`) ?? [];
    const { pages, unknown } = nativeScript<{ pages: number[]; unknown: Unknown[] }>(script, { prefix });
    const read = feature('zero-page').status === 'available' ? WRITTEN | PageBit.Zero : WRITTEN;
    const bits = untold.reduce((sum, bit) => sum | PageBit[bit], 0);
    const truth = [WRITTEN, read, WRITTEN | PageBit.Locked, 0].flatMap((state) => new Array<number>(4).fill(state));
    expect(pages).toEqual(truth.map((state) => state & ~bits));
    expect(unknown.flatMap((each) => each.bits)).toEqual(untold);
    for (const { reason } of unknown) {
      expect(reason.en).toContain(`${named} answered ${errno}`);
      expect(reason.zh).toContain(`${named} 返回 ${errno}`);
    }
  });
});
