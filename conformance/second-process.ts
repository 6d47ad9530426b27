/**
 * A second process for a rule: this program's own entry with a role. It sets up and says so; ending its input makes it
 * undo.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { skip } from './rule.ts';
import type { Said } from './second-process-roles.ts';

/** What setting up or undoing may take at most: less than a rule may. */
const TIMEOUT_MS = 50_000;

/** How a second process ended, and what it said when it was ready. */
export type SecondProcessEnd = { readonly signal: NodeJS.Signals | null; readonly told: string };

/** Where a second process runs, and with which options of Node. */
export type SecondProcessSurroundings = { readonly folder?: string; readonly node?: readonly string[] };

/**
 * Starts the role, calls `use` once it is ready, then ends its input and waits until it is gone. Skips the rule when
 * the role can't be played here, with the reason that it gave.
 */
export async function withSecondProcess(
  role: string,
  words: readonly string[],
  use: () => void,
  { folder = '/', node = [] }: SecondProcessSurroundings = {},
): Promise<SecondProcessEnd> {
  const [, entry = ''] = process.argv;
  const child = spawn(process.execPath, [...node, entry, role, ...words], { cwd: folder, stdio: 'pipe' });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const closed = once(child, 'close');
  let told = '';
  try {
    const said = await firstLine(child);
    if ('skip' in said) skip(said.skip);
    told = said.told ?? '';
    use();
  } finally {
    // It may have ended by itself, which is no error of this write.
    child.stdin?.on('error', () => {});
    child.stdin?.end();
    await closed;
    clearTimeout(timer);
  }
  return { signal: child.signalCode, told };
}

function firstLine(child: ChildProcess): Promise<Said> {
  return new Promise((resolve, reject) => {
    let out = '';
    let error = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      error = (error + chunk.toString()).slice(-2000);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(JSON.parse(out.slice(0, end)));
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`The second process said nothing. ${error.trim()}`.trim())));
  });
}
