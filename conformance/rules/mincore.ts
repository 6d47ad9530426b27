/** Rules of mincore(2). */
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { mlock } from '../../native/calls/mlock.ts';
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { cachestat } from '../../native/calls/page-cache.ts';
import { touchRead } from '../../native/calls/touch.ts';
import { zero } from '../../native/libc/errno.ts';
import { bind } from '../../native/libc/libc.ts';
import { feature } from '../../native/probes/features.ts';
import { at, bytes, gives, pageNumbers, rules, same, skip, withPages, write } from '../rule.ts';
import { withSecondProcess } from '../second-process.ts';
import { withFile, withSharedFile } from './shared-file.ts';

/**
 * A length that leaves user space, also where five-level page tables give it 2^56 bytes. Within it, the kernel walks to
 * the end of what is mapped: where that is far, it stores beyond the vector, or says EFAULT.
 */
const BEYOND_USER_SPACE = 2n ** 63n - 1n;

/** The plain call with a pointer for its vector, to hand it one that is no memory. */
const rawMincore = bind<(address: bigint, length: number | bigint, vec: bigint) => number>(
  'int mincore(void *, size_t, void *)',
);

/** Bit 0 of each page, as a string of 0 and 1. */
function core(address: bigint, pages: number): string {
  const vec = new Uint8Array(pages);
  gives(mincore(address, bytes(pages), vec), null, 'mincore');
  return Array.from(vec, (byte) => byte & 1).join('');
}

/** A file that this process may read but not write: the program it runs. */
function withReadOnlyFile(use: (fd: number, address: bigint, pages: number) => void): void {
  const path = process.execPath;
  try {
    accessSync(path, constants.W_OK);
  } catch {
    const fd = openSync(path, 'r');
    const mapped = mmap(null, bytes(16), PROT.READ, MAP.SHARED, fd, 0);
    try {
      if (mapped.errno !== null)
        skip({ en: `${path} can't be mapped: ${mapped.errno}.`, zh: `${path} 无法映射：${mapped.errno}。` });
      use(fd, mapped.returned, 16);
    } finally {
      if (mapped.errno === null) munmap(mapped.returned, bytes(16));
      closeSync(fd);
    }
    return;
  }
  skip({
    en: `This user may write ${path}, so mincore tells the truth about it.`,
    zh: `此用户可以写 ${path}，因此 mincore 会如实回答。`,
  });
}

export const mincoreRules = rules('mincore', [
  {
    rule: { en: 'an address inside a page is EINVAL', zh: '不在页边界上的地址返回 EINVAL' },
    source: 'mincore(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(mincore(a + 1n, 1, new Uint8Array(1)), 'EINVAL', 'mincore')),
  },
  {
    rule: { en: 'a vector that is not writable memory is EFAULT', zh: '结果向量不是可写内存时返回 EFAULT' },
    source: 'mincore(2)',
    as: 'any',
    check: () =>
      withPages(1, (a) =>
        withPages(1, (vec) => gives(zero(rawMincore()(a, bytes(1), vec)), 'EFAULT', 'mincore'), PROT.NONE),
      ),
  },
  {
    rule: { en: 'a range whose tail is not mapped is ENOMEM', zh: '末尾没有映射的范围返回 ENOMEM' },
    source: 'mincore(2)',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        munmap(at(a, 2), bytes(1));
        gives(mincore(a, bytes(3), new Uint8Array(3)), 'ENOMEM', 'mincore');
      }),
  },
  {
    rule: { en: 'a length that leaves user space is ENOMEM', zh: '长度超出用户空间返回 ENOMEM' },
    source: 'mincore(2)',
    as: 'any',
    check: () =>
      withPages(1, (a) =>
        withPages(1, (vec) => gives(zero(rawMincore()(a, BEYOND_USER_SPACE, vec)), 'ENOMEM', 'mincore')),
      ),
  },
  {
    rule: { en: 'length 0 succeeds and writes nothing', zh: '长度为 0 时成功，且什么也不写' },
    source: 'mincore(2)',
    as: 'any',
    check: () =>
      withPages(1, (a) => {
        const vec = Uint8Array.of(9);
        gives(mincore(a, 0, vec), null, 'mincore');
        same(vec[0], 9, 'the vector');
      }),
  },
  {
    rule: { en: 'anonymous memory never touched is not in core', zh: '从未访问的匿名内存不驻留' },
    source: 'mincore(2)',
    as: 'any',
    check: () => withPages(8, (a) => same(core(a, 8), '00000000', 'in core')),
  },
  {
    rule: { en: 'exactly the pages that were written are in core', zh: '驻留的恰好是写过的页' },
    source: 'mincore(2)',
    as: 'any',
    check: () =>
      withPages(8, (a) => {
        gives(madvise(a, bytes(8), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
        write(a, 1, 2);
        write(a, 6, 1);
        same(core(a, 8), '01100010', 'in core');
      }),
  },
  {
    rule: { en: 'a page that was only read is in core', zh: '只读过的页也算驻留' },
    source: 'mm/mincore.c',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(touchRead(a, pageNumbers(2, 1)), null, 'reading page 2');
        same(core(a, 4), '0010', 'in core');
      }),
  },
  {
    rule: { en: 'locked anonymous memory is all in core', zh: '已锁定的匿名内存全部驻留' },
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withPages(8, (a) => {
        gives(mlock(a, bytes(8)), null, 'mlock');
        same(core(a, 8), '11111111', 'in core');
      }),
  },
  {
    rule: { en: 'a locked shared file is all in core', zh: '已锁定的共享文件全部驻留' },
    source: 'mlock(2)',
    as: 'any',
    check: () =>
      withSharedFile(4, 4, PROT.READ | PROT.WRITE, (a) => {
        gives(mlock(a, bytes(4)), null, 'mlock');
        same(core(a, 4), '1111', 'in core');
      }),
  },
  {
    rule: {
      en: "another process's locked pages of a shared file are in core here",
      zh: '另一进程锁定的共享文件页，在本进程看来也驻留',
    },
    source: 'mincore(2), Linux Test Project mincore04',
    as: 'any',
    check: () =>
      withFile(async (path) => {
        const fd = openSync(path, 'r+');
        const mapped = mmap(null, bytes(8), PROT.READ | PROT.WRITE, MAP.SHARED, fd, 0);
        closeSync(fd);
        if (mapped.errno !== null)
          skip({ en: `A file can't be mapped: ${mapped.errno}.`, zh: `文件无法映射：${mapped.errno}。` });
        try {
          await withSecondProcess('lock-file', [path], () => same(core(mapped.returned, 8), '11111111', 'in core'));
        } finally {
          munmap(mapped.returned, bytes(8));
        }
      }),
  },
  {
    rule: { en: 'a page past the end of its file is not in core', zh: '文件末尾之后的页不驻留' },
    source: 'mm/mincore.c',
    as: 'any',
    check: () => withSharedFile(1, 2, PROT.READ, (a) => same(core(a, 2)[1], '0', 'page 1 in core')),
  },
  {
    rule: {
      en: 'of a file that the caller may not write, every page is said to be in core',
      zh: '对调用者无权写入的文件，每一页都被说成驻留',
    },
    source: 'mincore(2), Linux 5.2',
    as: 'user',
    check: () => withReadOnlyFile((_, a, pages) => same(core(a, pages), '1'.repeat(pages), 'in core')),
  },
  {
    rule: {
      en: 'cachestat refuses such a file with EPERM, which tells that answer from the truth',
      zh: 'cachestat 对这样的文件返回 EPERM，由此可区分这种回答与真实情况',
    },
    source: 'cachestat(2), mm/filemap.c',
    as: 'user',
    check: () =>
      withReadOnlyFile((fd) => {
        if (feature('cachestat').status !== 'available')
          skip({
            en: 'This kernel has no cachestat (Linux 6.5), or forbids it.',
            zh: '此内核没有 cachestat（Linux 6.5 起），或禁止使用。',
          });
        gives(cachestat(fd, 0, bytes(1)), 'EPERM', 'cachestat');
      }),
  },
]);
