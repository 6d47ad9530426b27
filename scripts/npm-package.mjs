/**
 * The package for npm: the command, the page that it serves, and koffi as all that it depends on. The project's own
 * package.json is private; the one that is published is made here.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from './project.mjs';
import { writeShareFiles } from './share-files.mjs';

/** What is published, besides what npm takes without being told. */
const parts = [
  'bin',
  'out/cli',
  'out/renderer',
  'out/share/man',
  ...['children', 'electron-binary', 'node-version', 'own-folder', 'project', 'serve', 'window'].map(
    (name) => `scripts/${name}.mjs`,
  ),
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

function manifest() {
  const { name, version, description, license, author, homepage, type, bin, engines, os, dependencies } = JSON.parse(
    readFileSync(inProject('package.json'), 'utf8'),
  );
  const about = { name, version, description, keywords: ['linux', 'memory', 'mlock', 'mmap', 'mincore'] };
  const from = { license, author, homepage, repository: { type: 'git', url: `git+${homepage}.git` } };
  return { ...about, ...from, type, bin, man: ['out/share/man/man1/pagescope.1.gz'], engines, os, dependencies };
}

/**
 * Makes the package of what is built.
 *
 * @param {string} folder where it goes
 * @returns {string} the packed file
 */
export function packForNpm(folder) {
  writeShareFiles();
  const staged = join(folder, 'npm');
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  for (const part of parts)
    cpSync(inProject(part), join(staged, part), { recursive: true, filter: (path) => !path.endsWith('.map') });
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  const args = ['pack', '--json', `--pack-destination=${folder}`, '--loglevel=error'];
  const [packed] = Object.values(JSON.parse(execFileSync('npm', args, { cwd: staged, encoding: 'utf8' })));
  rmSync(staged, { recursive: true });
  return join(folder, packed.filename);
}
