import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { nodePath } from '../../scripts/children.mjs';
import { nodeTooOld } from '../../scripts/node-version.mjs';
import { inProject, root } from '../../scripts/project.mjs';
import { until } from '../support/until.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagescope-commands-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** This environment without what would open a window. */
const windowless = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', PAGESCOPE_ELECTRON: '' };

class Command {
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  output = '';
  errors = '';

  constructor(script: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(nodePath(), [script, ...args], { stdio: 'pipe', env: windowless, ...options });
    this.#ended = once(this.child, 'close');
    this.child.stdout?.on('data', (text) => {
      this.output += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.errors += text;
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  async status(): Promise<unknown> {
    const [status] = await this.#ended;
    return status;
  }

  async firstLine(): Promise<string> {
    while (!this.output.includes('\n')) {
      if (this.child.stdout === null) throw new Error('stdout is not a pipe');
      await Promise.race([
        once(this.child.stdout, 'data'),
        this.#ended.then(() => Promise.reject(new Error(this.errors))),
      ]);
    }
    return this.output.slice(0, this.output.indexOf('\n'));
  }
}

/** The status and the errors of a short command. */
async function outcome(script: string, args: readonly string[], options?: SpawnOptions) {
  const command = new Command(script, args, options);
  return { status: await command.status(), errors: command.errors, output: command.output };
}

test('a Node before 20.5 is told which one is needed', () => {
  expect(nodeTooOld('18.20.4')).toMatch(/^Pagescope needs Node 20\.5 or newer, and this is Node 18\.20\.4: .+\.$/);
  expect(nodeTooOld('20.4.0')).toMatch(/this is Node 20\.4\.0/);
  expect(nodeTooOld('20.5.0')).toBeUndefined();
  expect(nodeTooOld('24.0.0')).toBeUndefined();
});

describe('npm start', () => {
  const start = inProject('scripts', 'start.mjs');

  test('serves the page where there is no display, and says why in one sentence', async () => {
    const command = new Command(start, ['--port', '0']);
    const url = await command.firstLine();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
    expect(command.errors.trim().split('\n').at(-1)).toBe(
      'Pagescope opens in a browser and not in Electron, because neither DISPLAY nor WAYLAND_DISPLAY names a display.',
    );
    command.child.kill('SIGINT');
    expect(await command.status()).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('asks for no Electron when told to serve', async () => {
    const command = new Command(start, ['--serve', '--port', '0'], {
      env: { ...windowless, PAGESCOPE_ELECTRON: '/nowhere' },
    });
    await command.firstLine();
    expect(command.errors).not.toContain('Electron');
    command.child.kill('SIGTERM');
    await command.status();
  });

  test('opens a window of its own on the page where a browser and a display exist, and closes it', async () => {
    const browser = join(folder, 'browser');
    await writeFile(
      browser,
      `#!/bin/sh\necho $$ "$@" > ${folder}/opening && mv ${folder}/opening ${folder}/opened\nexec sleep 60\n`,
    );
    await chmod(browser, 0o755);
    const env = { ...windowless, DISPLAY: ':99', CHROMIUM_PATH: browser };
    const command = new Command(start, ['--serve', '--port', '0'], { env });
    const url = await command.firstLine();
    const opened = await until(() => readFile(join(folder, 'opened'), 'utf8'));
    const [pid, ...args] = opened.trim().split(' ');
    // The link is in nobody's arguments, and where it is only we can read.
    expect(args.join(' ')).not.toContain('token');
    const page = new URL(args.find((arg) => arg.startsWith('--app='))?.slice('--app='.length) ?? '');
    expect(await readFile(page, 'utf8')).toContain(url);
    expect((await stat(page)).mode & 0o077).toBe(0);
    expect((await stat(new URL('.', page))).mode & 0o077).toBe(0);
    command.child.kill('SIGINT');
    expect(await command.status()).toBe(0);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });

  test('starts Electron on the project and ends as it ends', async () => {
    const electron = join(folder, 'electron');
    await writeFile(electron, `#!/bin/sh\necho "$@" > ${folder}/arguments\nexit 7\n`);
    await chmod(electron, 0o755);
    const env = { ...windowless, DISPLAY: ':99', PAGESCOPE_ELECTRON: electron };
    expect((await outcome(start, ['--zoom'], { env })).status).toBe(7);
    expect(await readFile(join(folder, 'arguments'), 'utf8')).toContain(`${root} --zoom\n`);
  });

  test('passes a signal on to Electron and leaves nothing running', async () => {
    const electron = join(folder, 'electron');
    await writeFile(electron, '#!/bin/sh\necho $$\nexec sleep 60\n');
    await chmod(electron, 0o755);
    const command = new Command(start, [], { env: { ...windowless, DISPLAY: ':99', PAGESCOPE_ELECTRON: electron } });
    const pid = Number(await command.firstLine());
    command.child.kill('SIGTERM');
    expect(await command.status()).toBe(143);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('refuses a variable that names no Electron', async () => {
    const env = { ...windowless, DISPLAY: ':99', PAGESCOPE_ELECTRON: '/nowhere' };
    const { status, errors } = await outcome(start, [], { env });
    expect({ status, errors }).toEqual({
      status: 2,
      errors: 'PAGESCOPE_ELECTRON stands for /nowhere, which is not a file: correct or unset it.\n',
    });
  });
});

describe('npm test', () => {
  test('refuses a suite that it does not know', async () => {
    const { status, errors } = await outcome(inProject('scripts', 'test.mjs'), ['units']);
    expect(status).toBe(2);
    expect(errors).toMatch(/^'units' isn't a suite: name one of types, .*\.\n$/);
  });
});

describe('npm run build', () => {
  test('refuses a target that it does not know', async () => {
    const { status, errors } = await outcome(inProject('scripts', 'build.mjs'), ['window']);
    expect({ status, errors }).toEqual({
      status: 2,
      errors: "There is no build target 'window': name any of renderer, cli, electron, or none for all.\n",
    });
  });
});

describe('npm run package', () => {
  test('refuses a format that it does not know, and one beside the package for npm', async () => {
    const packing = inProject('scripts', 'package.mjs');
    expect(await outcome(packing, ['rpm'])).toMatchObject({
      status: 2,
      errors: expect.stringContaining("knows no 'rpm'"),
    });
    expect(await outcome(packing, ['--npm', 'deb'])).toMatchObject({
      status: 2,
      errors: expect.stringContaining('takes nothing else'),
    });
  });
});

describe('pagescope', () => {
  test('says how to build it when it is not built', async () => {
    await cp(inProject('bin'), join(folder, 'bin'), { recursive: true });
    await cp(inProject('scripts', 'node-version.mjs'), join(folder, 'scripts', 'node-version.mjs'));
    await cp(inProject('scripts', 'own-folder.mjs'), join(folder, 'scripts', 'own-folder.mjs'));
    const { status, errors } = await outcome(join(folder, 'bin', 'pagescope.mjs'), ['doctor']);
    expect(status).toBe(2);
    expect(errors).toMatch(/^The command is not built yet .*npm run build.*\.\n$/);
  });
});
