import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { chromiumOrWhy } from './scripts/chromium.mjs';
import { findElectron } from './scripts/electron-binary.mjs';

/**
 * The specs of the interface, each written once against the `page` fixture of `test/support/e2e/fixtures.ts`. Option
 * `host` says which app that page belongs to: the loopback host in Chromium, or the real desktop app, where its binary
 * is.
 */
type Project = NonNullable<PlaywrightTestConfig<{ host: 'browser' | 'electron' }>['projects']>[number];

const chromium = chromiumOrWhy();
const browser: Project[] =
  'why' in chromium
    ? []
    : [
        {
          name: 'browser',
          use: { host: 'browser', browserName: 'chromium', launchOptions: chromium },
          testIgnore: 'desktop.spec.ts',
        },
      ];
const electron: Project[] = findElectron() === undefined ? [] : [{ name: 'electron', use: { host: 'electron' } }];

export default defineConfig<{ host: 'browser' | 'electron' }>({
  testDir: 'test/e2e',
  outputDir: 'out/test-results/e2e',
  forbidOnly: Boolean(process.env.CI),
  // Two processors, shared with others, render in software: what is slow there is not wrong.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 2,
  // Test by test: the last file would be one worker's, while the others wait.
  fullyParallel: true,
  retries: process.env.CI ? 1 : 0,
  reporter: 'list',
  // No trace: to record one takes nearly as long as the test (198 s against 114 for all of them).
  use: { locale: 'en-US', viewport: { width: 1440, height: 900 }, screenshot: 'only-on-failure' },
  projects: [...browser, ...electron],
});
