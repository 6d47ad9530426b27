import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names the folder of the bundled entries, while tests run. */
export const bundlesVariable = 'PAGESCOPE_TEST_ENTRIES';

/** The files of this folder that processes of their own begin with. */
export const entryNames = [
  ...(['isolated-entry', 'keeper-entry', 'isolated-host', 'recording-host', 'report-of'] as const),
  ...(['limits-child', 'claims-of'] as const),
] as const;

/**
 * The file that a process of the tests begins with: bundled for this run of Vitest (`bundle-entries.ts`), or its source
 * where nobody did that, as in a bench. An isolated process keeps no compiled code, so that one from source strips a
 * hundred files of their types, which takes longer than what most tests do in it: 0.85 s of a CPU against 0.15.
 */
export function entryOf(name: (typeof entryNames)[number]): string {
  const folder = process.env[bundlesVariable];
  return folder ? join(folder, `${name}.js`) : fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
