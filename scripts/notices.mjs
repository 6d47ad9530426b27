/**
 * The licences of what is shipped: each build notes the packages that its bundles hold, and one file has all of their
 * texts, in every package, in the window and behind `pagescope licenses`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inProject } from './project.mjs';

/** Below the page, which every host serves. */
export const noticesFile = inProject('out', 'renderer', 'third-party-notices.txt');

const noted = inProject('out', 'notices');

/** Shipped beside the bundles. Electron brings its own licences along. */
const beside = ['koffi'];

/**
 * The folder of the package that a module is of: of `…/node_modules/a/node_modules/@b/c/d.js` the innermost.
 *
 * @param {string} id of a module
 * @returns {string | undefined} where it is our own
 */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replace(/^\0/, ''))?.[0];
}

/**
 * Notes the packages of a build.
 *
 * @param {string} name of the build
 * @returns {import('vite').Plugin}
 */
export function notices(name) {
  /** @type {Set<string>} */
  const folders = new Set();
  return {
    name: 'notices',
    // Style sheets and fonts are modules, and in no chunk.
    moduleParsed({ id }) {
      const folder = packageOf(id);
      if (folder !== undefined) folders.add(folder);
    },
    closeBundle() {
      mkdirSync(noted, { recursive: true });
      writeFileSync(join(noted, `${name}.json`), JSON.stringify([...folders].sort()));
    },
  };
}

/**
 * Where a licence that asks for it says to get the source, unchanged here. MPL 2.0, 3.2
 * @type {Readonly<Record<string, string>>}
 */
const sources = {
  '@resvg/resvg-wasm':
    'Unchanged; its source, under the Mozilla Public License 2.0 (https://www.mozilla.org/MPL/2.0/), is at https://github.com/yisibl/resvg-js, of resvg, https://github.com/linebender/resvg.',
};

/** @param {string} folder */
function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const by = typeof author === 'string' ? author : author?.name;
  const none = texts.length > 0 ? [] : [`Its package has no licence file${by ? `; by ${by}` : ''}.`];
  const source = sources[name] ?? [];
  return { name: `${name} ${version}`, text: [`Licence: ${license}`, ...texts, ...none].concat(source).join('\n\n') };
}

/** Writes the one file, of all builds that were noted. */
export function writeNotices() {
  if (!existsSync(noted)) return;
  const builds = readdirSync(noted).map((file) => JSON.parse(readFileSync(join(noted, file), 'utf8')));
  const folders = new Set([...builds.flat(), ...beside.map((name) => inProject('node_modules', name))]);
  const all = [...folders].filter((folder) => existsSync(join(folder, 'package.json'))).map(noticeOf);
  const sorted = [...new Map(all.map((each) => [each.name, each.text])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = `Pagescope is built with the ${sorted.length} packages below. Their licences:`;
  const line = '='.repeat(20);
  const text = [head, ...sorted.map(([name, body]) => `${line} ${name} ${line}\n\n${body}`)].join('\n\n');
  // The page may not be built yet: a build of the command alone.
  mkdirSync(dirname(noticesFile), { recursive: true });
  writeFileSync(noticesFile, `${text}\n`);
}
