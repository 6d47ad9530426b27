import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

/** Compiles with every warning an error, runs it, and gives what it printed. */
export function compileAndRun(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-c-'));
  try {
    const source = join(folder, 'program.c');
    writeFileSync(source, program);
    execFileSync('cc', ['-std=c11', '-Wall', '-Wextra', '-Werror', source, '-o', join(folder, 'program')]);
    return execFileSync(join(folder, 'program'), { encoding: 'utf8', timeout: 10_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
