/**
 * `node scripts/icon.mjs`: draws build/icon.svg into the sizes that Linux desktops ask for. Run it after changing the
 * drawing and commit both.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { resolveChromium } from './chromium.mjs';
import { inProject } from './project.mjs';

const drawing = readFileSync(inProject('build', 'icon.svg'), 'utf8');
const folder = inProject('build', 'icons');
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch(resolveChromium());
for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`);
  await page.screenshot({ path: `${folder}/${size}x${size}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
