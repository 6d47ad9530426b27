/** Rules of mmap(2) and munmap(2). */
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { status } from '../../native/proc/proc-status.ts';
import { isLocked } from '../../native/proc/vma.ts';
import {
  bytes,
  gives,
  lockedPages,
  rules,
  same,
  skipUnreadable,
  withHole,
  withMemlock,
  withPages,
  write,
} from '../rule.ts';

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
  if (self.errno !== null) skipUnreadable('/proc/self/status', self.errno);
  return { size: self.vmSizeBytes, rss: self.vmRssBytes };
}

export const mmapRules = rules('mmap', [
  {
    rule: { en: 'length 0 is EINVAL', zh: '长度为 0 返回 EINVAL' },
    source: 'mmap(2), Linux 2.6.12',
    as: 'any',
    check: () => gives(mmap(null, 0, READ_WRITE, ANONYMOUS, -1, 0), 'EINVAL', 'mmap'),
  },
  {
    rule: { en: 'neither PRIVATE nor SHARED is EINVAL', zh: '既无 PRIVATE 也无 SHARED 返回 EINVAL' },
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, bytes(1), READ_WRITE, MAP.ANONYMOUS, -1, 0), 'EINVAL', 'mmap'),
  },
  {
    rule: { en: 'a descriptor that is not open is EBADF', zh: '未打开的描述符返回 EBADF' },
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, bytes(1), PROT.READ, MAP.PRIVATE, 1_000_000, 0), 'EBADF', 'mmap'),
  },
  {
    rule: { en: 'more than the address space is ENOMEM', zh: '超过地址空间返回 ENOMEM' },
    source: 'mmap(2)',
    as: 'any',
    check: () => gives(mmap(null, 2 ** 52, PROT.NONE, ANONYMOUS | MAP.NORESERVE, -1, 0), 'ENOMEM', 'mmap'),
  },
  {
    rule: { en: 'FIXED_NOREPLACE on what is mapped is EEXIST', zh: '对已映射处使用 FIXED_NOREPLACE 返回 EEXIST' },
    source: 'mmap(2), Linux 4.17',
    as: 'any',
    check: () =>
      withPages(1, (a) => {
        const again = mmap(a, bytes(1), READ_WRITE, ANONYMOUS | MAP.FIXED_NOREPLACE, -1, 0);
        gives(again, 'EEXIST', 'mmap');
      }),
  },
  {
    rule: { en: 'POPULATE brings every page in', zh: 'POPULATE 调入每一页' },
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
    rule: {
      en: 'LOCKED within the limit makes memory that is locked and in core',
      zh: '上限之内的 LOCKED 得到已锁定且驻留的内存',
    },
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
    rule: { en: 'LOCKED over the limit is EAGAIN', zh: 'LOCKED 超过上限返回 EAGAIN' },
    source: 'mmap(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () => gives(mmap(null, 131072, READ_WRITE, ANONYMOUS | MAP.LOCKED, -1, 0), 'EAGAIN', 'mmap')),
  },
  {
    rule: { en: 'LOCKED at limit 0 is EPERM', zh: '上限为 0 时 LOCKED 返回 EPERM' },
    source: 'mmap(2), mm/mmap.c (can_do_mlock)',
    as: 'user',
    check: () =>
      withMemlock(0n, () => gives(mmap(null, bytes(1), READ_WRITE, ANONYMOUS | MAP.LOCKED, -1, 0), 'EPERM', 'mmap')),
  },
  {
    rule: {
      en: 'reserving 64 GiB as PROT_NONE grows VmSize by that and no resident memory',
      zh: '以 PROT_NONE 保留 64 GiB，VmSize 增加同样多，驻留内存不增加',
    },
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
    rule: { en: 'an address inside a page is EINVAL', zh: '不在页边界上的地址返回 EINVAL' },
    source: 'munmap(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(munmap(a + 1n, bytes(1)), 'EINVAL', 'munmap')),
  },
  {
    rule: { en: 'length 0 is EINVAL', zh: '长度为 0 返回 EINVAL' },
    source: 'munmap(2), Linux 2.6.12',
    as: 'any',
    check: () => withPages(1, (a) => gives(munmap(a, 0), 'EINVAL', 'munmap')),
  },
  {
    rule: { en: 'a range with nothing mapped isn’t an error', zh: '没有任何映射的范围不算错误' },
    source: 'munmap(2)',
    as: 'any',
    check: () => withHole((hole) => gives(munmap(hole, bytes(1)), null, 'munmap')),
  },
  {
    rule: {
      en: 'unmapping one byte unmaps its page, and the pages beside it stay',
      zh: '解除一个字节的映射会解除它所在的页，两旁的页不变',
    },
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
