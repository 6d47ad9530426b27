import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownCacheFolder } from '../../scripts/own-folder.mjs';

let home = '';
beforeEach(() => {
  // Not in a shared folder: there it would be refused, which is one of the tests.
  home = mkdtempSync(join(homedir(), '.pagescope-test-'));
  vi.stubEnv('XDG_CACHE_HOME', join(home, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

describe('the folder for compiled code', () => {
  it('is made for its user alone, and found again', () => {
    const folder = ownCacheFolder('compiled');
    expect(folder).toBe(join(home, 'cache', 'pagescope', 'compiled'));
    expect(lstatSync(folder ?? '').mode & 0o777).toBe(0o700);
    expect(ownCacheFolder('compiled')).toBe(folder);
  });

  it('is none where another user could have made it: in a shared folder', () => {
    const shared = mkdtempSync(join(tmpdir(), 'pagescope-shared-'));
    vi.stubEnv('XDG_CACHE_HOME', shared);
    expect(ownCacheFolder('compiled')).toBeUndefined();
    rmSync(shared, { recursive: true });
  });

  it('is none where others may write to it, or to a folder above it', () => {
    const folder = ownCacheFolder('compiled') ?? '';
    chmodSync(folder, 0o770);
    expect(ownCacheFolder('compiled')).toBeUndefined();
    chmodSync(folder, 0o700);
    chmodSync(join(home, 'cache'), 0o777);
    expect(ownCacheFolder('compiled')).toBeUndefined();
  });

  it('is none where a link lies in its place', () => {
    mkdirSync(join(home, 'elsewhere'), { mode: 0o700 });
    mkdirSync(join(home, 'cache', 'pagescope'), { recursive: true, mode: 0o700 });
    symlinkSync(join(home, 'elsewhere'), join(home, 'cache', 'pagescope', 'compiled'));
    expect(ownCacheFolder('compiled')).toBeUndefined();
  });
});
