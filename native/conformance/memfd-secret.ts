/** Rules of memfd_secret(2). */
import { closeSync, ftruncateSync } from 'node:fs';
import { memset } from '../bytes.ts';
import { feature } from '../features.ts';
import { memfdSecret } from '../memfd.ts';
import { MAP, mmap, munmap, PROT } from '../mman.ts';
import { processVmReadv } from '../process-vm.ts';
import { touchRead } from '../touch.ts';
import { isLocked } from '../vma.ts';
import { marksInCore, needsSecret } from './core-file.ts';
import { bytes, gives, lockedPages, pageNumbers, rules, same, skip, smapsOf, withMemlock } from './rule.ts';

/** Gives `use` a descriptor of `pages` secret pages. */
function withSecret(pages: number, use: (fd: number) => void): void {
  const secret = memfdSecret();
  if (secret.errno !== null) {
    const found = feature('memfd_secret');
    skip(found.status === 'missing' ? `memfd_secret needs ${found.since}.` : `memfd_secret answered ${secret.errno}.`);
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
    if (mapped.errno !== null) skip(`Secret memory can't be mapped: ${mapped.errno}.`);
    try {
      use(mapped.returned);
    } finally {
      munmap(mapped.returned, bytes(pages));
    }
  });
}

export const memfdSecretRules = rules('memfd_secret', [
  {
    rule: 'its pages count in VmLck from the mapping to the unmapping',
    source: 'memfd_secret(2)',
    as: 'any',
    check: () => {
      const before = lockedPages();
      withSecretPages(4, (a) => {
        same(lockedPages() - before, 4, 'pages added to VmLck');
        same(isLocked(a, bytes(4)).locked, true, 'locked');
      });
      same(lockedPages() - before, 0, 'pages left in VmLck');
    },
  },
  {
    rule: 'process_vm_readv can’t read it, though the process itself can',
    source: 'memfd_secret(2), mm/secretmem.c',
    as: 'any',
    check: () =>
      withSecretPages(1, (a) => {
        memset(a, 7, bytes(1));
        gives(processVmReadv(process.pid, a, bytes(1), new Uint8Array(bytes(1))), 'EFAULT', 'process_vm_readv');
        gives(touchRead(a, pageNumbers(0, 1)), 'EFAULT', 'a touch by that call');
      }),
  },
  {
    rule: 'it is marked as left out of core files',
    source: 'memfd_secret(2), proc_pid_smaps(5)',
    as: 'any',
    check: () => withSecretPages(1, (a) => same(smapsOf(a, 1).dontDump, true, 'dd in smaps')),
  },
  {
    rule: 'its contents are not in a core file',
    source: 'memfd_secret(2), core(5)',
    as: 'any',
    check: async () => {
      needsSecret();
      const marks = await marksInCore();
      same(marks.get('secret'), 0, 'times that the mark of the secret page is in the core file');
    },
  },
  {
    rule: 'a private mapping is EINVAL',
    source: 'mm/secretmem.c',
    as: 'any',
    check: () => withSecret(1, (fd) => gives(mmap(null, bytes(1), PROT.READ, MAP.PRIVATE, fd, 0), 'EINVAL', 'mmap')),
  },
  {
    rule: 'an unknown flag is EINVAL',
    source: 'memfd_secret(2)',
    as: 'any',
    check: () => {
      withSecret(1, () => {});
      gives(memfdSecret(1), 'EINVAL', 'memfd_secret');
    },
  },
  {
    rule: 'mapping more than the limit is EAGAIN',
    source: 'memfd_secret(2), mmap(2)',
    as: 'user',
    check: () =>
      withMemlock(65536n, () =>
        withSecret(32, (fd) => gives(mmap(null, bytes(32), PROT.READ, MAP.SHARED, fd, 0), 'EAGAIN', 'mmap')),
      ),
  },
]);
