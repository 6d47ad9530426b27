import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { notices } from './scripts/notices.mjs';

/**
 * The renderer: one page, the same for both hosts. Paths are relative, because the desktop app serves it from `app://`
 * and the loopback host from `/`. The hosts' policy allows scripts from files alone, so nothing is inlined.
 */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react(), notices('renderer')],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // The Chromium of Electron 45 and of the tests.
    target: 'chrome150',
    sourcemap: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    // What every view needs is one file: as forty it would be 9 % more, and as many requests.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
});
