import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file of so many bytes, each 7, that is deleted with its folder. */
export function withFile(
  bytes: number,
): Disposable & { readonly path: string; readonly folder: string; read(): Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-'));
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.alloc(bytes, 7));
  return {
    path,
    folder,
    read: () => readFileSync(path),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
