/**
 * Rules of madvise(2) about advice that needs memory of a special kind: REMOVE (shared), COLLAPSE (a huge page's
 * worth).
 */
import { copyOut, memset } from '../../native/calls/bytes.ts';
import { mlock } from '../../native/calls/mlock.ts';
import { MADV, MAP, madvise, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { transparentHugepage } from '../../native/proc/vm-settings.ts';
import { bytes, gives, inCore, rules, same, skip, withPages } from '../rule.ts';
import { hugeToo, look } from './advice.ts';

function withShared(pages: number, use: (address: bigint) => void): void {
  const mapped = mmap(null, bytes(pages), PROT.READ | PROT.WRITE, MAP.SHARED | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null)
    skip({ en: `Shared memory can't be mapped: ${mapped.errno}.`, zh: `无法映射共享内存：${mapped.errno}。` });
  try {
    use(mapped.returned);
  } finally {
    munmap(mapped.returned, bytes(pages));
  }
}

/** Gives `use` memory of one huge page, at its boundary, every small page of it written. */
function withHugeRange(use: (address: bigint, length: number) => void): void {
  const huge = transparentHugepage();
  if (huge.errno !== null || huge.sizeBytes === null)
    skip({ en: 'This kernel has no transparent huge pages.', zh: '此内核没有透明大页。' });
  const length = huge.sizeBytes;
  withPages((2 * length) / pageSize(), (a) => {
    const aligned = a + ((BigInt(length) - (a % BigInt(length))) % BigInt(length));
    gives(madvise(aligned, length, MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
    memset(aligned, 7, length);
    gives(madvise(aligned, length, MADV.HUGEPAGE), null, 'MADV_HUGEPAGE');
    use(aligned, length);
  });
}

/** Whether every page of the range is then mapped by one huge page. */
function collapses(address: bigint, length: number): void {
  const { errno } = madvise(address, length, MADV.COLLAPSE);
  if (errno === 'EINVAL')
    skip({
      en: 'This kernel does not know MADV_COLLAPSE (Linux 6.1).',
      zh: '此内核不认识 MADV_COLLAPSE（Linux 6.1 起）。',
    });
  if (errno === 'ENOMEM' || errno === 'EAGAIN' || errno === 'EBUSY')
    skip({
      en: `No huge page is to be had now: MADV_COLLAPSE answered ${errno}.`,
      zh: `现在没有可用的大页：MADV_COLLAPSE 返回 ${errno}。`,
    });
  same(errno, null, 'MADV_COLLAPSE');
  const pages = look(address, length / pageSize(), false, hugeToo);
  same(
    pages.every((bits) => bits & PageBit.Huge),
    true,
    'every page is part of a huge one',
  );
}

export const specialAdviceRules = rules('madvise', [
  {
    rule: {
      en: 'REMOVE punches a hole into shared memory: nothing is in core, and it reads as zeros',
      zh: 'REMOVE 在共享内存中打洞：没有页驻留，读出为零',
    },
    source: 'madvise(2), Linux 2.6.16',
    as: 'any',
    check: () =>
      withShared(4, (a) => {
        memset(a, 7, bytes(4));
        gives(madvise(a, bytes(4), MADV.REMOVE), null, 'MADV_REMOVE');
        same(inCore(a, 4), 0, 'pages in core');
        const byte = new Uint8Array(1);
        copyOut(a, 1, byte);
        same(byte[0], 0, 'the first byte');
      }),
  },
  {
    rule: { en: 'REMOVE refuses locked memory with EINVAL', zh: 'REMOVE 拒绝已锁定的内存，返回 EINVAL' },
    source: 'madvise(2)',
    as: 'any',
    check: () =>
      withShared(2, (a) => {
        gives(mlock(a, bytes(2)), null, 'mlock');
        gives(madvise(a, bytes(2), MADV.REMOVE), 'EINVAL', 'MADV_REMOVE');
        same(inCore(a, 2), 2, 'pages in core');
      }),
  },
  {
    rule: { en: 'REMOVE of private anonymous memory is EINVAL', zh: '对私有匿名内存 REMOVE 返回 EINVAL' },
    source: 'madvise(2)',
    as: 'any',
    check: () => withPages(1, (a) => gives(madvise(a, bytes(1), MADV.REMOVE), 'EINVAL', 'MADV_REMOVE')),
  },
  {
    rule: {
      en: 'COLLAPSE makes one huge page of many small ones, and keeps their contents',
      zh: 'COLLAPSE 把许多小页合并成一个大页，内容不变',
    },
    source: 'madvise(2), Linux 6.1',
    as: 'any',
    check: () =>
      withHugeRange((a, length) => {
        collapses(a, length);
        const byte = new Uint8Array(1);
        copyOut(a + BigInt(length - 1), 1, byte);
        same(byte[0], 7, 'the last byte');
      }),
  },
  {
    rule: {
      en: 'COLLAPSE succeeds on locked memory, which stays locked',
      zh: 'COLLAPSE 对已锁定的内存成功，内存仍锁定',
    },
    source: 'madvise(2), Linux 6.1',
    as: 'any',
    check: () =>
      withHugeRange((a, length) => {
        const { errno } = mlock(a, length);
        const size = `${length / 2 ** 20} MiB`;
        if (errno !== null)
          skip({ en: `${size} can't be locked here: ${errno}.`, zh: `此处无法锁定 ${size}：${errno}。` });
        collapses(a, length);
        same((look(a, 1)[0] ?? 0) & PageBit.Locked, PageBit.Locked, 'locked');
      }),
  },
]);
