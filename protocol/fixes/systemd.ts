/**
 * Fixes for what systemd starts: system services, the user's own, and desktops. systemd.exec(5), systemd-system.conf(5)
 */
import type { FixText } from './wanted.ts';

/** systemd.exec(5), Process Properties; the default since systemd 250: systemd-system.conf(5). */
export const systemdService: FixText = ({ systemd, unit }) => ({
  id: 'systemd-service',
  about: 'limit',
  title: { en: 'For a systemd service: LimitMEMLOCK=', zh: '用于 systemd 服务：LimitMEMLOCK=' },
  changes: {
    en: `Soft and hard limit of ${unit} from its next start.`,
    zh: `${unit} 下次启动起的软、硬上限。`,
  },
  notes: [
    {
      en: 'This is the place for services: limits.conf and the ulimit of the shell that calls systemctl have no effect on them.',
      zh: '服务的上限要在这里设置：limits.conf 以及调用 systemctl 的 shell 的 ulimit 对服务都不起作用。',
    },
    {
      en: 'Without it the service has DefaultLimitMEMLOCK=, which is 8M since systemd 250; before, it was what the kernel gives, 64 KiB until Linux 5.16.',
      zh: '不设置时服务使用 DefaultLimitMEMLOCK=，自 systemd 250 起为 8M；更早则取内核默认值，Linux 5.16 之前为 64 KiB。',
    },
    {
      en: 'Or give the capability instead: AmbientCapabilities=CAP_IPC_LOCK frees the service from the limit, also with User=.',
      zh: '也可以改为授予权能：AmbientCapabilities=CAP_IPC_LOCK 让服务不受限制，配合 User= 也有效。',
    },
  ],
  snippets: [
    {
      label: {
        en: `/etc/systemd/system/${unit}.d/memlock.conf`,
        zh: `/etc/systemd/system/${unit}.d/memlock.conf`,
      },
      text: `[Service]\nLimitMEMLOCK=${systemd}\n`,
    },
    {
      label: { en: 'Apply it', zh: '使其生效' },
      text: `sudo systemctl daemon-reload && sudo systemctl restart ${unit}`,
    },
  ],
  check: {
    how: { en: 'As configured, and as the running process has it.', zh: '配置值，以及运行中进程的实际值。' },
    command: `systemctl show -p LimitMEMLOCK -p LimitMEMLOCKSoft ${unit}; grep 'Max locked' /proc/$(systemctl show -p MainPID --value ${unit})/limits`,
  },
});

/** A user manager's units: systemd.exec(5), user@.service(5). */
export const userService: FixText = ({ systemd, unit }) => ({
  id: 'user-service',
  about: 'limit',
  title: {
    en: 'For a service of systemctl --user: the user manager first, then the unit',
    zh: '用于 systemctl --user 的服务：先是用户管理器，再是单元',
  },
  changes: {
    en: `The hard limit of every user manager, and within it the limit of ${unit}.`,
    zh: `所有用户管理器的硬上限，以及在其范围内 ${unit} 的上限。`,
  },
  notes: [
    {
      en: 'The user manager is itself a system service, user@UID.service, without privilege: LimitMEMLOCK= in a user unit can only go up to the hard limit that the manager has.',
      zh: '用户管理器本身是没有特权的系统服务 user@UID.service：用户单元中的 LimitMEMLOCK= 最多只能达到管理器的硬上限。',
    },
    {
      en: 'Where /etc/pam.d/systemd-user includes pam_limits, what limits.conf says wins over the first drop-in.',
      zh: '如果 /etc/pam.d/systemd-user 包含 pam_limits，则 limits.conf 中的值优先于第一个配置片段。',
    },
  ],
  snippets: [
    {
      label: {
        en: '/etc/systemd/system/user@.service.d/memlock.conf (as root)',
        zh: '/etc/systemd/system/user@.service.d/memlock.conf（以 root 写入）',
      },
      text: `[Service]\nLimitMEMLOCK=${systemd}\n`,
    },
    {
      label: {
        en: `~/.config/systemd/user/${unit}.d/memlock.conf`,
        zh: `~/.config/systemd/user/${unit}.d/memlock.conf`,
      },
      text: `[Service]\nLimitMEMLOCK=${systemd}\n`,
    },
    {
      label: {
        en: 'Apply it (the first line ends your sessions)',
        zh: '使其生效（第一行会结束你的所有会话）',
      },
      text: `sudo systemctl daemon-reload && sudo systemctl restart user@$(id -u).service\nsystemctl --user daemon-reload && systemctl --user restart ${unit}`,
    },
  ],
  check: {
    how: { en: 'The manager’s limit, then the unit’s.', zh: '先看管理器的上限，再看单元的上限。' },
    command: `systemctl show -p LimitMEMLOCK user@$(id -u).service; systemctl --user show -p LimitMEMLOCK ${unit}`,
  },
});

/** user@.service(5), pam_systemd(8), systemd-system.conf(5) */
export const desktopSession: FixText = ({ systemd }) => ({
  id: 'desktop-session',
  about: 'limit',
  title: {
    en: 'For a desktop session: user@.service, or DefaultLimitMEMLOCK= for everything',
    zh: '用于桌面会话：user@.service，或对全部生效的 DefaultLimitMEMLOCK=',
  },
  changes: {
    en: 'What a modern desktop starts (terminals too) are children of user@UID.service and have its limit. The first file changes that; the second changes every system service as well.',
    zh: '现代桌面启动的程序（包括终端）都是 user@UID.service 的子进程，使用它的上限。第一个文件修改它；第二个文件还会改变所有系统服务。',
  },
  notes: [
    {
      en: 'Log out of every session, so that user@UID.service ends, or restart the machine: a new terminal window alone has the old limit.',
      zh: '请注销所有会话使 user@UID.service 结束，或重启机器：仅打开新的终端窗口仍是旧的上限。',
    },
    {
      en: 'Where /etc/pam.d/systemd-user includes pam_limits, a line in limits.conf wins over this.',
      zh: '如果 /etc/pam.d/systemd-user 包含 pam_limits，则 limits.conf 中的行优先于此处。',
    },
  ],
  snippets: [
    {
      label: {
        en: '/etc/systemd/system/user@.service.d/memlock.conf',
        zh: '/etc/systemd/system/user@.service.d/memlock.conf',
      },
      text: `[Service]\nLimitMEMLOCK=${systemd}\n`,
    },
    {
      label: {
        en: 'Or for every service: /etc/systemd/system.conf.d/memlock.conf, then restart the machine',
        zh: '或对所有服务：/etc/systemd/system.conf.d/memlock.conf，然后重启机器',
      },
      text: `[Manager]\nDefaultLimitMEMLOCK=${systemd}\n`,
    },
  ],
  check: {
    how: { en: 'In a terminal of the new session.', zh: '在新会话的终端中查看。' },
    command: 'systemctl show -p LimitMEMLOCK user@$(id -u).service; ulimit -H -l',
  },
});

/** systemd.nspawn(5), [Exec] LimitMEMLOCK= */
export const systemdNspawn: FixText = ({ systemd }) => ({
  id: 'systemd-nspawn',
  about: 'limit',
  title: {
    en: 'For a systemd-nspawn container: LimitMEMLOCK= of its settings',
    zh: '用于 systemd-nspawn 容器：其设置中的 LimitMEMLOCK=',
  },
  changes: {
    en: 'The limit that the container’s first process starts with, and so everything in it that doesn’t set another.',
    zh: '容器第一个进程启动时的上限，容器内未自行设置的进程都继承它。',
  },
  notes: [
    {
      en: 'With private users (the default of systemd-nspawn@.service) CAP_IPC_LOCK inside the container does not count: only the limit does.',
      zh: '使用私有用户（systemd-nspawn@.service 的默认方式）时，容器内的 CAP_IPC_LOCK 不起作用：只有上限有效。',
    },
  ],
  snippets: [
    {
      label: {
        en: '/etc/systemd/nspawn/MACHINE.nspawn (on the host)',
        zh: '/etc/systemd/nspawn/MACHINE.nspawn（在主机上）',
      },
      text: `[Exec]\nLimitMEMLOCK=${systemd}\n`,
    },
    { label: { en: 'Apply it', zh: '使其生效' }, text: 'sudo machinectl reboot MACHINE' },
  ],
  check: { how: { en: 'Inside the container.', zh: '在容器内查看。' }, command: "grep 'Max locked' /proc/1/limits" },
});
