import { spawnSync } from 'node:child_process';

const NATIVE = new URL('../../native/', import.meta.url).href;
const SUPPORT = new URL('./', import.meta.url).href;

/** How to run it: the words before the command (`prlimit --memlock=0`), and options of Node. */
export type ScriptOptions = { readonly prefix?: readonly string[]; readonly nodeOptions?: readonly string[] };

/**
 * Runs a module in a process of its own. `from 'calls/mman.ts'` means that file of native, `from 'support/sandbox.ts'`
 * one of test/support. What it prints is read as JSON.
 */
export function nativeScript<T>(script: string, { prefix = [], nodeOptions = [] }: ScriptOptions = {}): T {
  const source = script
    .replaceAll(/from 'support\/(\w[\w-]*\.ts)'/g, `from '${SUPPORT}$1'`)
    .replaceAll(/from '(\w[\w/-]*\.ts)'/g, `from '${NATIVE}$1'`);
  const node = [process.execPath, ...nodeOptions, '--input-type=module', '-e', source];
  const [command = '', ...words] = [...prefix, ...node];
  const ended = spawnSync(command, words, { encoding: 'utf8', timeout: 60_000 });
  if (ended.error) throw ended.error;
  if (ended.status !== 0) throw new Error(`The script ended with ${ended.status ?? ended.signal}: ${ended.stderr}`);
  return JSON.parse(ended.stdout);
}
