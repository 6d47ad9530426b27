import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { compileCache } from './scripts/compile-cache.mjs';

process.env.NODE_COMPILE_CACHE ??= compileCache();
// Hosts that tests start record nothing of theirs among their user's recordings, unless a test says where.
process.env.PAGESCOPE_RECORDINGS_MIB ??= '0';

/** Tests that neither change what is global nor have processes: those of a worker share one, and what it has loaded. */
const sharing = [
  ...(['test/docs', 'test/lab/base', 'test/lab/reports', 'test/protocol', 'test/renderer'] as const),
  ...(['test/scripts', 'test/server', 'test/soak', 'test/support', 'test/texts'] as const),
].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => !/\bvi\.|\bprocess\b|child_process/.test(readFileSync(file, 'utf8'))),
);

/**
 * One project for each kind of test; `npm test` names them as suites, `unit` for both that begin so. Files named
 * `*.spec.ts` below `test/e2e/` are Playwright's, `*.bench.ts` below `test/bench/` are those of `npm run bench`.
 */
export default defineConfig({
  test: {
    // Tests measure this process's memory and fork children: one file, one process.
    pool: 'forks',
    // By default one processor is left to Vitest itself, which has little to do: of two, half.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine may take seconds for what takes none.
    expect: { poll: { timeout: 40_000 } },
    // Nobody is there to try it again; the end of the run tells which tests needed it.
    retry: process.env.CI ? 1 : 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/{conformance,package,kernels,e2e,bench}/**', ...sharing],
          globalSetup: 'test/support/bundle-entries.ts',
        },
      },
      { extends: true, test: { name: 'unit-sharing', include: sharing, isolate: false } },
      { extends: true, test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: 'kernels', include: ['test/kernels/**/*.test.ts'], testTimeout: 1_500_000, hookTimeout: 600_000 },
      },
    ],
  },
});
