#!/usr/bin/env node
/** Stands in for fpm where electron-builder makes a deb (`-s dir -t deb`), with nothing but Debian's dpkg-deb. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** @type {Map<string, string[]>} */
const given = new Map();
/** @type {string[]} */
const mappings = [];
const words = process.argv.slice(2);
for (let word = words.shift(); word !== undefined; word = words.shift()) {
  if (word === '--force') continue;
  if (word.startsWith('-')) given.set(word, [...(given.get(word) ?? []), words.shift() ?? '']);
  else mappings.push(word);
}
/** @param {string} option */
const one = (option) => given.get(option)?.[0] ?? '';
/** @param {string} option */
const all = (option) => (given.get(option) ?? []).join(', ');

const root = mkdtempSync(join(tmpdir(), 'pagescope-deb-'));
for (const mapping of mappings) {
  const equals = mapping.lastIndexOf('=');
  const [from, to] = [mapping.slice(0, equals), join(root, mapping.slice(equals + 1))];
  mkdirSync(dirname(to), { recursive: true });
  // fpm takes what is in a folder whose name ends so.
  if (from.endsWith('/')) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  else copyFileSync(from, to);
}
execFileSync('chmod', ['-R', 'u=rwX,go=rX', root]);
const kibibytes = execFileSync('du', ['-sk', '--apparent-size', root], { encoding: 'utf8' }).split('\t')[0];

const control = join(root, 'DEBIAN');
mkdirSync(control);
const [synopsis = '', ...description] = one('--description').split('\n');
writeFileSync(
  join(control, 'control'),
  `Package: ${one('--name')}
Version: ${one('--version')}
Architecture: ${one('--architecture')}
Maintainer: ${one('--maintainer')}
Installed-Size: ${kibibytes}
Depends: ${all('-d')}
Recommends: ${all('--deb-recommends')}
Section: ${one('--category')}
Priority: ${one('--deb-priority')}
Homepage: ${one('--url')}
Description: ${synopsis}
${description.map((line) => ` ${line.trim() || '.'}`).join('\n')}
`,
);
for (const [option, script] of [
  ['--after-install', 'postinst'],
  ['--after-remove', 'postrm'],
]) {
  copyFileSync(one(option), join(control, script));
  chmodSync(join(control, script), 0o755);
}
execFileSync('dpkg-deb', ['-Zgzip', '-z1', '--root-owner-group', '--build', root, one('--package')]);
rmSync(root, { recursive: true });
