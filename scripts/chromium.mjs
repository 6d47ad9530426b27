/**
 * The Chromium of the tests: `CHROMIUM_PATH`, else the one inside the package @sparticuz/chromium, unpacked once into
 * the cache. That one is headless only and comes with the libraries that a machine with nothing but Node lacks.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath } from './children.mjs';
import { cache, inProject, Refusal } from './project.mjs';

/**
 * What Playwright's `launch` takes.
 *
 * @typedef {object} Chromium
 * @property {string} executablePath
 * @property {string[]} args
 * @property {Record<string, string>} env the whole environment, not what is added to it
 */

const shipped = inProject('node_modules', '@sparticuz', 'chromium');

/** Debian's packages of the libraries that Chromium names and the package brings along for most machines. */
const packagesOf = 'libnss3 libnspr4 libexpat1';

/**
 * The package unpacks into the temporary folder of its process, and only on Amazon's machines with the libraries: a
 * child with its own temporary folder unpacks everything.
 */
const unpackScript = `
  import { inflate } from '@sparticuz/chromium';
  for (const name of ['chromium.br', 'swiftshader.tar.br', 'fonts.tar.br', 'al2023.tar.br'])
    await inflate(process.argv[1] + '/bin/' + name);
`;

/** Fontconfig finds nothing on a machine without it: name the fonts that came along. */
const fontsConfiguration = (/** @type {string} */ folder) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>
`;

/** @returns {string} the folder that holds `chromium` */
function unpacked() {
  const manifest = join(shipped, 'package.json');
  if (!existsSync(manifest)) {
    throw new Refusal(
      'No Chromium for the tests: @sparticuz/chromium is not installed; run npm ci, or set CHROMIUM_PATH.',
      3,
    );
  }
  if (process.arch !== 'x64') {
    throw new Refusal(
      `No Chromium for the tests: the package has one for x64 and this is ${process.arch}; set CHROMIUM_PATH.`,
      3,
    );
  }
  const folder = join(cache, `chromium-${JSON.parse(readFileSync(manifest, 'utf8')).version}`);
  if (existsSync(folder)) return folder;

  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(join(cache, 'unpacking-'));
  try {
    execFileSync(nodePath(), ['--input-type=module', '--eval', unpackScript, shipped], {
      cwd: inProject(),
      env: { ...process.env, TMPDIR: making },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    writeFileSync(join(making, 'fonts', 'fonts.conf'), fontsConfiguration(join(folder, 'fonts')));
    // Whole or not at all; of two at once, the second takes the first one's.
    if (!existsSync(folder)) renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

/**
 * @param {string} executable
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]} the libraries that the loader does not find
 */
function missingLibraries(executable, env) {
  // Without `ldd` nobody can tell; the launch will.
  const { stdout } = spawnSync('ldd', [executable], { env, encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library ?? '');
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
const defined = (env) =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/**
 * Finds the Chromium of the tests, and unpacks it on first use (about 3 s, 211 MB).
 *
 * @returns {Chromium}
 * @throws {Refusal} one sentence, when there is none that can run here
 */
export function resolveChromium() {
  // Canvas text looks the same on every machine. The sandbox is Playwright's matter: it is off unless asked for.
  const args = ['--font-render-hinting=none'];
  const env = defined(process.env);
  const own = process.env.CHROMIUM_PATH;
  if (own) {
    if (!existsSync(own))
      throw new Refusal(`CHROMIUM_PATH names ${own}, which does not exist: set it to a Chromium, or unset it.`, 2);
    return { executablePath: own, args, env };
  }

  const folder = unpacked();
  const executablePath = join(folder, 'chromium');
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_PATH = join(folder, 'fonts');
  if (missingLibraries(executablePath, env).length > 0) {
    env.LD_LIBRARY_PATH = [join(folder, 'al2023', 'lib'), env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    const missing = missingLibraries(executablePath, env);
    if (missing.length > 0) {
      throw new Refusal(
        `The tests' Chromium lacks ${missing.join(', ')}: install them (apt install ${packagesOf}).`,
        3,
      );
    }
  }
  return { executablePath, args, env };
}

/**
 * The same for those that can do without: why there is none for this machine. A wrong CHROMIUM_PATH is a mistake, not a
 * reason, and throws.
 *
 * @returns {Chromium | { why: string }}
 */
export function chromiumOrWhy() {
  try {
    return resolveChromium();
  } catch (error) {
    if (error instanceof Refusal && error.status === 3) return { why: error.message };
    throw error;
  }
}
