/**
 * A process of its own for limits.test.ts: prints its limits; with `try` and sizes, what the calculator says of them
 * beside what mlock does; with `verdicts`, what it says alone; with `explain`, what becomes of several refused calls;
 * with `refusals`, how each of those that a filter may refuse is explained.
 */
import { diagnose } from '../../lab/limits/diagnose.ts';
import { limits } from '../../lab/limits/limits.ts';
import { MLOCK, mlock, mlock2, munlock } from '../../native/calls/mlock.ts';
import { MADV, MAP, MS, madvise, mincore, mmap, msync, munmap, PROT } from '../../native/calls/mman.ts';
import { processVmReadv, zero } from '../../native/calls/process-vm.ts';
import { getrlimit, RLIMIT, setrlimit } from '../../native/calls/resource.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { wouldLock } from '../../protocol/would-lock.ts';

function map(bytes: number): bigint {
  const mapped = mmap(null, bytes, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null) throw new Error(mapped.errno);
  return mapped.returned;
}

/** Locks `before` bytes, then asks about and tries `bytes` more. */
function tryLocks(before: number, sizes: readonly number[]) {
  if (before > 0) mlock(map(before), before);
  return sizes.map((bytes) => {
    const verdict = wouldLock(limits(), bytes);
    const address = map(bytes);
    const { errno } = mlock(address, bytes);
    munmap(address, bytes);
    return { bytes, verdict, errno };
  });
}

function explain() {
  const page = pageSize();
  const address = map(32 * page);
  const over = mlock(address, 32 * page);
  const overLimit = over.errno && diagnose('mlock', over.errno, { address, lengthBytes: 32 * page });
  munmap(address + BigInt(2 * page), page);
  const hole = mlock(address, 4 * page);
  const withHole = hole.errno && diagnose('mlock', hole.errno, { address, lengthBytes: 4 * page });
  const drop = madvise(address, page, MADV.DONTNEED);
  const locked =
    drop.errno &&
    diagnose('madvise', drop.errno, { address, lengthBytes: page, name: 'MADV_DONTNEED', refusedByLocks: true });
  const odd = madvise(address + 1n, page, MADV.DONTNEED);
  const unaligned =
    odd.errno &&
    diagnose('madvise', odd.errno, {
      address: address + 1n,
      lengthBytes: page,
      name: 'MADV_DONTNEED',
      refusedByLocks: true,
    });
  const hard = getrlimit(RLIMIT.MEMLOCK);
  const soft = hard.errno === null && hard.hard !== 'unlimited' ? hard.hard + 4096n : 0n;
  const raise = setrlimit(RLIMIT.MEMLOCK, { soft, hard: hard.errno === null ? hard.hard : 0n });
  const overHard = raise.errno && diagnose('setrlimit', raise.errno, { softBytes: Number(soft) });
  return { overLimit, withHole, locked, unaligned, overHard };
}

/** Makes each call on a page of its own and on 128 KiB, and says how its refusal is explained. */
function refusals() {
  return [1, 32].flatMap((pages) => {
    const lengthBytes = pages * pageSize();
    const address = map(lengthBytes);
    const lockedMap = () => {
      const mapped = mmap(null, lengthBytes, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS | MAP.LOCKED, -1, 0);
      if (mapped.errno === null) munmap(mapped.returned, lengthBytes);
      return mapped;
    };
    const calls = {
      mlock: () => mlock(address, lengthBytes),
      munlock: () => munlock(address, lengthBytes),
      mlock2: () => mlock2(address, lengthBytes, MLOCK.ONFAULT),
      mincore: () => mincore(address, lengthBytes, new Uint8Array(128)),
      msync: () => msync(address, lengthBytes, MS.ASYNC),
      process_vm_readv: () => processVmReadv(process.pid, address, 1, new Uint8Array(128)),
      process_vm_writev: () => zero(address, 1),
      mmap: lockedMap,
    };
    const told = Object.entries(calls).map(([call, make]) => {
      const { errno } = make();
      munlock(address, lengthBytes);
      return { call, pages, errno, ...(errno && diagnose(call, errno, { address, lengthBytes })) };
    });
    munmap(address, lengthBytes);
    return told;
  });
}

const [what, ...numbers] = process.argv.slice(2);
const [before = 0, ...sizes] = numbers.map(Number);
const answers: Readonly<Record<string, () => unknown>> = {
  explain,
  refusals,
  try: () => tryLocks(before, sizes),
  verdicts: () => [before, ...sizes].map((bytes) => wouldLock(limits(), bytes)),
};
process.stdout.write(JSON.stringify((answers[what ?? ''] ?? limits)()));
