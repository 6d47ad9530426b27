/**
 * Where a process runs, and so what sets its limits: found by looking at what containers and service managers leave
 * behind. Every answer carries its evidence; nothing is guessed where nothing is found.
 */
import type { Surroundings, SurroundingsKind } from '../../protocol/limits.ts';

/** What is looked at; null or false where it is not there. */
export interface Clues {
  /** `/proc/self/cgroup`: the control groups of the process, as its cgroup namespace shows them. cgroups(7) */
  readonly cgroup: string | null;
  /** `/proc/self/mountinfo`: runtimes mount `/etc/hosts` and others from folders of their own. proc_pid_mountinfo(5) */
  readonly mountinfo: string | null;
  /** `/.dockerenv` exists. */
  readonly dockerenv: boolean;
  /** `/run/.containerenv`, which Podman writes. */
  readonly containerenv: string | null;
  /** `/run/systemd/container`, where systemd as pid 1 notes the runtime's name. */
  readonly systemdContainer: string | null;
  /** The variables that tell: `container`, `KUBERNETES_SERVICE_HOST`, `INVOCATION_ID`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** `/proc/1/environ` has `container=…`; readable for root alone. */
  readonly initVariable: string | null;
}

type Evidence = Surroundings['evidence'][number];
type ContainerKind = Extract<
  SurroundingsKind,
  'docker' | 'podman' | 'kubernetes' | 'lxc' | 'systemd-nspawn' | 'container'
>;
interface Trace {
  readonly kind: ContainerKind;
  readonly evidence: Evidence;
}

/** Which of several traces decides: a pod's container is run by some runtime as well, Podman imitates Docker. */
const precedence: readonly ContainerKind[] = ['kubernetes', 'podman', 'docker', 'lxc', 'systemd-nspawn', 'container'];

/** The answer, from the clues alone. */
export function surroundingsFrom(clues: Clues): Surroundings {
  const traces = [...files(clues), ...names(clues), ...cgroupTraces(clues), ...mountTraces(clues)];
  const container = precedence.find((kind) => traces.some((trace) => trace.kind === kind));
  const unit = unitOf(clues);
  if (!container) return { kind: unit?.kind ?? 'plain', ...named(unit), evidence: unit ? [unit.evidence] : [] };
  const evidence = traces.filter(({ kind }) => kind === container).map((trace) => trace.evidence);
  return { kind: container, ...named(unit), evidence: evidence.slice(0, 4) };
}

function named(unit: Unit | undefined): { unit?: string } {
  return unit?.name === undefined ? {} : { unit: unit.name };
}

function files({ dockerenv, containerenv, variables }: Clues): Trace[] {
  const traces: Trace[] = [];
  if (dockerenv) traces.push(trace('docker', '/.dockerenv', 'exists'));
  if (containerenv !== null) traces.push(trace('podman', '/run/.containerenv', firstLine(containerenv) || 'exists'));
  const pods = variables.KUBERNETES_SERVICE_HOST;
  if (pods !== undefined) traces.push(trace('kubernetes', 'KUBERNETES_SERVICE_HOST', pods));
  return traces;
}

/** The names by which runtimes introduce themselves in `container=`. systemd.io/CONTAINER_INTERFACE */
function names({ systemdContainer, initVariable, variables }: Clues): Trace[] {
  const said: [source: string, name: string | null | undefined][] = [
    ['/run/systemd/container', systemdContainer?.trim()],
    ['/proc/1/environ', initVariable],
    ['environment', variables.container],
  ];
  return said.flatMap(([source, name]) => {
    const kind = name ? kindByName(name) : undefined;
    return kind ? [trace(kind, source, `container=${name}`)] : [];
  });
}

function kindByName(name: string): ContainerKind | undefined {
  if (name === 'docker' || name === 'podman' || name === 'systemd-nspawn') return name;
  if (name.startsWith('lxc')) return 'lxc';
  // Neither sets limits: the one is a virtual machine, the other an application of a desktop.
  if (name === 'wsl' || name === 'flatpak') return undefined;
  return 'container';
}

const cgroupPatterns: readonly [ContainerKind, RegExp][] = [
  ['kubernetes', /\/kubepods[./-]/],
  ['podman', /\/libpod-[0-9a-f]{64}/],
  ['docker', /\/docker[/-][0-9a-f]{64}/],
  ['lxc', /\/lxc(?:\.payload)?[./][^/]+/],
  ['systemd-nspawn', /\/(?:systemd-nspawn@[^/]+\.service|machine-[^/]+\.scope)\/payload/],
  ['container', /\/(?:cri-containerd|crio)-[0-9a-f]{64}/],
];

function cgroupTraces({ cgroup }: Pick<Clues, 'cgroup'>): Trace[] {
  const lines = (cgroup ?? '').split('\n');
  return cgroupPatterns.flatMap(([kind, pattern]) => {
    const line = lines.find((each) => pattern.test(each));
    return line === undefined ? [] : [trace(kind, '/proc/self/cgroup', line)];
  });
}

/** The mounts inside of a container; on its host the same folders are mount points, not what is mounted. */
const mountPatterns: readonly [ContainerKind, RegExp][] = [
  [
    'kubernetes',
    /\/kubelet\/pods\/\S+ \/(?:etc\/hosts|dev\/termination-log) | \/run\/secrets\/kubernetes\.io\/serviceaccount /,
  ],
  ['podman', /\/overlay-containers\/[0-9a-f]{64}\/userdata\/\S+ \/(?:etc|run|dev)\//],
  ['docker', /\/containers\/[0-9a-f]{64}\/(?:hosts|hostname|resolv\.conf) \/etc\//],
  ['lxc', / \/proc\/\S+ \S+ .*- fuse\.lxcfs /],
];

/**
 * The systemd unit and the container that a process's control group names: of any process, by its world-readable
 * `/proc/PID/cgroup` alone. Null where the group says nothing of it.
 */
export function unitAndContainer(cgroup: string): { unit: string | null; container: string | null } {
  const traces = cgroupTraces({ cgroup });
  const kind = precedence.find((each) => traces.some((trace) => trace.kind === each));
  const group = traces.find((trace) => trace.kind === kind)?.evidence.found ?? '';
  const id = /[0-9a-f]{64}/.exec(group)?.[0].slice(0, 12) ?? /\/lxc(?:\.payload)?[./]([^/]+)/.exec(group)?.[1];
  const container = kind === undefined ? null : id === undefined ? kind : `${kind} ${id}`;
  return { unit: unitOf({ cgroup, variables: {} })?.name ?? null, container };
}

function mountTraces({ mountinfo }: Clues): Trace[] {
  const lines = (mountinfo ?? '').split('\n');
  return mountPatterns.flatMap(([kind, pattern]) => {
    const line = lines.find((each) => pattern.test(each));
    // Fields 4 and 5: what is mounted, and where.
    return line === undefined ? [] : [trace(kind, '/proc/self/mountinfo', line.split(' ').slice(3, 5).join(' on '))];
  });
}

interface Unit {
  readonly kind: Extract<SurroundingsKind, 'systemd-service' | 'user-service' | 'desktop-session' | 'login-session'>;
  readonly name?: string;
  readonly evidence: Evidence;
}

/**
 * Units of `systemctl --user` that are a desktop's own, or made by it for one program: they have the user manager's
 * limits.
 */
const desktopUnit = /^(?:app-|dbus-|org\.|gnome-|plasma-|xdg-|session\.|graphical-session)/;

/**
 * The systemd unit of a control group: the last part of its path that is a service or a scope; a service may have
 * groups of its own below it (Delegate=). Where the path says nothing, systemd's INVOCATION_ID does. systemd.exec(5),
 * pam_systemd(8)
 */
function unitOf({ cgroup, variables }: Pick<Clues, 'cgroup' | 'variables'>): Unit | undefined {
  const path = systemdPath(cgroup ?? '');
  const units = path.split('/').filter((part) => /\.(service|scope)$/.test(part));
  const name = units.at(-1);
  if (name === 'init.scope') return undefined;
  if (name === undefined) return invoked(variables.INVOCATION_ID);
  const unit = { name, evidence: { source: '/proc/self/cgroup', found: path } };
  const manager = units.findIndex((each) => /^user@\d+\.service$/.test(each));
  if (manager >= 0) {
    const service = manager < units.length - 1 && name.endsWith('.service') && !desktopUnit.test(name);
    return { kind: service ? 'user-service' : 'desktop-session', ...unit };
  }
  if (/^session-[^/]+\.scope$/.test(name)) return { kind: 'login-session', ...unit };
  return name.endsWith('.service') ? { kind: 'systemd-service', ...unit } : undefined;
}

function invoked(id: string | undefined): Unit | undefined {
  return id === undefined ? undefined : { kind: 'systemd-service', evidence: { source: 'INVOCATION_ID', found: id } };
}

/** The path in systemd's own hierarchy: `0::` of version 2, `name=systemd` of version 1. */
function systemdPath(cgroup: string): string {
  const named = /^\d+:name=systemd:(.*)$/m.exec(cgroup)?.[1];
  const unified = /^0::(.*)$/m.exec(cgroup)?.[1];
  return named ?? unified ?? '';
}

function trace(kind: ContainerKind, source: string, found: string): Trace {
  return { kind, evidence: { source, found } };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
