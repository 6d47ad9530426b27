/**
 * Fixes for containers. The limit is set from outside, by the runtime; a capability counts only in the initial user
 * namespace.
 */
import type { FixText } from './wanted.ts';

/** `docker run` reference, runtime constraints; daemon.json `default-ulimits`. */
export const docker: FixText = ({ bytes }) => ({
  id: 'docker',
  about: 'limit',
  title: {
    en: 'For Docker: --ulimit memlock, or --cap-add IPC_LOCK',
    zh: '用于 Docker：--ulimit memlock 或 --cap-add IPC_LOCK',
  },
  changes: {
    en: 'Soft and hard limit, in bytes, of every process of the new container. A container that runs already keeps its own.',
    zh: '新容器中所有进程的软、硬上限，单位字节。已在运行的容器不变。',
  },
  notes: [
    {
      en: '--ulimit is enough for any user inside the container. It is the one to take.',
      zh: '--ulimit 对容器内的任何用户都足够，应优先使用。',
    },
    {
      en: '--cap-add IPC_LOCK is enough only when the program runs as root in the container: for another user (--user, USER in the Dockerfile) the capability is in the bounding set alone, until the program file has it too (setcap in the image).',
      zh: '--cap-add IPC_LOCK 只有在程序以容器内 root 运行时才足够：对其他用户（--user、Dockerfile 的 USER），该权能只在 bounding 集合中，除非程序文件本身也有（在镜像中 setcap）。',
    },
    {
      en: '--privileged works as --cap-add does, and gives away everything else besides. With rootless Docker or userns-remap neither counts, because the kernel asks for the capability in the initial user namespace.',
      zh: '--privileged 的效果与 --cap-add 相同，但同时放开了其他一切。在 rootless Docker 或 userns-remap 下两者都不起作用，因为内核要求在初始用户命名空间中拥有该权能。',
    },
    {
      en: 'Rootless Docker cannot go above the hard limit of the user who runs it.',
      zh: 'rootless Docker 不能超过运行它的用户的硬上限。',
    },
  ],
  snippets: [
    { label: { en: 'docker run', zh: 'docker run' }, text: `docker run --ulimit memlock=${bytes}:${bytes} IMAGE` },
    {
      label: { en: 'Compose file', zh: 'Compose 文件' },
      text: `services:\n  NAME:\n    ulimits:\n      memlock:\n        soft: ${bytes}\n        hard: ${bytes}\n`,
    },
    {
      label: {
        en: 'Every container: /etc/docker/daemon.json, then restart Docker',
        zh: '所有容器：/etc/docker/daemon.json，然后重启 Docker',
      },
      text: `{\n  "default-ulimits": {\n    "memlock": { "Name": "memlock", "Soft": ${bytes}, "Hard": ${bytes} }\n  }\n}\n`,
    },
    {
      label: { en: 'No limit at all, for root in the container', zh: '对容器内的 root 完全不设限' },
      text: 'docker run --cap-add IPC_LOCK IMAGE',
    },
  ],
  check: {
    how: {
      en: 'The first process of the container: its limit, and its capabilities.',
      zh: '容器的第一个进程：其上限与权能。',
    },
    command: "docker exec CONTAINER grep -E 'Max locked|CapEff' /proc/1/limits /proc/1/status",
  },
});

/** podman-run(1) */
export const podman: FixText = ({ bytes }) => ({
  id: 'podman',
  about: 'limit',
  title: { en: 'For Podman: --ulimit memlock', zh: '用于 Podman：--ulimit memlock' },
  changes: {
    en: 'Soft and hard limit, in bytes, of every process of the new container.',
    zh: '新容器中所有进程的软、硬上限，单位字节。',
  },
  notes: [
    {
      en: 'Rootless Podman cannot go above the hard limit of the user who runs it (crun: setrlimit: Operation not permitted): raise that first, as for a login or a desktop session.',
      zh: 'rootless Podman 不能超过运行它的用户的硬上限（crun: setrlimit: Operation not permitted）：请先按登录或桌面会话的方法提高它。',
    },
    {
      en: 'In a rootless container --cap-add IPC_LOCK and --privileged do not lift the limit: the kernel asks for the capability in the initial user namespace.',
      zh: '在 rootless 容器中，--cap-add IPC_LOCK 和 --privileged 都不能解除限制：内核要求在初始用户命名空间中拥有该权能。',
    },
  ],
  snippets: [
    { label: { en: 'podman run', zh: 'podman run' }, text: `podman run --ulimit memlock=${bytes}:${bytes} IMAGE` },
    {
      label: { en: 'Quadlet, in the .container file', zh: 'Quadlet 的 .container 文件' },
      text: `[Container]\nUlimit=memlock=${bytes}:${bytes}\n`,
    },
    {
      label: { en: 'As root, no limit at all', zh: '以 root 运行，完全不设限' },
      text: 'sudo podman run --cap-add IPC_LOCK IMAGE',
    },
  ],
  check: {
    how: { en: 'The first process of the container.', zh: '容器的第一个进程。' },
    command: "podman exec CONTAINER grep 'Max locked' /proc/1/limits",
  },
});

/** Kubernetes API reference, SecurityContext; crio.conf(5); kubernetes/kubernetes#3595, open since 2015. */
export const kubernetes: FixText = ({ bytes, systemd }) => ({
  id: 'kubernetes',
  about: 'limit',
  title: {
    en: 'For Kubernetes: the node’s runtime, or IPC_LOCK for a root container',
    zh: '用于 Kubernetes：节点的运行时，或为 root 容器添加 IPC_LOCK',
  },
  changes: {
    en: 'A pod has no field for ulimits: containers inherit the limit of the node’s container runtime. So it is changed there, for every container that starts afterwards, or lifted by a capability.',
    zh: 'Pod 没有设置 ulimit 的字段：容器继承节点上容器运行时的上限。因此要在运行时上修改（对此后启动的所有容器生效），或用权能解除限制。',
  },
  notes: [
    {
      en: 'IPC_LOCK in the pod is enough only for a container that runs as root: with runAsUser it is in the bounding set alone, and the program file needs it as well (setcap in the image, and allowPrivilegeEscalation not false).',
      zh: 'Pod 中的 IPC_LOCK 只对以 root 运行的容器足够：使用 runAsUser 时它只在 bounding 集合中，程序文件本身也要有（在镜像中 setcap，且 allowPrivilegeEscalation 不为 false）。',
    },
    {
      en: 'The pod security level baseline forbids adding IPC_LOCK; and with hostUsers: false it does not count.',
      zh: 'Pod 安全级别 baseline 禁止添加 IPC_LOCK；在 hostUsers: false 下它也不起作用。',
    },
  ],
  snippets: [
    {
      label: {
        en: 'Node with containerd: /etc/systemd/system/containerd.service.d/memlock.conf, then daemon-reload and restart containerd',
        zh: '使用 containerd 的节点：/etc/systemd/system/containerd.service.d/memlock.conf，然后 daemon-reload 并重启 containerd',
      },
      text: `[Service]\nLimitMEMLOCK=${systemd}\n`,
    },
    {
      label: {
        en: 'Node with CRI-O: /etc/crio/crio.conf.d/10-memlock.conf, then restart crio',
        zh: '使用 CRI-O 的节点：/etc/crio/crio.conf.d/10-memlock.conf，然后重启 crio',
      },
      text: `[crio.runtime]\ndefault_ulimits = ["memlock=${bytes}:${bytes}"]\n`,
    },
    {
      label: { en: 'Container of a pod that runs as root', zh: 'Pod 中以 root 运行的容器' },
      text: 'securityContext:\n  capabilities:\n    add: ["IPC_LOCK"]\n',
    },
  ],
  check: {
    how: { en: 'A new pod’s first process.', zh: '新 Pod 的第一个进程。' },
    command: "kubectl exec POD -- grep -E 'Max locked|CapEff' /proc/1/limits /proc/1/status",
  },
});

/** lxc.container.conf(5), Incus and LXD `limits.kernel.*` */
export const lxc: FixText = ({ bytesOrUnlimited: limit }) => ({
  id: 'lxc',
  about: 'limit',
  title: { en: 'For LXC, Incus and LXD: the container’s configuration', zh: '用于 LXC、Incus 和 LXD：容器的配置' },
  changes: {
    en: 'The limit that the container’s init starts with; set on the host, for the next start of the container. Services inside can lower it, or raise it up to this.',
    zh: '容器 init 启动时的上限；在主机上设置，容器下次启动生效。容器内的服务可以降低它，或提高到不超过它。',
  },
  notes: [
    {
      en: 'An unprivileged container has a user namespace: its root’s CAP_IPC_LOCK does not count, and its systemd cannot raise a hard limit.',
      zh: '非特权容器有自己的用户命名空间：其中 root 的 CAP_IPC_LOCK 不起作用，其 systemd 也不能提高硬上限。',
    },
  ],
  snippets: [
    {
      label: { en: 'LXC: /var/lib/lxc/NAME/config', zh: 'LXC：/var/lib/lxc/NAME/config' },
      text: `lxc.prlimit.memlock = ${limit}\n`,
    },
    {
      label: { en: 'Incus (lxc config set for LXD)', zh: 'Incus（LXD 用 lxc config set）' },
      text: `incus config set NAME limits.kernel.memlock=${limit}\nincus restart NAME`,
    },
  ],
  check: { how: { en: 'Inside the container.', zh: '在容器内查看。' }, command: "grep 'Max locked' /proc/1/limits" },
});

/** OCI runtime specification, `process.rlimits`. */
export const oci: FixText = ({ number }) => ({
  id: 'oci',
  about: 'limit',
  title: { en: 'For any other OCI runtime: process.rlimits', zh: '用于其他 OCI 运行时：process.rlimits' },
  changes: {
    en: 'The limit of the container’s process, as its config.json says; without an entry it inherits the runtime’s own.',
    zh: '容器进程的上限，由 config.json 决定；没有条目时继承运行时自身的上限。',
  },
  notes: [],
  snippets: [
    {
      label: { en: 'config.json, in "process"', zh: 'config.json 的 "process" 中' },
      text: `"rlimits": [\n  { "type": "RLIMIT_MEMLOCK", "soft": ${number}, "hard": ${number} }\n]\n`,
    },
  ],
  check: { how: { en: 'Inside the container.', zh: '在容器内查看。' }, command: "grep 'Max locked' /proc/1/limits" },
});
