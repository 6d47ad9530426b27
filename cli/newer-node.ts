import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { installationFolder } from './installation.ts';

/**
 * Runs this very command in the Node that comes with Pagescope's packages, since the one that runs it lacks what
 * recordings need; resolves to its exit status. Undefined where there is no such Node: the command then says itself
 * what it lacks.
 */
export async function inNewerNode(): Promise<number | undefined> {
  const shipped = join(installationFolder(), 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(shipped) || realpathSync(shipped) === realpathSync(process.execPath)) return undefined;
  const child = spawn(shipped, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches both; what is sent to this process alone is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {});
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(signal ? 128 + constants.signals[signal] : (status ?? 1)));
  });
}
