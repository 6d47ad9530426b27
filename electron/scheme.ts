import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { pageFile, pageHeaders } from '../protocol/web-page.ts';

const scheme = 'app';
const host = 'pagescope';

/** The origin of the window's page: no file of the disk and no site of the web shares it. */
export const appOrigin = `${scheme}://${host}`;

/** Whether an address is the page's own. */
export const isOwn = (url: string): boolean => url.startsWith(`${appOrigin}/`);

/** Makes `app:` an origin like `https:`. Electron wants to know before it is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built page under `app:`. */
export function serveScheme(folder: string): void {
  const headers = pageHeaders();
  protocol.handle(scheme, async (request) => {
    const { host: asked, pathname } = new URL(request.url);
    const file = asked === host && request.method === 'GET' ? pageFile(pathname) : undefined;
    // The folder may be in an asar archive, which Electron's `fs` reads.
    const content = file && (await readFile(join(folder, ...file.segments)).catch(() => undefined));
    if (!file || !content) return new Response('There is nothing at this address.\n', { status: 404, headers });
    return new Response(new Uint8Array(content), { headers: { ...headers, 'Content-Type': file.mediaType } });
  });
}
