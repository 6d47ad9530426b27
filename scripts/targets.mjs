/**
 * What is built, from what. A target's inputs follow the floors of the house: a host is made from itself and from
 * everything below it.
 */
import { inProject, root } from './project.mjs';

const below = ['protocol', 'native', 'lab'];

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {readonly string[]} folders the source folders that it is made from
 * @property {readonly string[]} outputs the files without which it is not there, below `out/`
 * @property {() => readonly import('vite').InlineConfig[]} builds one after the other; the first empties the folder
 */

/**
 * Node code: one file per entry, and a chunk for each part that is imported later. Not minified: a readable stack trace
 * is worth more than what the smaller file saves at start.
 *
 * @param {string} folder below `out/`
 * @param {Record<string, string>} input entry name → source
 * @returns {import('vite').InlineConfig}
 */
const forNode = (folder, input) => ({
  configFile: false,
  root,
  logLevel: 'warn',
  publicDir: false,
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
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
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
    folders: ['renderer', 'protocol', 'vite.config.ts'],
    outputs: ['renderer/index.html'],
    builds: () => [{ configFile: inProject('vite.config.ts'), logLevel: 'warn' }],
  },
  {
    name: 'cli',
    folders: ['cli', 'server', ...below],
    outputs: ['cli/main.js', 'cli/isolated.js', 'cli/conformance-child.js'],
    builds: () => [
      forNode('cli', {
        main: 'cli/main.ts',
        isolated: 'cli/isolated.ts',
        'conformance-child': 'native/conformance/child.ts',
      }),
    ],
  },
  {
    name: 'electron',
    folders: ['electron', ...below],
    outputs: ['electron/main.js', 'electron/isolated.js', 'electron/preload.cjs'],
    builds: () => [forNode('electron', { main: 'electron/main.ts', isolated: 'electron/isolated.ts' }), forPreload()],
  },
];
