import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

describe('the repository', () => {
  it('has no picture but icons and those that a document shows', () => {
    const texts = tracked.filter((path) => path.endsWith('.md')).map((path) => readFileSync(join(root, path), 'utf8'));
    const pictures = tracked.filter((path) => /\.(png|jpe?g|webp|gif)$/.test(path) && !path.startsWith('build/icons/'));
    expect(pictures).not.toEqual([]);
    const nameOf = (path: string) => path.replace(/^docs\//, '');
    expect(pictures.filter((path) => !texts.some((text) => text.includes(nameOf(path))))).toEqual([]);
  });

  it('has nothing that a compiler made beside its source', () => {
    const made = tracked.filter((path) => /\.(d\.ts|js|js\.map|tsbuildinfo)$/.test(path));
    expect(made.filter((path) => existsSync(join(root, path.replace(/\.(d\.ts|js|js\.map)$/, '.ts'))))).toEqual([]);
  });
});
