import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { inProject } from '../../scripts/project.mjs';
import { bundlesVariable, entryNames } from './entries.ts';

/** Before the first test, and in watch mode before each round: bundles what processes of the tests begin with. */
export default async function setup(project: TestProject): Promise<() => void> {
  // In the project, where Node finds koffi; each run has its own, and other users may read it.
  mkdirSync(inProject('out'), { recursive: true });
  const folder = mkdtempSync(inProject('out', 'test-entries-'));
  chmodSync(folder, 0o755);
  const bundle = () => bundleInto(folder);
  await bundle();
  project.onTestsRerun(bundle);
  process.env[bundlesVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

async function bundleInto(folder: string): Promise<void> {
  const sources = entryNames.map((name) => [name, inProject('test', 'support', `${name}.ts`)]);
  await build({
    configFile: false,
    root: inProject(),
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        // It is started from beside what measures with it.
        input: { ...Object.fromEntries(sources), allocating: inProject('lab/experiments/thread-cache/allocating.ts') },
        external: ['koffi'],
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
    ssr: { noExternal: true },
  });
}
