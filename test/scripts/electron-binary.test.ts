import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { electronCommand, findElectron } from '../../scripts/electron-binary.mjs';
import { inProject, root } from '../../scripts/project.mjs';

beforeEach(() => {
  vi.stubEnv('PAGESCOPE_ELECTRON', undefined);
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** The settings of this machine by which it refuses user namespaces, as text; empty when there is none. */
async function settingsThatRefuse(): Promise<string> {
  const read = (path: string) => readFile(`/proc/sys/${path}`, 'utf8').catch(() => '');
  const found = [
    (await read('kernel/apparmor_restrict_unprivileged_userns')).trim() === '1' && 'AppArmor',
    (await read('kernel/unprivileged_userns_clone')).trim() === '0' && 'unprivileged_userns_clone',
    (await read('user/max_user_namespaces')).trim() === '0' && 'max_user_namespaces',
  ];
  return found.filter(Boolean).join(', ');
}

describe("Electron's binary", () => {
  test('is the file that PAGESCOPE_ELECTRON names', () => {
    vi.stubEnv('PAGESCOPE_ELECTRON', process.execPath);
    expect(findElectron()).toBe(process.execPath);
  });

  test.each(['PAGESCOPE_ELECTRON', 'ELECTRON_OVERRIDE_DIST_PATH'])(
    'is refused in one sentence when %s names nothing',
    (variable) => {
      vi.stubEnv(variable, '/nowhere');
      expect(findElectron).toThrow(new RegExp(`^${variable} stands for /nowhere.*: correct or unset it\\.$`));
    },
  );
});

describe('the command that starts the desktop app', () => {
  test('gives the app its folder and its arguments', () => {
    const { args } = electronCommand('/opt/electron/electron', ['--user-data-dir=/tmp/x']);
    expect(args.slice(-2)).toEqual([root, '--user-data-dir=/tmp/x']);
  });

  test.each([
    [{ WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' }, 'wayland'],
    [{ WAYLAND_DISPLAY: 'wayland-0', XDG_SESSION_TYPE: 'tty' }, 'wayland'],
    [{ WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0', XDG_SESSION_TYPE: 'x11' }, 'x11'],
    // A session on Wayland, of which only its X server reaches into here (a container, another user).
    [{ DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' }, 'x11'],
    [{ XDG_SESSION_TYPE: 'wayland' }, undefined],
  ])('with %j names the display %s', (variables, display) => {
    for (const name of ['WAYLAND_DISPLAY', 'DISPLAY', 'XDG_SESSION_TYPE']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { args } = electronCommand('/opt/electron/electron');
    expect(args.filter((arg) => arg.startsWith('--ozone'))).toEqual(display ? [`--ozone-platform=${display}`] : []);
  });

  test('turns the sandbox off for root, and says so', (context) => {
    if (process.getuid?.() !== 0) context.skip('the tests do not run as root');
    const { args, notice } = electronCommand('/opt/electron/electron');
    expect(args).toContain('--no-sandbox');
    expect(notice).toMatch(/without its sandbox, because .*root: start it as an ordinary user/);
  });

  test.for([
    [1, /^this system refuses user namespaces, which the sandbox needs: .*docker run/],
    [0, /^undefined$/],
  ] as const)(
    'tries for an ordinary user what no setting tells: unshare ends with %d',
    async ([status, obstacle], context) => {
      const settings = await settingsThatRefuse();
      if (settings !== '') context.skip(`this machine refuses user namespaces: ${settings}`);
      const folder = await mkdtemp(join(tmpdir(), 'pagescope-unshare-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      await chmod(folder, 0o755);
      await writeFile(join(folder, 'unshare'), `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 });
      const script = inProject('scripts', 'electron-binary.mjs');
      const ask = `import { sandboxObstacle } from ${JSON.stringify(script)};
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      console.log(sandboxObstacle('/opt/electron/electron'));`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', ask], {
        env: { PATH: `${folder}:${process.env.PATH}` },
      });
      expect(stdout.trim()).toMatch(obstacle);
    },
  );

  test('is not misled by the terminal of an editor that is itself an Electron app', () => {
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1');
    vi.stubEnv('PAGESCOPE_BUDGET_MIB', '64');
    const { env } = electronCommand('/opt/electron/electron');
    expect(env).not.toHaveProperty('ELECTRON_RUN_AS_NODE');
    expect(env).toHaveProperty('PAGESCOPE_BUDGET_MIB', '64');
  });
});
