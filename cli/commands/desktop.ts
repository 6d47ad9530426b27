import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { installationFolder } from '../installation.ts';

/** `pagescope` alone: opens the desktop app as `npm start` does, and ends as it ends. */
export async function desktop(): Promise<number> {
  const start = join(installationFolder(), 'scripts', 'start.mjs');
  const child = spawn(process.execPath, [start], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(signal ? 128 + constants.signals[signal] : (status ?? 1)));
  });
}
