/**
 * Fixes for a refusal that raising the limit would not cure: what the program asks for, the number of its mappings, the
 * pool of huge pages, a filter of calls.
 */
import type { FixText } from './wanted.ts';

/** mlock(2) ERRORS, ENOMEM of a range with a hole. */
export const mappedRange: FixText = () => ({
  id: 'mapped-range',
  about: 'call',
  title: { en: 'Ask only for what is mapped', zh: '只对已映射的范围调用' },
  changes: {
    en: 'The program: the range of the call ends where the mapping ends. No limit and no privilege makes a call over a hole succeed.',
    zh: '修改程序：调用的范围不超出映射。提高上限或增加特权都不能让跨越空洞的调用成功。',
  },
  notes: [
    {
      en: 'What comes before the hole is done all the same: after a failed mlock it is locked and counts, until munlock.',
      zh: '空洞之前的部分仍会执行：mlock 失败后这部分已被锁定并计入用量，直到 munlock。',
    },
    {
      en: 'PROT_NONE and guard pages are mapped, but cannot be brought in: mlock of them fails as well. Leave them out, or use MLOCK_ONFAULT.',
      zh: 'PROT_NONE 和保护页（guard）虽已映射却无法调入：对它们 mlock 同样失败。请排除它们，或使用 MLOCK_ONFAULT。',
    },
  ],
  snippets: [
    {
      label: { en: 'The mappings, to compare with the range of the call', zh: '查看映射，与调用的范围对照' },
      text: 'cat /proc/PID/maps',
    },
  ],
  check: {
    how: {
      en: 'The addresses of the call lie in lines that follow on each other without a gap.',
      zh: '调用的地址落在首尾相接、没有间隙的各行之内。',
    },
    command: 'pmap -X PID',
  },
});

/** proc_sys_vm(5) */
export const maxMapCount: FixText = () => ({
  id: 'max-map-count',
  about: 'call',
  title: { en: 'Allow more mappings: vm.max_map_count', zh: '允许更多映射：vm.max_map_count' },
  changes: {
    en: 'How many mappings each process of the machine may have, 65530 by default. Locking a part of a mapping splits it into two or three.',
    zh: '机器上每个进程允许的映射数，默认 65530。锁定映射的一部分会把它拆成两个或三个。',
  },
  notes: [
    {
      en: 'Locking whole mappings, or neighbours together, needs none of it: mappings with the same properties are merged again.',
      zh: '锁定整个映射或把相邻部分一起锁定就不需要修改：属性相同的相邻映射会重新合并。',
    },
    {
      en: 'Inside a container the file is read-only; the setting belongs to the host.',
      zh: '容器内该文件是只读的；该设置属于主机。',
    },
  ],
  snippets: [
    { label: { en: 'Until the next start', zh: '到下次启动为止' }, text: 'sudo sysctl -w vm.max_map_count=262144' },
    {
      label: { en: '/etc/sysctl.d/90-max-map-count.conf', zh: '/etc/sysctl.d/90-max-map-count.conf' },
      text: 'vm.max_map_count = 262144\n',
    },
  ],
  check: {
    how: { en: 'The setting, and the mappings that the process has.', zh: '设置值，以及进程现有的映射数。' },
    command: 'sysctl vm.max_map_count; wc -l < /proc/PID/maps',
  },
});

/** madvise(2) ERRORS, EINVAL of locked pages; MADV_DONTNEED_LOCKED is Linux 5.18. */
export const unlockFirst: FixText = () => ({
  id: 'unlock-first',
  about: 'call',
  title: { en: 'Unlock before giving pages back', zh: '归还页面之前先解锁' },
  changes: {
    en: 'The program: munlock before MADV_DONTNEED, FREE, COLD or PAGEOUT, or MADV_DONTNEED_LOCKED, which drops locked pages and leaves the range locked.',
    zh: '修改程序：在 MADV_DONTNEED、FREE、COLD、PAGEOUT 之前调用 munlock；或使用 MADV_DONTNEED_LOCKED，它丢弃已锁定的页面而范围保持锁定。',
  },
  notes: [
    {
      en: 'Locks do not nest: one munlock undoes any number of mlocks of the same pages, also those that other parts of the program made.',
      zh: '锁定不嵌套：一次 munlock 会撤销对同一页面的任意多次 mlock，包括程序其他部分所做的。',
    },
  ],
  snippets: [
    {
      label: { en: 'In C, Linux 5.18 and later', zh: 'C 代码，Linux 5.18 及以后' },
      text: 'madvise(address, length, MADV_DONTNEED_LOCKED);',
    },
    {
      label: { en: 'In C, any kernel', zh: 'C 代码，任何内核' },
      text: 'munlock(address, length);\nmadvise(address, length, MADV_DONTNEED);',
    },
  ],
  check: {
    how: { en: 'The flags of the mapping no longer have lo.', zh: '映射的标志中不再有 lo。' },
    command: "grep -E '^[0-9a-f]+-|^VmFlags' /proc/PID/smaps",
  },
});

/** admin-guide/mm/hugetlbpage.rst */
export const hugetlbPool: FixText = () => ({
  id: 'hugetlb-pool',
  about: 'call',
  title: { en: 'Fill the pool of huge pages: vm.nr_hugepages', zh: '填充大页池：vm.nr_hugepages' },
  changes: {
    en: 'How many huge pages the machine keeps for MAP_HUGETLB, 0 by default. Nothing else can use that memory: 16 pages of 2 MiB take 32 MiB.',
    zh: '机器为 MAP_HUGETLB 保留的大页数，默认 0。这些内存不能另作他用：16 个 2 MiB 的大页占用 32 MiB。',
  },
  notes: [
    {
      en: 'The number is the size of the whole pool. The kernel makes fewer huge pages when its free memory is in small pieces; it finds the most right after a start.',
      zh: '该数值是整个池的大小。空闲内存不连续时，内核分配的大页会少于此数；刚启动之后最容易满足。',
    },
    {
      en: 'Without a pool: anonymous memory with MADV_HUGEPAGE gets huge pages where the kernel has them.',
      zh: '不用大页池：匿名内存使用 MADV_HUGEPAGE，内核有大页时即可获得。',
    },
    {
      en: 'Inside a container the file is read-only; the setting belongs to the host.',
      zh: '容器内该文件是只读的；该设置属于主机。',
    },
  ],
  snippets: [
    { label: { en: 'Until the next start', zh: '到下次启动为止' }, text: 'sudo sysctl -w vm.nr_hugepages=16' },
    {
      label: { en: '/etc/sysctl.d/90-nr-hugepages.conf', zh: '/etc/sysctl.d/90-nr-hugepages.conf' },
      text: 'vm.nr_hugepages = 16\n',
    },
  ],
  check: {
    how: { en: 'HugePages_Free is at least what the mapping needs.', zh: 'HugePages_Free 至少为映射所需的数量。' },
    command: "grep -E '^Huge' /proc/meminfo",
  },
});

/** systemd.exec(5) SystemCallFilter=, systemd.nspawn(5) Capability=, seccomp(2) */
export const callFilter: FixText = ({ unit }) => ({
  id: 'call-filter',
  about: 'call',
  title: { en: 'Let the calls through the filter (seccomp)', zh: '让过滤器（seccomp）放行这些调用' },
  changes: {
    en: 'The filter that the unit or the container is started with. LimitMEMLOCK=, ulimit and limits.conf cannot help: a filtered call does not reach the limit.',
    zh: '单元或容器启动时设置的过滤器。LimitMEMLOCK=、ulimit 和 limits.conf 都无济于事：被过滤的调用到不了检查上限的地方。',
  },
  notes: [
    {
      en: '@memlock is mlock, mlock2, mlockall, munlock and munlockall; memfd_secret, process_vm_readv and process_vm_writev are named by themselves.',
      zh: '@memlock 包括 mlock、mlock2、mlockall、munlock 和 munlockall；memfd_secret、process_vm_readv 和 process_vm_writev 需单独列出。',
    },
    {
      en: 'systemd-nspawn forbids @memlock to a container that has no CAP_IPC_LOCK.',
      zh: 'systemd-nspawn 对没有 CAP_IPC_LOCK 的容器禁止 @memlock。',
    },
    {
      en: 'A filter stays for as long as the process lives, and its children have it too: start the program anew.',
      zh: '过滤器在进程的整个生命期内有效，子进程也会继承：请重新启动程序。',
    },
  ],
  snippets: [
    {
      label: {
        en: `A service: /etc/systemd/system/${unit}.d/calls.conf`,
        zh: `服务：/etc/systemd/system/${unit}.d/calls.conf`,
      },
      text: '[Service]\nSystemCallFilter=@memlock\n',
    },
    {
      label: {
        en: 'systemd-nspawn: /etc/systemd/nspawn/MACHINE.nspawn (on the host)',
        zh: 'systemd-nspawn：/etc/systemd/nspawn/MACHINE.nspawn（在主机上）',
      },
      text: '[Exec]\nCapability=CAP_IPC_LOCK\n',
    },
    {
      label: {
        en: 'Docker, Podman: a profile that allows the calls; or, to see that it is the filter, none',
        zh: 'Docker、Podman：允许这些调用的配置；或不用过滤器，以确认原因',
      },
      text: 'docker run --security-opt seccomp=PROFILE.json …\ndocker run --security-opt seccomp=unconfined …',
    },
  ],
  check: {
    how: {
      en: 'The doctor names no refused call; Seccomp: 2 is a filter, 0 is none.',
      zh: 'doctor 不再列出被拒绝的调用；Seccomp: 2 表示有过滤器，0 表示没有。',
    },
    command: 'pagescope doctor; grep Seccomp /proc/PID/status',
  },
});
