/**
 * Where things are. Everything that a script makes lies in `out/`, `dist/` or `node_modules/.cache/pagescope/`.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {...string} parts a path below the project's folder */
export const inProject = (...parts) => join(root, ...parts);

/** What survives a build, and goes with `node_modules`: the unpacked Chromium, what could not be fetched. */
export const cache = inProject('node_modules', '.cache', 'pagescope');

/**
 * An error that a person can act on: printed as its sentence, with no stack trace.
 */
export class Refusal extends Error {
  /**
   * @param {string} sentence what failed, on what, why, what to do
   * @param {number} [status] the exit status: 1 failed, 2 bad usage, 3 cannot run here
   */
  constructor(sentence, status = 1) {
    super(sentence);
    this.status = status;
  }
}

/**
 * Runs a script's body and turns what it throws into a sentence and an exit status.
 *
 * @param {(args: string[]) => Promise<number | undefined>} body takes what stands behind the script's name, gives the
 * exit status
 * @param {string} [help] printed for `--help`, instead of running the body
 */
export async function main(body, help) {
  const args = process.argv.slice(2);
  if (help !== undefined && args.includes('--help')) {
    console.log(help);
    return;
  }
  try {
    process.exitCode = (await body(args)) ?? 0;
  } catch (error) {
    const refused = error instanceof Refusal;
    console.error(refused ? error.message : error);
    process.exitCode = refused ? error.status : 1;
  }
}
