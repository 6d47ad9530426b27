/**
 * The C library, opened once. The only file that uses koffi: everything else asks `bind` for a function by its C
 * signature, so that the types stand beside the call and a missing symbol is one sentence.
 *
 * Nothing happens on import. The library is opened, and a function looked up, at its first use: a command that only
 * maps and touches pays for `mmap` and `process_vm_writev` (40 µs each), not for all of `native/`.
 */
import { koffi } from './koffi.ts';

/** glibc first; musl names its one library after the architecture, so the plain names come last. */
const LIBRARIES = ['libc.so.6', 'libc.so', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];

/** What koffi accepts for `void *`: a safe `number` is quicker than a `bigint`; a typed array is passed in place. */
export type Pointer = number | bigint | null | Uint8Array | BigUint64Array | Uint32Array;

/** A library or a symbol that is not on this machine. Never a failed call: those are results. */
export class MissingSymbol extends Error {
  override readonly name = 'MissingSymbol';
}

let library: ReturnType<typeof koffi.load> | undefined;

function libc(): ReturnType<typeof koffi.load> {
  if (library) return library;
  for (const name of LIBRARIES) {
    try {
      library = koffi.load(name);
      return library;
    } catch {
      // The next name; when none is left, the sentence below names them all.
    }
  }
  throw new MissingSymbol(
    `No C library could be opened (tried ${LIBRARIES.join(', ')}), so no system call can be made.`,
  );
}

function missing(name: string): MissingSymbol {
  return new MissingSymbol(
    `This C library has no function ${name}, which Pagescope calls here; a newer one, or glibc, has it.`,
  );
}

function symbol(signature: string): ReturnType<ReturnType<typeof koffi.load>['func']> {
  const opened = libc();
  try {
    return opened.func(signature);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!reason.startsWith('Cannot find function')) throw error;
    const name = /(\w+)\s*\(/.exec(signature)?.[1] ?? signature;
    throw missing(name);
  }
}

/** Every function that `bind` has declared, to be looked up. */
const declared: (() => unknown)[] = [];

/**
 * Looks up every function that modules have declared by now (40 µs each), so that the first call of none is timed with
 * its look-up. What this library lacks stays unbound.
 */
export function bindAll(): void {
  for (const lookUp of declared.splice(0)) {
    try {
      lookUp();
    } catch (error) {
      if (!(error instanceof MissingSymbol)) throw error;
    }
  }
}

/**
 * A C function, looked up at its first use: `const mlock = bind<(address: Pointer, length: number) => number>('int
 * mlock(void *, size_t)')`, then `mlock()(address, length)`.
 *
 * koffi checks neither the number of arguments nor their meaning, so `F` must say what the signature says. Declare
 * variadic functions (`ioctl`, `syscall`) with the arity in use: on Linux the calling convention is the same.
 *
 * @throws MissingSymbol when the library lacks it (at the first use).
 */
export function bind<
  F extends (...args: never[]) => number | bigint | null | Readonly<Record<string, number | bigint>>,
>(signature: string): () => F {
  let bound: F | undefined;
  const lookUp = () => {
    if (bound) return bound;
    // The one place where a type is taken on trust: the compiler can't read C, so each binding states both.
    const found = symbol(signature) as unknown as F;
    bound = found;
    return found;
  };
  declared.push(lookUp);
  return lookUp;
}

/**
 * Makes a struct of `size_t` fields known by name, for a function that returns one by value. Once in a process, at its
 * first use.
 */
export function declareSizes(name: string, fields: readonly string[]): void {
  koffi.struct(name, Object.fromEntries(fields.map((field) => [field, 'size_t'])));
}

/**
 * `bind` for calls that may take long: runs on koffi's pool (libuv's threads), so the main loop goes on. `errno` is
 * read inside the callback, the only place where it is that call's. A call that runs can't be cancelled: make it short.
 */
export function bindAsync(signature: string): (...args: readonly (Pointer | bigint)[]) => Promise<Raw> {
  let bound: ReturnType<typeof symbol> | undefined;
  return (...args) => {
    bound ??= symbol(signature);
    const call = bound;
    return new Promise((resolve, reject) => {
      call.async(...args, (error: unknown, returned: number) => {
        const errno = koffi.errno();
        if (error) reject(error);
        else resolve({ returned, errno });
      });
    });
  };
}

/** A C call's `int` and the `errno` that stood when it returned (meaningless unless the call failed). */
export type Raw = { readonly returned: number; readonly errno: number };

/** Where a function of the C library is, to hand it to another. @throws MissingSymbol when the library lacks it. */
export function functionAddress(name: string): bigint {
  const opened = libc();
  try {
    const found: unknown = opened.symbol(name);
    if (typeof found === 'bigint') return found;
  } catch {
    // koffi throws for a name that it does not find; the sentence below is the same.
  }
  throw missing(name);
}

/** `errno` of the last call. Read it on the very next line: any I/O in between overwrites it. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Sets `errno`, for calls whose man page says to clear it first (`sysconf`). */
export function setErrno(value: number): void {
  koffi.errno(value);
}

/**
 * Where a typed array's bytes are, for a pointer inside a struct (an iovec, `pm_scan_arg`). The array must be over 64
 * bytes: V8 keeps smaller ones on its heap, where the collector moves them. Hold a reference for as long as it is used.
 */
export function addressOf(array: Uint8Array | BigUint64Array | Uint32Array): bigint {
  if (array.buffer.byteLength <= 64)
    throw new RangeError('addressOf: an array of 64 bytes or less may be moved by the collector');
  return koffi.address(array);
}

/**
 * The quickest form koffi takes for an address: a number while it is exact (all of x86-64's and arm64's user space is).
 */
export function pointer(address: bigint): number | bigint {
  return address <= 0x1f_ffff_ffff_ffffn ? Number(address) : address;
}
