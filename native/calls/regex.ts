/** regcomp(3) and regfree(3), as work that allocates and frees inside of the C library. */
import { bind } from '../libc/libc.ts';

/** Flags of regcomp(3); glibc and musl have the same numbers. NOSUB: whether it matches is all that will be asked. */
export const REG = { EXTENDED: 1, NOSUB: 8 } as const;

const libcRegcomp = bind<(regex: number, pattern: number, flags: number) => number>(
  'int regcomp(uintptr_t, uintptr_t, int)',
);
const libcRegfree = bind<(regex: number) => number>('void regfree(uintptr_t)');

/**
 * Both for loops of a million calls: addresses are numbers, of a block of at least 64 bytes and of a string that ends
 * in 0, and nothing is checked. **A wrong address ends the process.** regcomp answers 0 when it compiled. regcomp(3)
 */
export function quickRegex() {
  return { regcomp: libcRegcomp(), regfree: libcRegfree() };
}
