import { expect, it } from 'vitest';
import { explainedErrnos, meaning } from '../../native/errno-meanings/errno-meaning.ts';
import { type ErrnoName, errnoName } from '../../native/libc/errno.ts';

/** What an errno of these calls must say in English and in Chinese, and what it must not say in either. */
type Row = readonly [calls: string, errno: string, en: RegExp, zh: RegExp, never?: RegExp];

const noPermission = [
  /RLIMIT_MEMLOCK is 0 and CAP_IPC_LOCK is missing.*not allowed at all.*other limit.*filter \(seccomp\)/,
  /RLIMIT_MEMLOCK 为 0 且没有 CAP_IPC_LOCK.*完全不允许锁定.*其他任何上限.*过滤器（seccomp）/,
] as const;
const overflow = [/overflow/, /溢出/] as const;
const ended = [/process has ended/, /进程已经结束/] as const;
const noProcess = [/no process with this id/, /没有这个编号的进程/] as const;
const sandbox = [/sandbox forbids/, /沙箱禁止/] as const;
const missing = (what: string, since: string) =>
  [new RegExp(`has no ${what}.*Linux ${since}`), new RegExp(`没有 ${what}.*Linux ${since} 起`)] as const;
const tooManyHere = [
  /This process has too many open.*RLIMIT_NOFILE/,
  /本进程打开的描述符过多.*RLIMIT_NOFILE/,
  /system|系统/,
] as const;
const tooManyAll = [/The system has too many open/, /系统打开的文件过多/, /process|进程/] as const;
const memory = [/no memory for/, /没有内存来/] as const;
const sealed = [/sealed/, /封印/] as const;
const notOpen = [/not open/, /未打开/] as const;
const softOverHard = [/soft limit is above the hard/, /软上限大于硬上限/] as const;
const raisesHard = [
  /Raising the hard limit.*needs CAP_SYS_RESOURCE/,
  /提高硬上限.*需要 CAP_SYS_RESOURCE/,
  /soft|软/,
] as const;
const badLimits = [/outside of memory/, /无效内存/] as const;

const rows: readonly Row[] = [
  [
    'mlock mlock2 mlockall',
    'EAGAIN',
    /could not be brought in.* not locked/,
    /无法调入.*没有锁定/,
    /unlock|解锁|已锁定/,
  ],
  ['mlock munlock', 'EINVAL', ...overflow],
  ['mlock2', 'EINVAL', /flag is unknown.*overflow/, /不认识某个标志.*溢出/],
  ['mlock mlock2', 'EINTR', /fatal signal.*brought in/, /调入.*致命信号/],
  [
    'mlock mlock2',
    'ENOMEM',
    /exceeds RLIMIT_MEMLOCK.*no CAP_IPC_LOCK.*not mapped or not accessible.*vm\.max_map_count.*before a hole is locked/,
    /超过 RLIMIT_MEMLOCK.*没有 CAP_IPC_LOCK.*没有映射或不可访问.*vm\.max_map_count.*空洞之前的部分仍会被锁定/,
    /unlock|解锁/,
  ],
  ['mlock mlock2 mlockall', 'EPERM', ...noPermission, /unlock|解锁/],
  ['mlock2', 'ENOSYS', ...missing('mlock2', '4\\.4')],
  [
    'munlock',
    'ENOMEM',
    /not mapped.*before it is unlocked.*split.*vm\.max_map_count/,
    /没有映射.*之前的部分已解锁.*拆分.*vm\.max_map_count/,
  ],
  ['munlock munlockall msync mincore', 'EPERM', /filter \(seccomp.*forbids/, /过滤器（.*seccomp）禁止/],
  ['msync', 'EBUSY', /MS_INVALIDATE.*is locked/, /MS_INVALIDATE.*已锁定/, /unlock|解锁|未锁定/],
  ['msync', 'EINVAL', /not a multiple of the page size.*contradict/, /不是页大小的整数倍.*矛盾/],
  ['msync', 'EIO', /Writing.*failed/, /写回.*失败/, /\bread|读/i],
  ['msync', 'ENOMEM', /not mapped/, /没有映射/],
  [
    'mlockall',
    'EINVAL',
    /flags are 0 or unknown.*ONFAULT.*without MCL_CURRENT or MCL_FUTURE/,
    /标志为 0 或未知.*ONFAULT.*没有 MCL_CURRENT 或 MCL_FUTURE/,
  ],
  [
    'mlockall',
    'ENOMEM',
    /whole address space.*VmSize.*exceeds RLIMIT_MEMLOCK/,
    /整个地址空间.*VmSize.*超过了 RLIMIT_MEMLOCK/,
  ],
  ['munlockall', 'EINTR', /fatal signal/, /致命信号/],
  ['mmap', 'EACCES', /not open in a way that allows/, /打开方式不允许/],
  [
    'mmap',
    'EAGAIN',
    /Too much would be locked.*exceed RLIMIT_MEMLOCK/,
    /锁定的内存会过多.*超过了 RLIMIT_MEMLOCK/,
    /unlock|解锁/,
  ],
  ['mmap', 'EBADF', /not open.*not MAP_ANONYMOUS/, /未打开.*不是 MAP_ANONYMOUS/],
  ['mmap', 'EEXIST', /already mapped there.*forbids replacing/, /已有映射.*不允许替换/],
  [
    'mmap',
    'EINVAL',
    /length is 0.*not a multiple.*neither MAP_PRIVATE nor MAP_SHARED/,
    /长度为 0.*不是.*整数倍.*未给出 MAP_PRIVATE 或 MAP_SHARED/,
  ],
  ['mmap', 'ENFILE', ...tooManyAll],
  ['mmap', 'ENODEV', /cannot be mapped/, /不能映射/],
  [
    'mmap',
    'ENOMEM',
    /overcommit.*RLIMIT_AS.*RLIMIT_DATA.*vm\.max_map_count/,
    /overcommit.*RLIMIT_AS.*RLIMIT_DATA.*vm\.max_map_count/,
    /MEMLOCK/,
  ],
  ['mmap', 'EOVERFLOW', ...overflow],
  [
    'mmap',
    'EPERM',
    /not allowed at all.*below vm\.mmap_min_addr.*seal/,
    /完全不允许锁定.*低于 vm\.mmap_min_addr.*封印/,
  ],
  ['munmap', 'EINVAL', /not a multiple.*length is 0.*leaves user space/, /不是页大小的整数倍.*长度为 0.*超出用户空间/],
  ['munmap', 'ENOMEM', /middle would split.*too many.*vm\.max_map_count/, /中间.*一分为二.*过多.*vm\.max_map_count/],
  ['munmap mprotect mremap', 'EPERM', ...sealed],
  ['mprotect', 'EACCES', /not opened for this access/, /不允许这种访问/],
  ['mprotect', 'EINVAL', /not a multiple.*protection is not valid/, /不是页大小的整数倍.*保护属性无效/],
  [
    'mprotect',
    'ENOMEM',
    /not mapped.*vm\.max_map_count.*overcommit refuses.*writable/,
    /没有映射.*vm\.max_map_count.*overcommit 拒绝.*可写/,
  ],
  ['madvise', 'EACCES', /MADV_REMOVE.*not a shared writable/, /非共享可写.*MADV_REMOVE/],
  ['madvise', 'EAGAIN', /short of a resource.*trying again can help/, /缺少资源.*可以重试/],
  ['madvise', 'EBADF', /not backed by a file.*WILLNEED without swap/, /没有文件支持.*没有交换区时的 WILLNEED/],
  ['madvise', 'EBUSY', /huge page could not be made.*MADV_COLLAPSE/, /无法.*生成大页.*MADV_COLLAPSE/],
  ['madvise', 'EFAULT', /could not be faulted in.*past the end of the file.*guard/, /无法调入.*超出文件末尾.*保护页/],
  [
    'madvise',
    'EINVAL',
    /unknown to this kernel.*not a multiple.*is locked.*refuses/,
    /不认识该建议.*不是页大小.*的整数倍.*已锁定.*拒绝/,
    /unlock|未锁定/,
  ],
  ['madvise', 'EIO', /Reading.*failed/, /读取失败/, /\bwrit|写/i],
  ['madvise', 'EHWPOISON', /hardware memory error/, /硬件内存错误/],
  [
    'madvise',
    'ENOMEM',
    /not mapped.*mapped parts were advised all the same.*memory ran out/,
    /没有映射.*已映射的部分仍已处理.*内存不足/,
  ],
  ['madvise', 'EPERM', /needs a privilege.*CAP_SYS_ADMIN.*sealed/, /需要特权.*CAP_SYS_ADMIN.*封印/],
  ['mincore', 'EAGAIN', /short of memory/, /内存不足/],
  ['mincore', 'EFAULT', /answer is not writable memory/, /结果的向量不是可写内存/],
  ['mincore', 'EINVAL', /not a multiple of the page size/, /不是页大小的整数倍/],
  ['mincore', 'ENOMEM', /not mapped.*leaves user space/, /没有映射.*超出用户空间/, /MEMLOCK/],
  ['mremap', 'EAGAIN', /is locked.*growing it would exceed RLIMIT_MEMLOCK/, /已锁定.*增大它会超过 RLIMIT_MEMLOCK/],
  ['mremap', 'EFAULT', /old range is not mapped.*more than one mapping/, /旧范围中有一部分没有映射.*不止一个映射/],
  [
    'mremap',
    'EINVAL',
    /not a multiple.*new length is 0.*contradict.*overlap/,
    /不是页大小的整数倍.*新长度为 0.*矛盾.*重叠/,
  ],
  [
    'mremap',
    'ENOMEM',
    /no room to grow.*MAYMOVE was not given.*vm\.max_map_count/,
    /没有空间增大.*未给出 MREMAP_MAYMOVE.*vm\.max_map_count/,
  ],
  ['process_madvise', 'EBADF', /isn’t a pidfd/, /不是 pidfd/],
  ['process_madvise', 'EFAULT', /not readable/, /不是可读/, /\bwrit|写/],
  [
    'process_madvise',
    'EINVAL',
    /may not be given to another process.*not made of whole pages.*locked/,
    /不能对其他进程.*不是整页.*已锁定/,
  ],
  ['process_madvise', 'EINTR', /signal interrupted/, /被信号中断/],
  ['process_madvise', 'ENOMEM', /not mapped in that process/, /该进程中.*没有映射/],
  ['process_madvise', 'EPERM', /needs CAP_SYS_NICE.*right to read/, /需要 CAP_SYS_NICE.*读取.*权限/, /\bwrit|写/],
  ['process_madvise', 'ENOSYS', ...missing('process_madvise', '5\\.10')],
  ['process_madvise pagemap smaps maps status smaps_rollup limits PROCMAP_QUERY', 'ESRCH', ...ended],
  ['getrlimit', 'EINVAL', /no such resource/, /没有这种资源/],
  ['getrlimit prlimit', 'EFAULT', ...badLimits],
  ['setrlimit prlimit', 'EINVAL', ...softOverHard],
  ['setrlimit prlimit', 'EPERM', ...raisesHard],
  ['prlimit pidfd_open capget process_vm_readv process_vm_writev', 'ESRCH', ...noProcess],
  ['getrusage', 'EINVAL', /process, its children or the thread/, /进程、子进程或线程/],
  ['sysconf', 'EINVAL', /no system value/, /没有这个编号的系统值/],
  [
    'process_vm_writev process_vm_readv',
    'EFAULT',
    /not mapped.*protection forbids.*guard.*memfd_secret.*past the end of its file/,
    /没有映射.*保护属性不允许.*guard.*memfd_secret.*超出了文件末尾/,
  ],
  ['process_vm_writev process_vm_readv', 'ENOMEM', ...memory],
  ['process_vm_writev process_vm_readv', 'EINVAL', /More than 1024.*overflow/, /多于 1024.*溢出/],
  [
    'process_vm_writev process_vm_readv',
    'EPERM',
    /may not access.*sandbox can forbid even its own/,
    /无权访问.*沙箱甚至可以禁止访问自身/,
  ],
  ['process_vm_writev process_vm_readv', 'ENOSYS', /has no cross-process/, /不支持跨进程/],
  ['clone', 'EAGAIN', /too many processes.*RLIMIT_NPROC.*pids\.max/, /进程过多.*RLIMIT_NPROC.*pids\.max/],
  ['clone', 'ENOMEM', ...memory],
  ['clone memfd_secret PAGEMAP_SCAN', 'EPERM', ...sandbox],
  ['pidfd_open', 'EINVAL', /can be no process.*flag is unknown/, /不可能是进程.*标志未知/],
  ['pidfd_open memfd_create memfd_secret', 'EMFILE', ...tooManyHere],
  ['pidfd_open memfd_create memfd_secret', 'ENFILE', ...tooManyAll],
  ['pidfd_open', 'ENOSYS', ...missing('pidfd_open', '5\\.3')],
  ['capget', 'EPERM', /may not be read/, /不允许读取/, /\bwrit|写/],
  ['capset', 'EPERM', /does not hold can[’']t be added/, /不能加入.*未持有/],
  ['capset', 'EINVAL', /unknown version/, /未知的版本/],
  ['setresuid', 'EPERM', /Only CAP_SETUID/, /只有拥有 CAP_SETUID.*用户/, /SETGID|组/],
  ['setresuid', 'EAGAIN', /too many processes.*RLIMIT_NPROC/, /进程过多.*RLIMIT_NPROC/],
  ['setresuid', 'EINVAL', /user id does not exist/, /用户编号.*不存在/],
  ['setresgid', 'EPERM', /Only CAP_SETGID/, /只有拥有 CAP_SETGID.*组/, /SETUID|用户/],
  ['setresgid', 'EINVAL', /group id does not exist/, /组编号.*不存在/],
  ['prctl', 'EINVAL', /unknown to this kernel/, /不认识/],
  ['prctl', 'EPERM', /needs a capability that is missing/, /需要缺少的权能/],
  ['signal', 'EINVAL', /no such signal.*can[’']t be changed/, /没有这个信号.*不能改变/],
  ['malloc', 'ENOMEM', /gave no more address space/, /不再给出地址空间/],
  ['realloc', 'ENOMEM', /No block of the new size.*old one is unchanged/, /没有新大小的块.*旧块保持不变/],
  ['PAGEMAP_SCAN', 'ENOTTY', ...missing('PAGEMAP_SCAN', '6\\.7')],
  ['PAGEMAP_SCAN', 'EINVAL', /not made of whole pages.*unknown/, /不是整页.*不认识/],
  ['PAGEMAP_SCAN', 'EFAULT', /not in user space/, /不在用户空间/],
  ['PAGEMAP_SCAN', 'EBADF', /not an open pagemap/, /不是已打开的 pagemap/],
  ['PAGEMAP_SCAN memfd_create memfd_secret', 'ENOMEM', ...memory],
  ['PAGEMAP_SCAN', 'EACCES', /may not read this pagemap/, /无权读取该 pagemap/],
  ['PROCMAP_QUERY', 'ENOTTY', ...missing('PROCMAP_QUERY', '6\\.11')],
  ['PROCMAP_QUERY', 'ENOENT', /Nothing is mapped at or after/, /此地址及其后没有任何映射/, /before|之前/],
  ['PROCMAP_QUERY', 'EINVAL', /unknown flag or size/, /未知的标志或大小/],
  [
    'pagemap smaps maps status smaps_rollup limits',
    'ENOENT',
    /no such process.*does not have the file/,
    /没有这个进程.*没有该文件/,
  ],
  [
    'pagemap smaps maps status smaps_rollup limits',
    'EACCES',
    /may not read.*another user.*not dumpable/,
    /无权读取.*其他用户.*不可转储/,
  ],
  ['pagemap smaps maps status smaps_rollup limits', 'EPERM', /may not read.*sandbox/, /无权读取.*沙箱/],
  ['pagemap', 'EINVAL', /outside of user space/, /不在用户空间/],
  ['memfd_create', 'EINVAL', /flag is unknown.*over 249/, /标志未知.*超过 249/],
  ['memfd_create', 'EACCES', /Only memory files that can[’']t be executed/, /只允许不可执行/],
  ['memfd_secret', 'EINVAL', /flag is unknown/, /标志未知/],
  [
    'memfd_secret',
    'ENOSYS',
    /has no memfd_secret.*5\.14.*turned off.*before 6\.5/,
    /没有 memfd_secret.*5\.14.*已关闭.*6\.5 之前/,
  ],
  ['ftruncate', 'EBADF', /not open for writing/, /没有以写方式打开/, /\bread|读/],
  ['ftruncate', 'EFBIG', /over the largest file size/, /超过最大文件大小/],
  ['ftruncate', 'EINVAL', /negative.*can[’']t be sized.*only once/, /为负.*不能改变大小.*只能设置一次/],
  ['ftruncate', 'EPERM', /seal forbids/, /封印.*不允许/],
  ['posix_fadvise cachestat', 'EBADF', ...notOpen],
  ['posix_fadvise', 'EINVAL', /unknown.*negative/, /未知.*为负/],
  ['posix_fadvise', 'ESPIPE', /is a pipe/, /是管道/],
  ['cachestat', 'EFAULT', /outside of memory/, /无效内存/],
  ['cachestat', 'EINVAL', /flag was given.*this call has none/, /给出了标志.*没有任何标志/],
  ['cachestat', 'ENOSYS', ...missing('cachestat', '6\\.5')],
  ['cachestat', 'EOPNOTSUPP', /not counted/, /不统计/],
  [
    'cachestat',
    'EPERM',
    /neither writable.*nor owned.*kept secret.*every page is resident/,
    /不可由此用户写入.*也不属于.*不透露.*每一页都驻留/,
  ],
];

/** What is said of an errno that a call is not known for. */
const general: readonly (readonly [errno: string, en: RegExp, zh: RegExp])[] = [
  ['EACCES', /denied/, /被拒绝/],
  ['EAGAIN', /short for now/, /暂时不足/],
  ['EFAULT', /outside of memory/, /无效内存/],
  ['EINTR', /interrupted/, /中断/],
  ['EINVAL', /not valid/, /无效/],
  ['ENOMEM', /Memory.*short/, /内存.*不足/],
  ['ENOSYS', /does not have the call/, /没有这个调用/],
  ['EPERM', /privilege is missing/, /缺少特权/],
];

const names = new Map(Array.from({ length: 140 }, (_, number) => [errnoName(number) as string, errnoName(number)]));

function nameOf(errno: string): ErrnoName {
  const name = names.get(errno);
  if (!name) throw new Error(`${errno} is no errno`);
  return name;
}

it('says of each call’s errno what the manual says, in both languages', () => {
  const wrong = rows.flatMap(([calls, errno, en, zh, never]) =>
    calls.split(' ').flatMap((call) => {
      const said = meaning(call, nameOf(errno));
      const right = en.test(said.en) && zh.test(said.zh) && !never?.test(said.en) && !never?.test(said.zh);
      return right ? [] : [`${call} ${errno}: “${said.en}”, “${said.zh}”`];
    }),
  );
  expect(wrong).toEqual([]);
});

it('has a row here for each errno of each call', () => {
  const listed = rows.flatMap(([calls, errno]) => calls.split(' ').map((call) => `${call} ${errno}`));
  const explained = explainedErrnos().flatMap(({ call, errnos }) => errnos.map((errno) => `${call} ${errno}`));
  expect(listed.toSorted()).toEqual(explained.toSorted());
});

it('says of any other errno what it means in general', () => {
  for (const [errno, en, zh] of general) {
    const said = meaning('a call that nobody knows', nameOf(errno));
    expect([said.en, said.zh], errno).toEqual([expect.stringMatching(en), expect.stringMatching(zh)]);
  }
});
