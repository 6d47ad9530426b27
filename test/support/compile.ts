import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';

const execFileAsync = promisify(execFile);

/**
 * The C compilers that the tests know: the system's, with its library (glibc as a rule), and the one that comes with
 * musl.
 */
export const compilers = ['cc', 'musl-gcc'] as const;
export type Compiler = (typeof compilers)[number];

const found = new Map(compilers.map((compiler) => [compiler, isThere(compiler)]));

/** Whether the system's C compiler is there. */
export function hasCompiler(): boolean {
  return found.get('cc') === true;
}

function isThere(compiler: Compiler): boolean {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Skips the test, with the reason, where C programs cannot be compiled. */
export function skipWithoutCompiler(context: TestContext, compiler: Compiler = 'cc'): void {
  if (found.get(compiler)) return;
  context.skip(`there is no ${compiler} here (apt install ${compiler === 'cc' ? 'gcc libc6-dev' : 'musl-tools'})`);
}

/** What is asked of every program: no warning at all. */
const flags = ['-std=c17', '-Wall', '-Wextra', '-Werror'];

/** Compiles with every warning an error, runs it, and gives what it printed; fails when it does. */
export function compileAndRun(program: string): string {
  const { status, stdout, stderr } = compileAndWatch(program);
  if (status !== 0) throw new Error(`the C program ended with ${status}: ${stderr}`);
  return stdout;
}

/**
 * The same with what it printed to stderr and its exit status, as a user whose words before the command are `prefix`.
 */
export function compileAndWatch(source: string, prefix: readonly string[] = []) {
  using program = compiledProgram(source);
  const [command = '', ...rest] = [...prefix, program.path];
  const env = { ...process.env, LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 40_000, env });
  return { status, stdout, stderr };
}

/** A program that every user may run; dispose of it to delete it. */
export function compiledProgram(source: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-c-'));
  const program = { path: join(folder, 'program'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
  try {
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'program.c'), source);
    execFileSync('cc', [...flags, join(folder, 'program.c'), '-o', program.path]);
    return program;
  } catch (error) {
    program[Symbol.dispose]();
    throw error;
  }
}

/** As `compileAndRun`, without holding the caller up, by either compiler. */
export async function compileAndRunBy(compiler: Compiler, program: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-c-'));
  try {
    const source = join(folder, 'program.c');
    writeFileSync(source, program);
    await execFileAsync(compiler, [...flags, '-O0', source, '-o', join(folder, 'program')]);
    // A core file that it leaves is to lie there.
    const options = { cwd: folder, timeout: 40_000, maxBuffer: 64 << 20 };
    return (await execFileAsync(join(folder, 'program'), [], options)).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the program's looks by mincore came to: `A: resident 4/8 pages`. */
export function looksIn(printed: string): string[] {
  return Array.from(
    printed.matchAll(/^(.*) after mincore(: resident \d+\/\d+ pages)$/gm),
    ([, name, rest]) => `${name}${rest}`,
  );
}
