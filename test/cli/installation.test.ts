import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inProject } from '../../scripts/project.mjs';
import { Running } from '../support/pagescope.ts';

/** A copy of what is installed, without the window's files, and with a program of ours where the app is started. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pagescope-installed-'));
  for (const part of [
    'bin',
    join('out', 'cli'),
    join('scripts', 'node-version.mjs'),
    join('scripts', 'own-folder.mjs'),
    'package.json',
  ])
    await cp(inProject(part), join(folder, part), { recursive: true });
  await symlink(inProject('node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true }));

const installed = (args: readonly string[]) => new Running(args, { entry: join(folder, 'bin', 'pagescope.mjs') });
const startBy = (program: string) => writeFile(join(folder, 'scripts', 'start.mjs'), program);

describe('pagescope alone starts the app', () => {
  it('and exits as it does', async () => {
    await startBy('process.exit(7)');
    expect((await installed([]).ended).status).toBe(7);
    await startBy("process.kill(process.pid, 'SIGKILL')");
    expect((await installed([]).ended).status).toBe(137);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('and passes %s on, to end when it has ended', async (signal) => {
    await startBy(`process.once('${signal}', () => { console.log('told'); process.exit(9); });
      console.log('started');
      setInterval(() => {}, 1000);`);
    const command = installed([]);
    await command.before(once(command.child.stdout, 'data'));
    command.child.kill(signal);
    expect(await command.ended).toEqual({ stdout: 'started\ntold\n', stderr: '', status: 9 });
  });
});

describe('an incomplete installation', () => {
  it('without the window’s files does not serve: status 3, and what to do', async () => {
    const { stdout, stderr, status } = await installed(['serve']).ended;
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
    expect(stderr).toMatch(/^The window's files are not in .*: run npm run build, or install Pagescope again\.\n$/);
  });

  it('without package.json says so: status 3', async () => {
    const manifest = join(folder, 'package.json');
    const text = await readFile(manifest);
    await rm(manifest);
    const { stdout, stderr, status } = await installed(['experiments']).ended;
    await writeFile(manifest, text);
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
    expect(stderr).toBe('Pagescope is installed incompletely: it has no package.json. Install it again.\n');
  });
});
