import { resolve } from 'node:path';

/**
 * A path as the kernel has it: bytes, none of them 0, in whatever encoding. Kept as a string with one character for
 * each byte (latin1), which can be joined, compared and put into a map, and takes a byte a character.
 */
export type BytePath = string & { readonly bytes: true };

/** A path that a person typed. */
export function bytePath(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1') as BytePath;
}

/** The path that a folder's entry has. */
export function joined(folder: BytePath, name: string): BytePath {
  return (folder.endsWith('/') ? folder + name : `${folder}/${name}`) as BytePath;
}

/** The path from the root. */
export function absolute(path: BytePath): BytePath {
  return path.startsWith('/') ? path : joined(bytePath(resolve('.')), path.replace(/^(\.\/+)+/, ''));
}

/** For a call of Node's: where all is ASCII a string will do, and is quicker. */
export function forNode(path: BytePath): string | Buffer {
  return /[\x80-\xff]/.test(path) ? Buffer.from(path, 'latin1') : path;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether it is UTF-8, so that its text can be typed again. */
export function isUtf8(path: BytePath): boolean {
  try {
    decoder.decode(Buffer.from(path, 'latin1'));
    return true;
  } catch {
    return false;
  }
}

/** As a person reads it; bytes that are no UTF-8 as `\xff`. */
export function pathText(path: BytePath): string {
  if (!/[\x80-\xff]/.test(path)) return path;
  if (isUtf8(path)) return Buffer.from(path, 'latin1').toString('utf8');
  return path.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

/** The path in JSON: its text, and where that is not UTF-8 its bytes beside it. */
export function pathFields(path: BytePath): { path: string; pathBase64?: string } {
  const text = pathText(path);
  return isUtf8(path) ? { path: text } : { path: text, pathBase64: Buffer.from(path, 'latin1').toString('base64') };
}

/** The path that `pathFields` told of. */
export function pathFrom({ path, pathBase64 }: { path: string; pathBase64?: string | undefined }): BytePath {
  return pathBase64 === undefined ? bytePath(path) : (Buffer.from(pathBase64, 'base64').toString('latin1') as BytePath);
}
