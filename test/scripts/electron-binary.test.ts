import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { electronCommand, findElectron } from '../../scripts/electron-binary.mjs';
import { root } from '../../scripts/project.mjs';

beforeEach(() => {
  vi.stubEnv('PAGESCOPE_ELECTRON', undefined);
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("Electron's binary", () => {
  test('is the file that PAGESCOPE_ELECTRON names', () => {
    vi.stubEnv('PAGESCOPE_ELECTRON', process.execPath);
    expect(findElectron()).toBe(process.execPath);
  });

  test.each(['PAGESCOPE_ELECTRON', 'ELECTRON_OVERRIDE_DIST_PATH'])(
    'is refused in one sentence when %s names nothing',
    (variable) => {
      vi.stubEnv(variable, '/nowhere');
      expect(findElectron).toThrow(new RegExp(`^${variable} stands for /nowhere.*: correct or unset it\\.$`));
    },
  );
});

describe('the command that starts the desktop app', () => {
  test('gives the app its folder and its arguments', () => {
    const { args } = electronCommand('/opt/electron/electron', ['--user-data-dir=/tmp/x']);
    expect(args.slice(-2)).toEqual([root, '--user-data-dir=/tmp/x']);
  });

  test('turns the sandbox off for root, and says so', (context) => {
    if (process.getuid?.() !== 0) context.skip('the tests do not run as root');
    const { args, notice } = electronCommand('/opt/electron/electron');
    expect(args).toContain('--no-sandbox');
    expect(notice).toMatch(/without its sandbox, because .*root/);
  });
});
