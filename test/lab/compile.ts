import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const compiler = hasCompiler();

/** Skips the test, with the reason, where C programs cannot be compiled. */
export function skipWithoutCompiler(context: TestContext): void {
  if (!compiler) context.skip('there is no C compiler (cc) here');
}

/** Compiles with every warning an error, runs it, and gives what it printed; fails when it does. */
export function compileAndRun(program: string): string {
  const { status, stdout, stderr } = compileAndWatch(program);
  if (status !== 0) throw new Error(`the C program ended with ${status}: ${stderr}`);
  return stdout;
}

/** The same with what it printed to stderr and its exit status, as a user whose words before the command are `prefix`. */
export function compileAndWatch(program: string, prefix: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-c-'));
  try {
    chmodSync(folder, 0o755);
    const source = join(folder, 'program.c');
    writeFileSync(source, program);
    execFileSync('cc', ['-std=c11', '-Wall', '-Wextra', '-Werror', source, '-o', join(folder, 'program')]);
    const [command = '', ...rest] = [...prefix, join(folder, 'program')];
    const env = { ...process.env, LC_ALL: 'C' };
    const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 10_000, env });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
