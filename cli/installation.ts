import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem } from '../protocol/problem.ts';

/** The folder that holds Pagescope's package.json, found upwards from this file: it is built into `out/`, or packed. */
export function installationFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw problem(
        'cannot-run-here',
        'Pagescope is installed incompletely: it has no package.json. Install it again.',
        'Pagescope 安装不完整：缺少 package.json。请重新安装。',
      );
    }
    folder = parent;
  }
  return folder;
}

/** Pagescope's version, as package.json has it. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(installationFolder(), 'package.json'), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof found === 'string' ? found : '0.0.0';
}
