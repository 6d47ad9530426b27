/** malloc(3) and its family: the C library's own allocator, as the subject of experiments. */
import { checkAddress, checkInt, checkLength } from '../libc/arguments.ts';
import { failed, type Result } from '../libc/errno.ts';
import { bind, declareSizes, type Pointer, pointer } from '../libc/libc.ts';

/** Parameters of mallopt(3), glibc. */
export const M = { MMAP_THRESHOLD: -3, TRIM_THRESHOLD: -1, TOP_PAD: -2, MMAP_MAX: -4, ARENA_MAX: -8 } as const;

const libcMalloc = bind<(size: number) => number | bigint | null>('void *malloc(size_t)');
const libcRealloc = bind<(block: Pointer, size: number) => number | bigint | null>('void *realloc(void *, size_t)');
const libcFree = bind<(block: Pointer) => number>('void free(void *)');
const libcTrim = bind<(pad: number) => number>('int malloc_trim(size_t)');
const libcUsable = bind<(block: Pointer) => number>('size_t malloc_usable_size(void *)');
const libcMallopt = bind<(parameter: number, value: number) => number>('int mallopt(int, int)');

function block(returned: number | bigint | null): Result<bigint> {
  return returned === null || returned === 0n ? failed() : { returned: BigInt(returned), errno: null };
}

/** A block of at least `size` bytes, whose contents are whatever they were. Errors: ENOMEM. malloc(3) */
export function malloc(size: number): Result<bigint> {
  return block(libcMalloc()(checkLength('size', size)));
}

/**
 * The block with a new size, elsewhere when it must; null is `malloc`. A size of 0 throws, because C libraries differ
 * on it. Errors: ENOMEM (the old block stays). malloc(3)
 */
export function realloc(old: bigint | null, size: number): Result<bigint> {
  if (checkLength('size', size) === 0) throw new RangeError('size must be over 0: to give a block back, call free');
  return block(libcRealloc()(old === null ? null : pointer(checkAddress('old', old)), size));
}

/** Gives a block back. One that isn't malloc's, or was given back before, ends the process. malloc(3) */
export function free(address: bigint): void {
  libcFree()(pointer(checkAddress('address', address)));
}

/**
 * Gives free memory back to the kernel, `pad` bytes at the top aside. `returned` is 1 when any was. glibc only.
 * malloc_trim(3)
 */
export function mallocTrim(pad = 0): Result<number> {
  return { returned: libcTrim()(checkLength('pad', pad)), errno: null };
}

/** Bytes that a block really has: at least those asked for. malloc_usable_size(3) */
export function mallocUsableSize(address: bigint): number {
  return Number(libcUsable()(pointer(checkAddress('address', address))));
}

/** Sets a parameter of the allocator (`M`); `returned` is 1 when it was taken. glibc only. mallopt(3) */
export function mallopt(parameter: number, value: number): Result<number> {
  return { returned: libcMallopt()(checkInt('parameter', parameter), checkInt('value', value)), errno: null };
}

/** Fields of struct mallinfo2, in order. */
const INFO = [
  'arena',
  'ordblks',
  'smblks',
  'hblks',
  'hblkhd',
  'usmblks',
  'fsmblks',
  'uordblks',
  'fordblks',
  'keepcost',
] as const;

type Info = () => Readonly<Record<string, number | bigint>>;
let libcMallinfo2: (() => Info) | undefined;

/** Declared at the first use: `bindAll` looks up what is declared by then, and the struct must be known before. */
function bound(): Info {
  if (libcMallinfo2 === undefined) {
    declareSizes('mallinfo2', INFO);
    libcMallinfo2 = bind<Info>('mallinfo2 mallinfo2(void)');
  }
  return libcMallinfo2();
}

/** What the allocator holds, of its main arena and the blocks that it mapped alone. mallinfo(3) */
export type Mallinfo = {
  /** Taken from the kernel for the heap. */
  readonly arenaBytes: number;
  readonly mappedBlocks: number;
  readonly mappedBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** At the top of the heap, which `mallocTrim` could give back. */
  readonly releasableBytes: number;
};

/** Counts of the allocator. glibc 2.33. @throws MissingSymbol elsewhere. mallinfo(3) */
export function mallinfo2(): Mallinfo {
  const info = bound()();
  const field = (name: (typeof INFO)[number]) => Number(info[name] ?? 0);
  return {
    arenaBytes: field('arena'),
    mappedBlocks: field('hblks'),
    mappedBytes: field('hblkhd'),
    usedBytes: field('uordblks'),
    freeBytes: field('fordblks'),
    releasableBytes: field('keepcost'),
  };
}
