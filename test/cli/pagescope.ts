import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command's entry. */
export const bin = fileURLToPath(new URL('../../bin/pagescope.mjs', import.meta.url));

/** Runs the built command to its end. */
export async function pagescope(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, LC_ALL: 'C', FORCE_COLOR: '', NO_COLOR: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { stdout, stderr, status };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}
