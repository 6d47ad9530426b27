/** Rules of mmap(2) and munmap(2). */
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../mman.ts';
import { status } from '../proc-status.ts';
import { pageSize } from '../sysconf.ts';
import { isLocked } from '../vma.ts';
import { bytes, gives, lockedPages, rules, same, skip, withHole, withMemlock, withPages, write } from './rule.ts';

const ANONYMOUS = MAP.PRIVATE | MAP.ANONYMOUS;
const READ_WRITE = PROT.READ | PROT.WRITE;
const GIB = 2 ** 30;

/** Maps, hands over the address, unmaps. */
function mapping(length: number, protection: number, flags: number, use: (address: bigint) => void): void {
  const mapped = mmap(null, length, protection, flags, -1, 0);
  if (mapped.errno !== null) {
    same(mapped.errno, null, 'mmap');
    return;
  }
  try {
    use(mapped.returned);
  } finally {
    munmap(mapped.returned, length);
  }
}

function sizes(): { readonly size: number; readonly rss: number } {
  const self = status();
  if (self.errno !== null) skip(`/proc/self/status can't be read: ${self.errno}.`);
  return { size: self.vmSizeBytes, rss: self.vmRssBytes };
}

export const mmapRules = rules('mmap', [
  {
    rule: 'length 0 is EINVAL',
    source: 'mmap(2), Linux 2.6.12',
    as: 'any',
    check: () => gives(mmap(null, 0, READ_WRITE, ANONYMOUS, -1, 0), 'EINVAL', 'mmap'),
  },
  {
    rule: 'neither PRIVATE nor SHARED is EINVAL',
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, bytes(1), READ_WRITE, MAP.ANONYMOUS, -1, 0), 'EINVAL', 'mmap'),
  },
  {
    rule: 'a descriptor that is not open is EBADF',
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, bytes(1), PROT.READ, MAP.PRIVATE, 1_000_000, 0), 'EBADF', 'mmap'),
  },
  {
    rule: 'more than the address space is ENOMEM',
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, 2 ** 52, PROT.NONE, ANONYMOUS | MAP.NORESERVE, -1, 0), 'ENOMEM', 'mmap'),
  },
  {
    rule: 'FIXED_NOREPLACE on what is mapped is EEXIST',
    source: 'mmap(2), Linux 4.17',
    as: 'any',
    check: () =>
      withPages(1, (a) => {
        const again = mmap(a, bytes(1), READ_WRITE, ANONYMOUS | MAP.FIXED_NOREPLACE, -1, 0);
        gives(again, 'EEXIST', 'mmap');
      }),
  },
  {
    rule: 'POPULATE brings every page in',
    source: 'mmap(2), Linux 2.6.23',
    as: 'any',
    check: () =>
      mapping(bytes(16), READ_WRITE, ANONYMOUS | MAP.POPULATE, (a) => {
        const vec = new Uint8Array(16);
        gives(mincore(a, bytes(16), vec), null, 'mincore');
        same(
          vec.reduce((sum, byte) => sum + (byte & 1), 0),
          16,
          'pages in core',
        );
      }),
  },
  {
    rule: 'LOCKED within the limit makes memory that is locked and in core',
    source: 'mmap(2)',
    as: 'any',
    check: () => {
      const before = lockedPages();
      mapping(bytes(4), READ_WRITE, ANONYMOUS | MAP.LOCKED, (a) => {
        same(lockedPages() - before, 4, 'pages added to VmLck');
        same(isLocked(a, bytes(4)).locked, true, 'locked');
      });
      same(lockedPages() - before, 0, 'pages left in VmLck');
    },
  },
  {
    rule: 'LOCKED over the limit is EAGAIN',
    source: 'mmap(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () => gives(mmap(null, 131072, READ_WRITE, ANONYMOUS | MAP.LOCKED, -1, 0), 'EAGAIN', 'mmap')),
  },
  {
    rule: 'LOCKED at limit 0 is EPERM',
    source: 'mmap(2), mm/mmap.c (can_do_mlock)',
    as: 'user',
    check: () =>
      withMemlock(0n, () => gives(mmap(null, bytes(1), READ_WRITE, ANONYMOUS | MAP.LOCKED, -1, 0), 'EPERM', 'mmap')),
  },
  {
    rule: 'reserving 64 GiB as PROT_NONE grows VmSize by that and no resident memory',
    source: 'mmap(2), proc_pid_status(5)',
    as: 'any',
    check: () => {
      const before = sizes();
      mapping(64 * GIB, PROT.NONE, ANONYMOUS | MAP.NORESERVE, () => {
        const after = sizes();
        // V8 may map and touch a little of its own between the two readings; 64 GiB it never is.
        same(Math.round((after.size - before.size) / GIB), 64, 'GiB added to VmSize');
        same(Math.round((after.rss - before.rss) / GIB), 0, 'GiB added to VmRSS');
      });
    },
  },
]);

export const munmapRules = rules('munmap', [
  {
    rule: 'an address inside a page is EINVAL',
    source: 'munmap(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(munmap(a + 1n, bytes(1)), 'EINVAL', 'munmap')),
  },
  {
    rule: 'length 0 is EINVAL',
    source: 'munmap(2), Linux 2.6.12',
    as: 'any',
    check: () => withPages(1, (a) => gives(munmap(a, 0), 'EINVAL', 'munmap')),
  },
  {
    rule: 'a range with nothing mapped is no error',
    source: 'munmap(2)',
    as: 'any',
    check: () => withHole((hole) => gives(munmap(hole, bytes(1)), null, 'munmap')),
  },
  {
    rule: 'unmapping one byte unmaps its page, and the pages beside it stay',
    source: 'munmap(2)',
    as: 'any',
    check: () =>
      withPages(3, (a) => {
        gives(madvise(a, bytes(3), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
        write(a, 0, 3);
        gives(munmap(a + BigInt(pageSize()), 1), null, 'munmap');
        const answers = [0, 1, 2].map((page) => mincore(a + BigInt(bytes(page)), bytes(1), new Uint8Array(1)).errno);
        same(answers, [null, 'ENOMEM', null], 'mincore of each page');
      }),
  },
]);
