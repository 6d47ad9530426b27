import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { problem } from '../protocol/problem.ts';

/** Refuses a file that could not be written, before a run whose result would be lost. */
export function checkWritable(path: string): void {
  const file = resolve(path);
  try {
    accessSync(dirname(file), constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Writes a file whole or not at all: what was there stays until the new one is complete. */
export function writeWhole(path: string, text: string): void {
  const file = resolve(path);
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, file);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return problem(
    'bad-input',
    `${path} cannot be written: ${why}. Choose another file.`,
    `无法写入 ${path}：${why}。请选择其他文件。`,
  );
}
