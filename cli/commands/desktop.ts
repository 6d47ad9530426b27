import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installationFolder } from '../installation.ts';

/**
 * `pagescope` alone: opens the desktop app as `npm start` does, and ends as it ends. npm's package has no desktop app:
 * there the same app opens in a browser.
 *
 * @param args for the app: a recording to show
 */
export async function desktop(args: readonly string[] = []): Promise<number> {
  const scripts = join(installationFolder(), 'scripts');
  const [start, serves] = ['start.mjs', 'serve.mjs'].map((name) => join(scripts, name));
  if (start !== undefined && existsSync(start)) return ended(process.execPath, [start, ...args]);
  if (serves !== undefined && existsSync(serves)) {
    const { serve } = await import(pathToFileURL(serves).href);
    return await serve(args);
  }
  // Packed: this process is Electron as Node, and beside its executable lies what starts the app.
  return ended(join(dirname(process.execPath), 'pagescope'), args);
}

function ended(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(signal ? 128 + constants.signals[signal] : (status ?? 1)));
  });
}
