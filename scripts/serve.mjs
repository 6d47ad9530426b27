/**
 * The loopback host with a browser's window: what `npm start` does without Electron, and `pagescope` alone where npm
 * installed it.
 */
import { ended, nodePath, start } from './children.mjs';
import { inProject } from './project.mjs';
import { openWindow, windowBrowser } from './window.mjs';

/**
 * Its first line on stdout is the URL, and a window opens on it where one can.
 *
 * @param {readonly string[]} args of `pagescope serve`
 */
export async function serve(args) {
  const host = start(nodePath(), [inProject('bin', 'pagescope.mjs'), 'serve', ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const status = ended(host);
  let firstLine = '';
  host.stdout?.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    if (firstLine.includes('\n')) return;
    firstLine += text;
    const url = firstLine.includes('\n') && /http:\/\/[^\s"]+/.exec(firstLine)?.[0];
    const browser = url && windowBrowser();
    if (browser) void openWindow(browser, url);
  });
  return await status;
}
