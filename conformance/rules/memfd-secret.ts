/** Rules of memfd_secret(2). */
import { closeSync, ftruncateSync } from 'node:fs';
import { getrandom, memset } from '../../native/calls/bytes.ts';
import { memfdSecret } from '../../native/calls/memfd.ts';
import { MAP, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { processVmReadv } from '../../native/calls/process-vm.ts';
import { touchRead } from '../../native/calls/touch.ts';
import { feature } from '../../native/probes/features.ts';
import { secretCountsWhenTouched } from '../../native/probes/secret-accounting.ts';
import { isLocked } from '../../native/proc/vma.ts';
import { bytes, gives, lockedPages, pageNumbers, rules, same, skip, smapsOf, withMemlock } from '../rule.ts';
import { marksInCore, needsSecret } from './core-file.ts';

/** Gives `use` a descriptor of `pages` secret pages. */
function withSecret(pages: number, use: (fd: number) => void): void {
  const secret = memfdSecret();
  if (secret.errno !== null) {
    const found = feature('memfd_secret');
    if (found.status === 'missing')
      skip({ en: `memfd_secret needs ${found.since.en}.`, zh: `memfd_secret 需要 ${found.since.zh}。` });
    skip({ en: `memfd_secret answered ${secret.errno}.`, zh: `memfd_secret 返回 ${secret.errno}。` });
  }
  try {
    ftruncateSync(secret.returned, bytes(pages));
    use(secret.returned);
  } finally {
    closeSync(secret.returned);
  }
}

function withSecretPages(pages: number, use: (address: bigint) => void): void {
  withSecret(pages, (fd) => {
    const mapped = mmap(null, bytes(pages), PROT.READ | PROT.WRITE, MAP.SHARED, fd, 0);
    if (mapped.errno !== null)
      skip({ en: `Secret memory can't be mapped: ${mapped.errno}.`, zh: `无法映射机密内存：${mapped.errno}。` });
    try {
      use(mapped.returned);
    } finally {
      munmap(mapped.returned, bytes(pages));
    }
  });
}

/** Skips a rule of the way of counting that this kernel does not have. */
function needsCounting(when: 'mapping' | 'touch'): void {
  if (secretCountsWhenTouched() === (when === 'touch')) return;
  if (when === 'mapping')
    skip({
      en: 'This kernel counts secret pages when they are touched.',
      zh: '此内核在访问机密页时才计数。',
    });
  skip({ en: 'This kernel counts secret pages when they are mapped.', zh: '此内核在映射机密页时就计数。' });
}

export const memfdSecretRules = rules('memfd_secret', [
  {
    rule: {
      en: 'its pages count in VmLck from the mapping to the unmapping',
      zh: '从映射到解除映射，其页一直计入 VmLck',
    },
    source: 'memfd_secret(2), before 7.2',
    as: 'any',
    check: () => {
      needsCounting('mapping');
      const before = lockedPages();
      withSecretPages(4, (a) => {
        same(lockedPages() - before, 4, 'pages added to VmLck');
        same(isLocked(a, bytes(4)).locked, true, 'locked');
      });
      same(lockedPages() - before, 0, 'pages left in VmLck');
    },
  },
  {
    rule: {
      en: 'process_vm_readv can’t read it, though the process itself can',
      zh: 'process_vm_readv 无法读取它，进程自己却可以',
    },
    source: 'memfd_secret(2), mm/secretmem.c',
    as: 'any',
    check: () =>
      withSecretPages(1, (a) => {
        // Beyond the limit a plain store may be SIGBUS; once the page is in, it is none.
        const stored = getrandom(a, 1);
        if (stored.errno !== null)
          skip({
            en: `No secret page may be had here: ${stored.errno}.`,
            zh: `此处无法获得机密页：${stored.errno}。`,
          });
        memset(a, 7, bytes(1));
        gives(processVmReadv(process.pid, a, bytes(1), new Uint8Array(bytes(1))), 'EFAULT', 'process_vm_readv');
        gives(touchRead(a, pageNumbers(0, 1)), 'EFAULT', 'a touch by that call');
      }),
  },
  {
    rule: { en: 'it is marked as left out of core files', zh: '它被标记为不写入 core 文件' },
    source: 'memfd_secret(2), proc_pid_smaps(5)',
    as: 'any',
    check: () => withSecretPages(1, (a) => same(smapsOf(a, 1).dontDump, true, 'dd in smaps')),
  },
  {
    rule: { en: 'its contents are not in a core file', zh: '其内容不在 core 文件中' },
    source: 'memfd_secret(2), core(5)',
    as: 'any',
    check: async () => {
      needsSecret();
      const marks = await marksInCore();
      same(marks.get('secret'), 0, 'times that the mark of the secret page is in the core file');
    },
  },
  {
    rule: { en: 'a private mapping is EINVAL', zh: '私有映射返回 EINVAL' },
    source: 'mm/secretmem.c',
    as: 'any',
    check: () => withSecret(1, (fd) => gives(mmap(null, bytes(1), PROT.READ, MAP.PRIVATE, fd, 0), 'EINVAL', 'mmap')),
  },
  {
    rule: { en: 'an unknown flag is EINVAL', zh: '未知的标志返回 EINVAL' },
    source: 'memfd_secret(2)',
    as: 'any',
    check: () => {
      withSecret(1, () => {});
      gives(memfdSecret(1), 'EINVAL', 'memfd_secret');
    },
  },
  {
    rule: { en: 'mapping more than the limit is EAGAIN', zh: '映射超过上限返回 EAGAIN' },
    source: 'memfd_secret(2), mmap(2), before 7.2',
    as: 'user',
    check: () => {
      needsCounting('mapping');
      withMemlock(65536n, () =>
        withSecret(32, (fd) => gives(mmap(null, bytes(32), PROT.READ, MAP.SHARED, fd, 0), 'EAGAIN', 'mmap')),
      );
    },
  },
  {
    rule: {
      en: 'counted when they are touched, its pages leave VmLck as it is, and one beyond the limit is EFAULT to a call that stores there',
      zh: '在访问时才计数时，其页不改变 VmLck；超过上限的页，向其存入数据的调用返回 EFAULT',
    },
    source: 'mm/secretmem.c, 7.2 and backported',
    as: 'user',
    check: () => {
      needsCounting('touch');
      const before = lockedPages();
      withMemlock(65536n, () =>
        withSecretPages(32, (a) => {
          same(lockedPages() - before, 0, 'pages added to VmLck');
          same(isLocked(a, bytes(32)).locked, false, 'locked');
          const stored = Array.from(pageNumbers(0, 32), (page) => getrandom(a + BigInt(bytes(page)), 1).errno);
          same(stored.at(0), null, 'the first page');
          same(stored.at(-1), 'EFAULT', 'a page beyond the limit');
        }),
      );
    },
  },
]);
