import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clues } from '../../../lab/limits/surroundings.ts';
import { type Clues, surroundingsFrom } from '../../../lab/limits/surroundings-from-clues.ts';

/** The clues of a setup in test/fixtures/surroundings. */
function cluesOf(setup: string): Clues {
  const path = (name: string) =>
    fileURLToPath(new URL(`../../fixtures/surroundings/${setup}/${name}`, import.meta.url));
  const text = (name: string) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : null);
  const variables = (text('variables') ?? '').split('\n').map((line) => line.split('='));
  return {
    cgroup: text('cgroup'),
    mountinfo: text('mountinfo'),
    dockerenv: existsSync(path('dockerenv')),
    containerenv: text('containerenv'),
    systemdContainer: text('systemd-container'),
    variables: Object.fromEntries(variables),
    initVariable: null,
  };
}

describe('where a process runs', () => {
  it.each([
    ['docker-v1', 'docker', undefined],
    ['docker-v2', 'docker', undefined],
    ['docker-host-cgroups', 'docker', undefined],
    ['podman-rootless', 'podman', undefined],
    ['podman-host-cgroups', 'podman', undefined],
    ['kubernetes', 'kubernetes', undefined],
    ['kubernetes-v1', 'kubernetes', undefined],
    ['kubernetes-node', 'systemd-service', 'kubelet.service'],
    ['lxc', 'lxc', 'ssh.service'],
    ['lxc-host-cgroups', 'lxc', 'nginx.service'],
    ['nspawn', 'systemd-nspawn', 'cron.service'],
    ['systemd-service', 'systemd-service', 'vault.service'],
    ['systemd-delegated', 'systemd-service', 'postgresql@15-main.service'],
    ['user-service', 'user-service', 'syncthing.service'],
    ['desktop-terminal', 'desktop-session', 'vte-spawn-12ed9380-2972-4c2b-843d-683d39022b48.scope'],
    ['desktop-app', 'desktop-session', 'app-pagescope@a1b2.service'],
    ['login-session', 'login-session', 'session-3.scope'],
    ['init-scope', 'plain', undefined],
    ['plain', 'plain', undefined],
  ])('%s is seen as %s', (setup, kind, unit) => {
    const found = surroundingsFrom(cluesOf(setup));
    expect(found.kind).toBe(kind);
    if (kind.includes('service') || kind.includes('session') || unit) expect(found.unit).toBe(unit);
    expect(found.evidence.length > 0).toBe(kind !== 'plain');
  });

  it('says what it saw', () => {
    expect(surroundingsFrom(cluesOf('docker-v2')).evidence).toEqual([
      { source: '/.dockerenv', found: 'exists' },
      { source: '/proc/self/mountinfo', found: expect.stringMatching(/resolv\.conf on \/etc\/resolv\.conf$/) },
    ]);
  });

  it('needs no single clue: each tells by itself', () => {
    const none: Clues = { ...cluesOf('plain'), cgroup: null };
    const kind = (changes: Partial<Clues>) => surroundingsFrom({ ...none, ...changes }).kind;
    expect(kind({})).toBe('plain');
    expect(kind({ dockerenv: true })).toBe('docker');
    expect(kind({ containerenv: '' })).toBe('podman');
    expect(kind({ initVariable: 'lxc-libvirt' })).toBe('lxc');
    expect(kind({ variables: { container: 'oci' } })).toBe('container');
    expect(kind({ variables: { container: 'flatpak' } })).toBe('plain');
    expect(kind({ variables: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } })).toBe('kubernetes');
    expect(kind({ variables: { INVOCATION_ID: '5f0f' } })).toBe('systemd-service');
    expect(kind({ mountinfo: cluesOf('lxc').mountinfo })).toBe('lxc');
    expect(kind({ mountinfo: cluesOf('kubernetes').mountinfo })).toBe('kubernetes');
  });

  it('reads the clues of this machine', () => {
    const here = clues({ container: 'podman' });
    expect(here.cgroup).toBe(readFileSync('/proc/self/cgroup', 'latin1'));
    expect(here.mountinfo).toContain(' / ');
    expect(here.variables.container).toBe('podman');
  });
});
