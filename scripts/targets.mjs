/**
 * What is built, from what. A target's inputs follow the floors of the source layout: a host is made from itself and
 * from everything below it.
 */
import { readFileSync } from 'node:fs';
import { notices } from './notices.mjs';
import { inProject, root } from './project.mjs';

const below = ['protocol', 'native', 'lab'];

/** @typedef {import('rolldown').OutputOptions} Output */

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {readonly string[]} folders the source folders that it is made from
 * @property {readonly string[]} outputs the files without which it is not there, below `out/`
 * @property {() => readonly import('vite').InlineConfig[]} builds one after the other; the first empties the folder
 */

/** @type {Output} */
const modules = {
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
};

/**
 * Commander imports `node:child_process`, 10 ms of a start, for subcommands that are programs of their own; Pagescope
 * has none.
 *
 * @type {import('vite').Plugin}
 */
const commandsAreFunctions = {
  name: 'commands-are-functions',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === 'node:child_process' && importer?.includes('/commander/') ? '\0no-child-process' : undefined,
  load: (id) => (id === '\0no-child-process' ? 'export default {};' : undefined),
};

/**
 * A command starts sooner as CommonJS: an ES module that imports `node:fs` makes Node load everything behind its lazy
 * exports, and its loader costs more a file.
 *
 * @type {Output}
 */
const commonJs = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // What every run loads is one file, and what the command itself shares with it another: a file takes half a ms.
  codeSplitting: {
    groups: [
      { name: 'common', test: /\/protocol\/(exit-status|language|problem|report-formats|fixes\/fix-ids)\.ts$/ },
      { name: 'engine', test: /\/lab\/service\/service\.ts$/ },
    ],
  },
};

/**
 * V8 keeps a source as long as what was compiled of it, with two bytes a character as soon as one is no Latin letter:
 * escapes halve that, and what is read at start.
 *
 * @type {import('vite').Plugin}
 */
const oneByteCharacters = {
  name: 'one-byte-characters',
  renderChunk: (code) => ({
    code: code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    map: null,
  }),
};

/**
 * What pictures are drawn with, which is no JavaScript: loaded where one is asked for.
 *
 * @type {import('vite').Plugin}
 */
const drawingParts = {
  name: 'drawing-parts',
  generateBundle() {
    const parts = {
      'resvg.wasm': '@resvg/resvg-wasm/index_bg.wasm',
      'inter-latin.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
    };
    for (const [fileName, from] of Object.entries(parts)) {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(inProject('node_modules', from)) });
    }
  },
};

/**
 * Node code: one file per entry, and a chunk for each part that is imported later. Not minified: a readable stack trace
 * is worth more than what the smaller file saves at start; comments are left to the source maps.
 *
 * @param {string} folder below `out/`
 * @param {Record<string, string>} input entry name → source
 * @param {Output} kind of the files
 * @returns {import('vite').InlineConfig}
 */
const forNode = (folder, input, kind = modules) => ({
  configFile: false,
  root,
  logLevel: 'warn',
  publicDir: false,
  plugins: [
    commandsAreFunctions,
    oneByteCharacters,
    notices(Object.keys(input).join('-')),
    ...(folder === 'cli' ? [drawingParts] : []),
  ],
  build: {
    ssr: true,
    outDir: inProject('out', folder),
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input,
      // ws looks for the last two at run time, and does without them.
      external: ['koffi', 'electron', 'bufferutil', 'utf-8-validate'],
      output: { ...kind, comments: false },
    },
  },
  ssr: { noExternal: true },
});

/**
 * A sandboxed preload is one CommonJS file: its `require` knows `electron` and little else.
 *
 * @returns {import('vite').InlineConfig}
 */
function forPreload() {
  const config = forNode('electron', { preload: 'electron/preload.ts' });
  return {
    ...config,
    build: {
      ...config.build,
      emptyOutDir: false,
      rolldownOptions: {
        ...config.build?.rolldownOptions,
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  };
}

/** @type {readonly Target[]} */
export const targets = [
  {
    name: 'renderer',
    folders: ['renderer', 'protocol', 'docs', 'vite.config.ts'],
    outputs: ['renderer/index.html', 'renderer/third-party-notices.txt'],
    builds: () => [{ configFile: inProject('vite.config.ts'), logLevel: 'warn' }],
  },
  {
    name: 'cli',
    folders: ['cli', 'server', 'conformance', ...below],
    outputs: [
      ...['main', 'isolated', 'keeper', 'conformance-child', 'allocating'].map((name) => `cli/${name}.cjs`),
      'cli/resvg.wasm',
      'cli/inter-latin.woff2',
    ],
    builds: () => [
      forNode(
        'cli',
        {
          main: 'cli/main.ts',
          isolated: 'cli/isolated.ts',
          keeper: 'cli/keeper.ts',
          'conformance-child': 'conformance/child.ts',
          allocating: 'lab/experiments/thread-cache/allocating.ts',
        },
        commonJs,
      ),
    ],
  },
  {
    name: 'electron',
    folders: ['electron', ...below],
    outputs: ['electron/main.js', 'electron/isolated.js', 'electron/keeper.js', 'electron/preload.cjs'],
    builds: () => [
      forNode('electron', {
        main: 'electron/main.ts',
        isolated: 'electron/isolated.ts',
        keeper: 'electron/keeper.ts',
      }),
      forPreload(),
    ],
  },
];
