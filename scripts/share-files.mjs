/**
 * What systems keep below /usr/share: the manual page and the completions, as the built command prints them, the type
 * of recordings, licences and changes. The deb puts them there.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { nodePath } from './children.mjs';
import { noticesFile } from './notices.mjs';
import { inProject } from './project.mjs';

const folder = inProject('out', 'share');

/** @param {readonly string[]} args */
const printed = (...args) => execFileSync(nodePath(), [inProject('bin', 'pagescope.mjs'), ...args]);

/** @param {readonly string[]} path */
const ours = (...path) => readFileSync(inProject(...path));

/**
 * The same text is the same file: gzip notes no time.
 *
 * @param {Buffer} content
 */
const packed = (content) => gzipSync(content, { level: 9 });

/** Who holds the rights on what is in a package. Electron's and Chromium's licences lie beside their executable. */
const copyright = () => `Pagescope: ${JSON.parse(String(ours('package.json'))).homepage}

${ours('LICENSE')}
It contains Electron and Chromium, whose licences are in /opt/Pagescope/LICENSE.electron.txt and
/opt/Pagescope/LICENSES.chromium.html, and the packages whose licences follow.

${readFileSync(noticesFile)}`;

/** Where each goes below /usr/share, and what is in it. */
const files = () => ({
  'man/man1/pagescope.1.gz': packed(printed('manual')),
  'bash-completion/completions/pagescope': printed('completion', 'bash'),
  'zsh/vendor-completions/_pagescope': printed('completion', 'zsh'),
  'fish/vendor_completions.d/pagescope.fish': printed('completion', 'fish'),
  'mime/packages/pagescope.xml': ours('build', 'mime.xml'),
  // Of Debian's checks, one is against the place that packages from elsewhere have.
  'lintian/overrides/pagescope': 'pagescope: dir-or-file-in-opt *\n',
  'doc/pagescope/copyright': copyright(),
  'doc/pagescope/changelog.gz': packed(ours('CHANGELOG.md')),
});

/** Writes them to `out/share/`, each at once: another package may be made of them meanwhile. */
export function writeShareFiles() {
  const making = mkdtempSync(inProject('out', 'share-'));
  try {
    for (const [name, content] of Object.entries(files())) {
      const made = join(making, 'made');
      writeFileSync(made, content);
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      renameSync(made, join(folder, name));
    }
  } finally {
    rmSync(making, { recursive: true });
  }
}
