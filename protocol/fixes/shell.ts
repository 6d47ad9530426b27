/** Fixes for what a login or a shell starts. */
import type { FixText } from './wanted.ts';

/** setrlimit(2), bash(1) */
export const ulimit: FixText = ({ kib, bytesOrUnlimited }) => ({
  id: 'ulimit',
  about: 'limit',
  title: { en: 'Raise it in this shell: ulimit -l', zh: '在当前 shell 中提高：ulimit -l' },
  changes: {
    en: 'The limit of this shell and of what it starts from now on, in KiB. Nothing that runs already, and nothing after the shell ends.',
    zh: '当前 shell 及其此后启动的程序的上限，单位 KiB。已在运行的程序不受影响，shell 结束后失效。',
  },
  notes: [
    {
      en: 'The soft limit goes up to the hard limit without any privilege. Past the hard limit it takes CAP_SYS_RESOURCE; sudo ulimit does not help, because ulimit is a builtin of the shell that sudo starts.',
      zh: '软上限可以不用任何特权提高到硬上限。超过硬上限需要 CAP_SYS_RESOURCE；sudo ulimit 无效，因为 ulimit 是 shell 的内建命令，只影响 sudo 启动的那个 shell。',
    },
    {
      en: 'Without -S or -H, ulimit -l sets both: a hard limit that was lowered cannot be raised again.',
      zh: '不带 -S 或 -H 时，ulimit -l 同时设置两者：硬上限降低后就无法再提高。',
    },
  ],
  snippets: [
    { label: { en: 'Up to the hard limit', zh: '不超过硬上限' }, text: `ulimit -S -l ${kib}` },
    {
      label: {
        en: 'Past it: root raises the limits of the running shell',
        zh: '超过硬上限：由 root 提高正在运行的 shell 的上限',
      },
      text: `sudo prlimit --pid $$ --memlock=${bytesOrUnlimited}:${bytesOrUnlimited}`,
    },
  ],
  check: {
    how: {
      en: 'Soft and hard limit of this shell, in KiB; what is started from it has the same.',
      zh: '当前 shell 的软、硬上限，单位 KiB；由它启动的程序与之相同。',
    },
    command: 'ulimit -S -l; ulimit -H -l',
  },
});

/** limits.conf(5), pam_limits(8) */
export const limitsConf: FixText = ({ kib }) => ({
  id: 'limits-conf',
  about: 'limit',
  title: { en: 'For a user, at every login: limits.conf', zh: '用于某个用户的每次登录：limits.conf' },
  changes: {
    en: 'Both limits, in KiB, of every session that PAM opens for this user: console, ssh, su, cron.',
    zh: 'PAM 为该用户打开的每个会话（控制台、ssh、su、cron）的软、硬上限，单位 KiB。',
  },
  notes: [
    {
      en: 'Services ignore it: the file is read by the PAM module pam_limits alone, and systemd opens no PAM session for a service (unless its unit has PAMName=). Use LimitMEMLOCK= there.',
      zh: '服务会忽略它：只有 PAM 模块 pam_limits 读取该文件，而 systemd 启动服务时不打开 PAM 会话（除非单元中有 PAMName=）。服务请用 LimitMEMLOCK=。',
    },
    {
      en: 'A container does not read it either, and lines for * or for a group do not apply to root.',
      zh: '容器也不读取它；针对 * 或用户组的行对 root 不生效。',
    },
    {
      en: 'ssh obeys it only with UsePAM yes. A desktop obeys it only where /etc/pam.d/systemd-user includes pam_limits, which differs between distributions.',
      zh: 'ssh 只有在 UsePAM yes 时才遵守。桌面会话只有在 /etc/pam.d/systemd-user 包含 pam_limits 时才遵守，各发行版不同。',
    },
  ],
  snippets: [
    {
      label: { en: '/etc/security/limits.d/90-memlock.conf', zh: '/etc/security/limits.d/90-memlock.conf' },
      text: `USER  -  memlock  ${kib}\n`,
    },
    {
      label: { en: 'For yourself, as a command', zh: '为自己设置的命令' },
      text: `echo "$USER - memlock ${kib}" | sudo tee /etc/security/limits.d/90-memlock.conf`,
    },
  ],
  check: {
    how: { en: 'Log out and in again, then ask the new shell.', zh: '注销并重新登录，然后在新的 shell 中查看。' },
    command: 'ulimit -S -l; ulimit -H -l',
  },
});

/** setcap(8), capabilities(7) */
export const setcap: FixText = () => ({
  id: 'setcap',
  about: 'limit',
  title: {
    en: 'Free one program from the limit: setcap cap_ipc_lock+ep',
    zh: '让某个程序不受限制：setcap cap_ipc_lock+ep',
  },
  changes: {
    en: 'Whoever runs this program file may lock any amount of memory with it. The limit stays as it is for everything else.',
    zh: '任何人运行该程序文件时都可以锁定任意多的内存。其他程序的上限不变。',
  },
  notes: [
    {
      en: 'It is for a binary: a script would need it on its interpreter, which frees every script. An upgrade that replaces the file loses it.',
      zh: '它用于二进制文件：脚本需要设置在解释器上，这会放开所有脚本。升级替换文件后会丢失。',
    },
    {
      en: 'It has no effect on a file system mounted nosuid, under no_new_privs (Kubernetes: allowPrivilegeEscalation: false), outside of the initial user namespace, and when CAP_IPC_LOCK is missing from the bounding set.',
      zh: '在以下情况无效：nosuid 挂载的文件系统、no_new_privs（Kubernetes 的 allowPrivilegeEscalation: false）、非初始用户命名空间，以及 CAP_IPC_LOCK 不在 bounding 集合中。',
    },
    {
      en: 'The program then starts in secure-execution mode: LD_LIBRARY_PATH and LD_PRELOAD are ignored, and it writes no core file by default.',
      zh: '该程序随后以安全执行模式启动：忽略 LD_LIBRARY_PATH 和 LD_PRELOAD，默认也不产生 core 文件。',
    },
  ],
  snippets: [
    {
      label: { en: 'Give it', zh: '授予' },
      text: 'sudo setcap cap_ipc_lock+ep /path/to/program',
    },
    {
      label: { en: 'Take it back', zh: '收回' },
      text: 'sudo setcap -r /path/to/program',
    },
  ],
  check: {
    how: {
      en: 'The file has the capability; of the running program, bit 14 of CapEff is set.',
      zh: '文件具有该权能；运行中的程序 CapEff 的第 14 位为 1。',
    },
    command: 'getcap /path/to/program; getpcaps PID',
  },
});
