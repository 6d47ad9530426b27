/**
 * What the two hosts that serve the window's page (`app://` in the desktop app, HTTP on the loopback address) must not
 * do differently: which file a path means, what it is, and what the page may load.
 */

const mediaTypes: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  webp: 'image/webp',
  woff2: 'font/woff2',
};

export interface PageFile {
  /** Names of folders and at last of the file, below the folder of the built page. None of them can lead out of it. */
  readonly segments: readonly string[];
  readonly mediaType: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean;
}

/**
 * The file that a URL's path means; undefined when it means none: not decodable, a step out of the folder, a type
 * unknown here.
 */
export function pageFile(pathname: string): PageFile | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/')) return undefined;
  const segments = path === '/' ? ['index.html'] : path.slice(1).split('/');
  // A name that begins with a dot is a step upwards or a hidden file; `\` and NUL mean something to some systems.
  if (segments.some((name) => !/^[^.\\\0][^\\\0]*$/.test(name))) return undefined;
  const extension = segments.at(-1)?.split('.').at(-1) ?? '';
  const mediaType = Object.hasOwn(mediaTypes, extension) ? mediaTypes[extension] : undefined;
  if (mediaType === undefined) return undefined;
  return { segments, mediaType, immutable: segments.length > 1 && segments[0] === 'assets' };
}

/**
 * The headers that go with every answer.
 *
 * @param connect where the page may connect to, besides its own origin
 */
export function pageHeaders(connect: readonly string[] = []): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    // Mantine writes its variables into <style> elements.
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self' data:",
    'connect-src': ["'self'", ...connect].join(' '),
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map((rule) => rule.join(' '))
      .join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}
