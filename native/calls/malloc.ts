/** malloc(3) and its family: the C library's own allocator, as the subject of experiments. */
import { checkAddress, checkInt, checkLength } from '../libc/arguments.ts';
import { type Failed, failed, type Result } from '../libc/errno.ts';
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

const quickMalloc = bind<(size: number) => number>('uintptr_t malloc(size_t)');
const quickRealloc = bind<(block: number, size: number) => number>('uintptr_t realloc(uintptr_t, size_t)');
const quickFree = bind<(block: number) => number>('void free(uintptr_t)');
const quickUsable = bind<(block: number) => number>('size_t malloc_usable_size(uintptr_t)');
const quickSbrk = bind<(increment: number) => number>('uintptr_t sbrk(intptr_t)');
const quickMemset = bind<(to: number, byte: number, length: number) => number>('void memset(uintptr_t, int, size_t)');
const quickMemcpy = bind<(to: number, from: number, length: number) => number>(
  'void memcpy(uintptr_t, uintptr_t, size_t)',
);
const quickMemcmp = bind<(one: number, other: number, length: number) => number>(
  'int memcmp(uintptr_t, uintptr_t, size_t)',
);

/**
 * The same functions for loops of a million calls: an address is a number, 0 is no block, and nothing is checked, so
 * that a call takes 20 to 30 ns where those above take 60 to 90. **A wrong address or length ends the process.** Where
 * malloc and realloc answer 0, errno is `failed()`'s. `sbrk(0)` is the end of the heap, told without a system call.
 * malloc(3), memset(3), memcpy(3), memcmp(3), sbrk(2)
 */
export function quickHeap() {
  return {
    malloc: quickMalloc(),
    realloc: quickRealloc(),
    free: quickFree(),
    usableSize: quickUsable(),
    sbrk: quickSbrk(),
    memset: quickMemset(),
    memcpy: quickMemcpy(),
    memcmp: quickMemcmp(),
  };
}
export type QuickHeap = ReturnType<typeof quickHeap>;

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

/** Bound at its first use: its struct has to be declared before. */
let libcMallinfo2: (() => () => Readonly<Record<string, number | bigint>>) | undefined;

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
  if (!libcMallinfo2) {
    declareSizes('mallinfo2', INFO);
    libcMallinfo2 = bind('mallinfo2 mallinfo2(void)');
  }
  const info = libcMallinfo2()();
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

const libcFmemopen = bind<(into: Uint8Array, size: number, mode: string) => number>(
  'uintptr_t fmemopen(void *, size_t, const char *)',
);
const libcMallocInfo = bind<(options: number, stream: number) => number>('int malloc_info(int, uintptr_t)');
const libcFclose = bind<(stream: number) => number>('int fclose(uintptr_t)');

/** An arena takes 1 to 5 KB of it, and there are 8 for each CPU at most. */
const mostInfoBytes = 1 << 20;

/**
 * What malloc_info(3) writes of the allocator: XML, with a `heap` for each arena. Errors: ENOMEM. glibc only.
 * @throws MissingSymbol elsewhere.
 */
export function mallocInfo(): { readonly errno: null; readonly text: string } | Failed {
  const info = libcMallocInfo();
  const written = new Uint8Array(mostInfoBytes);
  const stream = libcFmemopen()(written, written.length, 'w');
  if (stream === 0) return failed();
  const returned = info(0, stream);
  const refused = returned === 0 ? undefined : failed();
  libcFclose()(stream);
  return refused ?? { errno: null, text: Buffer.from(written.subarray(0, written.indexOf(0))).toString('latin1') };
}
