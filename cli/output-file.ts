import {
  accessSync,
  constants,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unguessable } from '../lab/base/unguessable.ts';
import { ProblemError, problem } from '../protocol/problem.ts';

/**
 * Refuses a file that could not be written, before a run whose result would be lost, and without `force` one that is
 * there. A device or a pipe is there to be written to.
 */
export function checkWritable(path: string, force: boolean): void {
  try {
    const { file, whole } = target(path);
    accessSync(whole ? dirname(file) : file, constants.W_OK);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found || (!found.isDirectory() && (force || !whole))) return;
    if (!found.isDirectory()) throw fileIsThere(path);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw unwritable(path, cause);
  }
  throw problem('bad-input', `${path} is a folder. Name a file in it.`, `${path} 是文件夹。请指定其中的文件。`);
}

/**
 * Writes a file whole or not at all: what was there stays until the new one is complete. A device or a pipe is written
 * to.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  try {
    const { file, whole } = target(path);
    if (whole) replace(file, content);
    else writeFileSync(file, content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function fileIsThere(path: string) {
  return problem(
    'bad-input',
    `${path} is there already; choose another file, or replace it with --force.`,
    `${path} 已存在；请选择其他文件，或用 --force 替换。`,
  );
}

function replace(file: string, content: string | Uint8Array): void {
  // Not made of the file's own name, which may be as long as a name can be, and nobody's to guess: in a shared folder
  // another user could have made it first.
  const beside = join(dirname(file), `.pagescope-${unguessable()}`);
  try {
    writeFileSync(beside, content, { flag: 'wx' });
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw cause;
  }
}

/** What a path leads to. A rename would put a file in the place of a device (/dev/null), a pipe or a symbolic link. */
function target(path: string): { readonly file: string; readonly whole: boolean } {
  const file = resolve(path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found) return found.isFile() ? { file: realpathSync(file), whole: true } : { file, whole: false };
  // A symbolic link to a file that is still to be made.
  const link = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink();
  return link ? target(resolve(dirname(file), readlinkSync(file))) : { file, whole: true };
}

/** Why a file cannot be written. */
export function unwritable(path: string, cause: unknown) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return problem(
    'bad-input',
    `${path} cannot be written: ${why}. Choose another file.`,
    `无法写入 ${path}：${why}。请选择其他文件。`,
  );
}
