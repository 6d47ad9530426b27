/**
 * Touching pages without risking the process: process_vm_writev(2) and process_vm_readv(2) on ourselves. A page that
 * can't be touched (unmapped, read-only, PROT_NONE, guard, past a file's end) answers EFAULT and is named; a plain
 * store would be a signal.
 *
 * One byte per page, in the order given, up to 1024 pages a call (UIO_MAXIOV).
 *
 * A write touch stores the byte 1 at the page's first byte, as the loop `p[i] = 1` in C does. It does change that byte:
 * touch only memory whose contents you own. Reading it first and writing it back would keep it, but the read maps the
 * zero page and so makes two faults of one, and the subject here is faults. To fault pages in for writing and leave
 * their bytes alone, use `madvise` with `MADV.POPULATE_WRITE`.
 *
 * 262 144 first touches take 0.9 to 1.2 times a C loop (`npm run bench -- engine`). The kernel faults each page in from
 * inside the call, which saves the exception that a store takes and pays for pinning the page.
 */

import { checkAddress } from '../libc/arguments.ts';
import { type ErrnoName, failed } from '../libc/errno.ts';
import { addressOf } from '../libc/libc.ts';
import { pageSize } from '../libc/sysconf.ts';
import { CallMeter } from './call-meter.ts';
import { MAP, mmap, munmap, PROT } from './mman.ts';
import { libcProcessVmReadv, libcProcessVmWritev, type ProcessVm } from './process-vm.ts';
import type { Faults } from './resource.ts';

/** UIO_MAXIOV of readv(2). */
const BATCH = 1024;

/**
 * How many pages were touched. A failure names the entry of `pages` that could not be: all before it were touched, none
 * after.
 */
export type Touched = (
  | { readonly returned: number; readonly errno: null }
  | { readonly returned: -1; readonly errno: ErrnoName; readonly touched: number; readonly page: number }
) &
  Cost;

/**
 * What the calls alone cost. Read on both sides of each call, since the JavaScript between two calls faults as well.
 */
export type Cost = Faults & { readonly durationNs: number };

/** Scratch memory, made at the first touch and used again: 1024 bytes to write, 1024 read, and both sides' iovecs. */
type Scratch = {
  readonly local: Uint32Array;
  readonly remote: Uint32Array;
  readonly ones: Uint8Array;
  readonly sink: Uint8Array;
  readonly meter: CallMeter;
};
let scratch: Scratch | undefined;

function prepare(): Scratch {
  const remote = new Uint32Array(BATCH * 4);
  for (let i = 0; i < BATCH; i++) remote[i * 4 + 2] = 1;
  // One local iovec serves a whole batch: the kernel spreads its bytes over the remote ones. The array is larger than
  // an iovec so that V8 keeps it where it is.
  return {
    local: new Uint32Array(32),
    remote,
    ones: new Uint8Array(BATCH).fill(1),
    // Filled, so that its pages are there: the kernel's store into it would be a fault of ours.
    sink: new Uint8Array(BATCH).fill(1),
    meter: new CallMeter(),
  };
}

function transfer(
  libc: ProcessVm,
  data: Uint8Array,
  buffers: Scratch,
  base: number,
  pages: Uint32Array,
  size: number,
): Touched {
  const { local, remote, meter } = buffers;
  const pid = process.pid;
  const dataAddress = Number(addressOf(data));
  local[0] = dataAddress;
  local[1] = dataAddress / 2 ** 32;
  let done = 0;
  let durationNs = 0;
  let minorFaults = 0;
  let majorFaults = 0;
  while (done < pages.length) {
    const count = Math.min(BATCH, pages.length - done);
    for (let i = 0; i < count; i++) {
      const address = base + (pages[done + i] ?? 0) * size;
      // A typed array keeps the low 32 bits of what it is given: exact for a double below 2^53, and no bigint per page.
      remote[i * 4] = address;
      remote[i * 4 + 1] = address / 2 ** 32;
    }
    local[2] = count;
    // What else a fork before made shared: where the kernel reads into, and what a call of this function writes.
    data[0] = 1;
    libc(pid, local, 0, remote, 0, 0);
    const returned = meter.around(libc, pid, local, 1, remote, count, 0);
    // Calls that succeed leave errno as the touch set it.
    const failure = returned === -1 ? failed() : null;
    durationNs += meter.durationNs;
    minorFaults += meter.minorFaults;
    majorFaults += meter.majorFaults;
    const cost = { durationNs, minorFaults, majorFaults };
    if (failure) return { returned: -1, errno: failure.errno, touched: done, page: pages[done] ?? 0, ...cost };
    // A short count stops before the page that faults; the next round starts with it and gets its errno.
    done += returned;
  }
  return { returned: done, errno: null, durationNs, minorFaults, majorFaults };
}

/** Rounds after which V8 has allocated, compiled and installed what it has to for a call that is measured. */
const WARM_UP_ROUNDS = 100;

/**
 * Touches its own page until nothing but the touch can fault. The first call of each function sets koffi up for
 * it; V8 allocates after some 10 calls, and compiles after some 100, wherever it happens to be: between the two
 * readings that was a fault too many in one process of fifty. Takes 1 to 2 ms, once in a process.
 */
function warmUp(buffers: Scratch): void {
  const page = mmap(null, pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (page.errno !== null) return;
  const pages = Uint32Array.of(0);
  const writev = libcProcessVmWritev();
  const readv = libcProcessVmReadv();
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    transfer(writev, buffers.ones, buffers, Number(page.returned), pages, pageSize());
    transfer(readv, buffers.sink, buffers, Number(page.returned), pages, pageSize());
  }
  munmap(page.returned, pageSize());
}

function touch(libc: ProcessVm, write: boolean, address: bigint, pages: Uint32Array, size: number): Touched {
  checkAddress('address', address);
  if (!(pages instanceof Uint32Array)) throw new TypeError('pages must be a Uint32Array of page numbers');
  if (address > 0xff_ffff_ffff_ffffn)
    throw new RangeError(`address must be in user space, not 0x${address.toString(16)}`);
  if (!scratch) {
    scratch = prepare();
    warmUp(scratch);
  }
  return transfer(libc, write ? scratch.ones : scratch.sink, scratch, Number(address), pages, size);
}

/**
 * Stores the byte 1 in the first byte of page `pages[i]` of the mapping that starts at `address`, in order.
 *
 * Errors: EFAULT (page not writable; `page` names it), ENOMEM, EPERM and ENOSYS (forbidden by a sandbox).
 * process_vm_writev(2) One call blocks for about a microsecond per page: cut long lists into pieces (`subarray`).
 */
export function touchWrite(address: bigint, pages: Uint32Array, size: number = pageSize()): Touched {
  return touch(libcProcessVmWritev(), true, address, pages, size);
}

/**
 * Reads the first byte of each page, in order, and forgets it. Anonymous memory never written then maps, on most
 * kernels, the shared zero page.
 *
 * Errors: EFAULT (page not readable; `page` names it), ENOMEM, EPERM and ENOSYS. process_vm_readv(2)
 */
export function touchRead(address: bigint, pages: Uint32Array, size: number = pageSize()): Touched {
  return touch(libcProcessVmReadv(), false, address, pages, size);
}
