import type { SurroundingsKind } from '../limits.ts';
import type { Text } from '../text.ts';

/** Each setup by name, as it stands in a sentence. */
export const setupNames: Readonly<Record<SurroundingsKind, Text>> = {
  docker: { en: 'a Docker container', zh: 'Docker 容器' },
  podman: { en: 'a Podman container', zh: 'Podman 容器' },
  kubernetes: { en: 'a Kubernetes pod', zh: 'Kubernetes Pod' },
  lxc: { en: 'an LXC container', zh: 'LXC 容器' },
  'systemd-nspawn': { en: 'a systemd-nspawn container', zh: 'systemd-nspawn 容器' },
  container: { en: 'a container', zh: '容器' },
  'systemd-service': { en: 'a systemd service', zh: 'systemd 服务' },
  'user-service': { en: 'a service of systemctl --user', zh: 'systemctl --user 的服务' },
  'desktop-session': { en: 'a desktop session', zh: '桌面会话' },
  'login-session': { en: 'a login session', zh: '登录会话' },
  plain: { en: 'no container, service or session that could be seen', zh: '未发现容器、服务或会话' },
};
