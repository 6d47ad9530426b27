import { app, type Session, shell, type WebContents } from 'electron';
import { isOwn } from './scheme.ts';

/** The pages of the web that a link in the app may open, in the person's browser. */
const externalPages = ['https://github.com/pagescope/pagescope', 'https://man7.org/linux/man-pages/'];

/** Whether an address is one of the fixed list, or lies below one. */
function isExternalPage(address: string): boolean {
  const href = URL.parse(address)?.href;
  return externalPages.some((page) => href === page || href?.startsWith(page.endsWith('/') ? page : `${page}/`));
}

/** Opens a page of the fixed list in the browser; does nothing with any other address. */
export function openExternalPage(address: string): void {
  if (isExternalPage(address)) void shell.openExternal(address);
}

/** Holds whatever is shown to the app's own page: no way to another address, no second window, no web view. */
function guard(contents: WebContents): void {
  const stay = (event: { preventDefault(): void; readonly url: string }) => {
    // The developer tools are contents too, and load themselves anew when they are docked elsewhere.
    const ofDevTools = contents.getURL().startsWith('devtools://') && event.url.startsWith('devtools://');
    if (!isOwn(event.url) && !ofDevTools) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternalPage(url);
    return { action: 'deny' };
  });
}

/** Guards every contents that this process ever shows. To be called before the first window. */
export function guardAllContents(): void {
  app.on('web-contents-created', (_event, contents) => guard(contents));
}

/** The page may put text on the clipboard, as its copy buttons do; it gets no camera, place, device or notification. */
export function denyPermissions(session: Session): void {
  const may = (permission: string, address: string) => permission === 'clipboard-sanitized-write' && isOwn(address);
  session.setPermissionCheckHandler((_contents, permission, origin) => may(permission, `${origin}/`));
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(may(permission, requestingUrl)),
  );
  session.setDevicePermissionHandler(() => false);
}
