/** Rules of madvise(2) about what a fork inherits. */
import { memset } from '../../native/calls/bytes.ts';
import { MADV, madvise } from '../../native/calls/mman.ts';
import { processVmReadv } from '../../native/calls/process-vm.ts';
import { Exclusive, readExclusive } from '../../native/pages/pagemap.ts';
import { at, bytes, gives, rules, same, withFork, withPages, write } from '../rule.ts';
import { needs } from './advice.ts';

/** The first byte of a page in another process, or the errno of reading it. */
function byteIn(pid: number, address: bigint): number | string {
  const into = new Uint8Array(bytes(1));
  const read = processVmReadv(pid, address, bytes(1), into);
  return read.errno ?? into[0] ?? -1;
}

function exclusive(pid: number | 'self', address: bigint, pages: number): readonly number[] {
  const into = new Uint8Array(pages);
  gives(readExclusive(pid, address, pages, into), null, `/proc/${pid}/pagemap`);
  return [...into];
}

export const forkAdviceRules = rules('madvise', [
  {
    rule: {
      en: 'WIPEONFORK: the fork reads zeros, and the parent what it wrote; KEEPONFORK undoes it',
      zh: 'WIPEONFORK：fork 出的子进程读到零，父进程读到自己写的内容；KEEPONFORK 将其撤销',
    },
    source: 'madvise(2), Linux 4.14',
    as: 'any',
    check: () => {
      needs('WIPEONFORK');
      withPages(3, (a) => {
        memset(a, 7, bytes(3));
        gives(madvise(a, bytes(2), MADV.WIPEONFORK), null, 'MADV_WIPEONFORK');
        gives(madvise(at(a, 1), bytes(1), MADV.KEEPONFORK), null, 'MADV_KEEPONFORK');
        withFork((pid) =>
          same(
            [0, 1, 2].map((page) => byteIn(pid, at(a, page))),
            [0, 7, 7],
            'bytes in the fork',
          ),
        );
        same(byteIn(process.pid, a), 7, 'byte in the parent');
      });
    },
  },
  {
    rule: {
      en: 'DONTFORK: the fork has nothing mapped there; DOFORK undoes it',
      zh: 'DONTFORK：fork 出的子进程在该处没有映射；DOFORK 将其撤销',
    },
    source: 'madvise(2), Linux 2.6.16',
    as: 'any',
    check: () =>
      withPages(3, (a) => {
        memset(a, 7, bytes(3));
        gives(madvise(a, bytes(2), MADV.DONTFORK), null, 'MADV_DONTFORK');
        gives(madvise(at(a, 1), bytes(1), MADV.DOFORK), null, 'MADV_DOFORK');
        withFork((pid) =>
          same(
            [0, 1, 2].map((page) => byteIn(pid, at(a, page))),
            ['EFAULT', 7, 7],
            'bytes in the fork',
          ),
        );
      }),
  },
  {
    rule: { en: 'a write after a fork copies just that page', zh: 'fork 之后的写入只复制那一页' },
    source: 'fork(2), admin-guide/mm/pagemap.rst',
    as: 'any',
    check: () =>
      withPages(4, (a) => {
        gives(madvise(a, bytes(4), MADV.NOHUGEPAGE), null, 'MADV_NOHUGEPAGE');
        write(a, 0, 4);
        withFork((pid) => {
          const shared = Array(4).fill(Exclusive.Shared);
          same([exclusive('self', a, 4), exclusive(pid, a, 4)], [shared, shared], 'before the write');
          write(a, 2, 1);
          const copied = shared.with(2, Exclusive.Exclusive);
          same([exclusive('self', a, 4), exclusive(pid, a, 4)], [copied, copied], 'after the write');
        });
      }),
  },
]);
